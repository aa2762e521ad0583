"""A task that never was, for metrics and tables."""

from dataclasses import replace

from emma.evaluate.tasks.task import TaskInfo

INFO = TaskInfo("sib200", 1, "SIB-200", "topic", False, "CC-BY-SA-4.0", "made up", "sib200")


def make_info(name: str = "sib200", native: bool = False) -> TaskInfo:
    """The facts of a task."""
    return replace(INFO, name=name, native=native)
