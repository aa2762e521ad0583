"""The tasks by name: those of the families here, and those of other packages, found by the entry point `emma.tasks`."""

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from emma.errors import RecipeError
from emma.evaluate.tasks.task import Divisible, Task
from emma.wording import suggest

FAMILIES: tuple[str, ...] = (
    "labels", "commonsense", "inference", "grammar", "reading", "translation", "summaries",
    "open_generation", "mathematics", "code", "parallel",
)  # fmt: skip
"""Modules of this room with a tuple TASKS."""
GROUP = "emma.tasks"
"""The group of entry points of other packages' tasks; each leads to a tuple of them."""


def list_tasks() -> Iterator[Task]:
    """Every task, family by family. Raises RecipeError for another package's that cannot be loaded."""
    for family in FAMILIES:
        yield from import_module(f"emma.evaluate.tasks.{family}").TASKS
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            yield from point.load()
        except (ImportError, AttributeError) as error:
            raise RecipeError(
                f"The tasks '{point.name}' of {point.value} cannot be loaded ({error}). Uninstall their package, or "
                "install a version of it that fits."
            ) from error


def find_task(name: str) -> Task:
    """The task of this name; a part of it behind a colon, such as `flores200:fra_Latn-swh_Latn`,
    and behind `lm-eval:` any task of lm-evaluation-harness.

    Raises RecipeError naming those that are spelled alike.
    """
    whole, _, part = name.partition(":")
    if whole == "lm-eval":
        from emma.evaluate.tasks.lm_eval import HarnessTask

        return HarnessTask(part)
    tasks = {task.info.name: task for task in list_tasks()}
    if name in tasks:
        return tasks[name]
    if part and isinstance(tasks.get(whole), Divisible):
        return cast(Divisible, tasks[whole]).narrow(part)
    raise RecipeError(f"There is no task '{name}'. {suggest(name, tasks, '`emma tasks` lists them all.')}")
