"""The tasks by name. A family's module lists its own; it is imported when a task of it is asked for."""

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module

from emma.errors import RecipeError
from emma.evaluate.tasks.task import Task

FAMILIES: tuple[str, ...] = ()
"""Modules of this room with a tuple TASKS."""


def list_tasks() -> Iterator[Task]:
    """Every task, family by family."""
    for family in FAMILIES:
        yield from import_module(f"emma.evaluate.tasks.{family}").TASKS


def find_task(name: str) -> Task:
    """The task of this name. Raises RecipeError naming those that are spelled alike."""
    tasks = {task.info.name: task for task in list_tasks()}
    if name in tasks:
        return tasks[name]
    near = get_close_matches(name, tasks, 3) or sorted(tasks)
    raise RecipeError(f"There is no task '{name}'. Did you mean {', '.join(near)}? `emma tasks` lists them all.")
