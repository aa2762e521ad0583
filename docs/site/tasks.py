"""The benchmarks that EMMA knows."""

from collections.abc import Iterator
from importlib import import_module

from docs.site.markdown import code, table
from emma.evaluate.tasks.registry import FAMILIES
from emma.evaluate.tasks.task import TaskInfo

ABOUT = """# Benchmarks

What `tasks` in `[evaluate]` and `--task` take. Their data does not come with EMMA: each lies in a folder of its own, as
its authors publish it, and `emma tasks --data DIR` says what of it is there. Behind `lm-eval:` stands any task of
[lm-evaluation-harness](../lm-eval.md); one of your own is [one file](../new-task.md).
"""


def describe_tasks() -> Iterator[str]:
    """The page."""
    yield ABOUT
    tasks = [task.info for family in FAMILIES for task in import_module(f"emma.evaluate.tasks.{family}").TASKS]
    yield from table(("name", "what", "kind", "items", "examples", "folder", "licence", "from"), map(row, tasks))


def row(info: TaskInfo) -> tuple[str, ...]:
    """What is known of a task."""
    items = "written in each language" if info.native else "translated"
    known = (info.title, info.family, items, str(info.shots), code(info.folder), info.licence, info.origin)
    return (code(info.name), *known)
