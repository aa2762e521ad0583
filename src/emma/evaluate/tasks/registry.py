"""The tasks by name. A family's module lists its own; it is imported when a task of it is asked for."""

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from typing import cast

from emma.errors import RecipeError
from emma.evaluate.tasks.task import Divisible, Task

FAMILIES: tuple[str, ...] = (
    "topic",
    "sentiment",
    "commonsense",
    "inference",
    "grammar",
    "reading",
    "knowledge",
    "translation",
    "summaries",
    "table_text",
    "open_generation",
    "mathematics",
    "parallel",
)
"""Modules of this room with a tuple TASKS."""


def list_tasks() -> Iterator[Task]:
    """Every task, family by family."""
    for family in FAMILIES:
        yield from import_module(f"emma.evaluate.tasks.{family}").TASKS


def find_task(name: str) -> Task:
    """The task of this name; a part of it behind a colon, such as `flores200:fra_Latn-swh_Latn`.

    Raises RecipeError naming those that are spelled alike.
    """
    tasks = {task.info.name: task for task in list_tasks()}
    if name in tasks:
        return tasks[name]
    whole, _, part = name.partition(":")
    if part and isinstance(tasks.get(whole), Divisible):
        return cast(Divisible, tasks[whole]).narrow(part)
    near = get_close_matches(name, tasks, 3) or sorted(tasks)
    raise RecipeError(f"There is no task '{name}'. Did you mean {', '.join(near)}? `emma tasks` lists them all.")
