"""A task: a function and its arguments, whose one output folder is addressed by the hash of both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from emma.config.section import Settings
from emma.store import manifest, remote
from emma.store.address import address
from emma.store.artifact import Artifact, commit, load, staging
from emma.work.process import Usage, slim_process, usage_since, usage_so_far

Function = Callable[..., Mapping[str, int]]
"""`function(out, *arguments) -> counts`: writes files into the folder `out`, reads only its arguments."""


T = TypeVar("T")


@dataclass(frozen=True)
class Unhashed(Generic[T]):
    """An argument that does not change the result (where raw files lie, say) and stays out of the address."""

    value: T


@dataclass(frozen=True)
class Task:
    """A function and its arguments. `function` is a module-level function, so that other processes can find it."""

    root: Path
    stage: str
    version: int
    function: Function
    arguments: tuple[object, ...]
    store_url: str | None = None
    """The object store of which `root` is the cache, if there is one."""
    light: bool = False
    """Whether it is so small that it is done before a process for it has started."""

    @property
    def made_by(self) -> dict[str, object]:
        """Everything the output depends on, as JSON values."""
        arguments = [address_value(argument) for argument in self.arguments if not isinstance(argument, Unhashed)]
        return {
            "stage": self.stage,
            "version": self.version,
            "function": self.function.__qualname__,  # without its module, so that moving it makes nothing again
            "arguments": arguments,
        }

    @cached_property
    def key(self) -> str:
        """The address of the output."""
        return address(self.made_by)

    @property
    def path(self) -> Path:
        """The folder of the output."""
        return self.root / self.stage / self.function.__name__ / self.key

    @property
    def url(self) -> str | None:
        """The folder of the output in the object store."""
        return remote.join_url(self.store_url, self.stage, self.function.__name__, self.key)

    @property
    def name(self) -> str:
        """Its name in a message."""
        return f"{self.stage}: {self.function.__name__} {self.key}"

    def load_output(self) -> Artifact | None:
        """The output, if an earlier run finished it; else None."""
        return load(self.path, self.url, self.root)


def load_outputs(tasks: Sequence[Task]) -> list[Artifact | None]:
    """The outputs of tasks with one function that earlier runs finished, here or on another machine; else None."""
    if not tasks or tasks[0].store_url is None:
        return [task.load_output() for task in tasks]
    url = remote.join_url(tasks[0].store_url, tasks[0].stage, tasks[0].function.__name__)
    manifest.fetch_manifests(tasks[0].path.parent, str(url), [task.key for task in tasks])
    return [task.load_output() if (task.path / manifest.MANIFEST).exists() else None for task in tasks]


def run_task(task: Task) -> tuple[Artifact, Usage]:
    """Run one task, or return its output when it is already there."""
    # Another machine, or a run beside this one, may have done it since it was handed out.
    if (before := task.load_output()) is not None:
        return before, Usage()
    slim_process()
    start = usage_so_far()
    arguments = [argument.value if isinstance(argument, Unhashed) else argument for argument in task.arguments]
    with staging(task.path) as out:
        counts = task.function(out, *arguments)
        output = commit(out, task.path, root=task.root, made_by=task.made_by, key=task.key, counts=counts, url=task.url)
    return output, usage_since(start)


def address_value(value: object) -> object:
    """The JSON value that stands for a task's argument in its address. Raises TypeError for what has none."""
    if isinstance(value, Artifact):
        return {"artifact": value.key}
    if isinstance(value, Settings):
        return value.model_dump(mode="json")
    if isinstance(value, (tuple, list)):
        return [address_value(item) for item in value]
    if isinstance(value, dict):
        return {str(name): address_value(item) for name, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"{type(value).__name__} cannot be part of an address; wrap it in Unhashed if it does not matter")
