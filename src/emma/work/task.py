"""A task: a function and its arguments, whose one output folder is addressed by the hash of both."""

import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from emma.config.section import Settings
from emma.kernels.compile_lock import compile_lock
from emma.store import manifest, remote
from emma.store.address import address
from emma.store.artifact import Artifact, commit, load, staging
from emma.work import lean

Function = Callable[..., Mapping[str, int]]
"""`function(out, *arguments) -> counts`: writes files into the folder `out`, reads only its arguments."""


T = TypeVar("T")


@dataclass(frozen=True)
class Unhashed(Generic[T]):
    """An argument that does not change the result (where raw files lie, say) and stays out of the address."""

    value: T


@dataclass(frozen=True)
class Usage:
    """What running something cost."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0
    """Largest resident set of the process that ran it, so far."""
    compiled: int = 0
    """Kernels that had to be compiled first."""
    compile_s: float = 0.0


@dataclass(frozen=True)
class Task:
    """One unit of work. `function` is a module-level function, so that other processes can find it."""

    root: Path
    stage: str
    version: int
    function: Function
    arguments: tuple[Any, ...]
    store_url: str | None = None
    """The object store of which `root` is the cache, if there is one."""
    light: bool = False
    """Whether it is done before a process for it has started."""

    @property
    def made_by(self) -> dict[str, Any]:
        """Everything the output depends on, as JSON values."""
        arguments = [hashable(each) for each in self.arguments if not isinstance(each, Unhashed)]
        return {
            "stage": self.stage,
            "version": self.version,
            "function": self.function.__qualname__,
            "arguments": arguments,
        }

    @cached_property
    def key(self) -> str:
        """The address of the output."""
        return address(self.made_by)

    @property
    def path(self) -> Path:
        """Where the output goes."""
        return self.root / self.stage / self.function.__name__ / self.key

    @property
    def url(self) -> str | None:
        """Where it goes in the object store."""
        return remote.join_url(self.store_url, self.stage, self.function.__name__, self.key)

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return f"{self.stage}: {self.function.__name__} {self.key}"

    def done(self) -> Artifact | None:
        """The output, if an earlier run finished it."""
        return load(self.path, self.url, self.root)


def find_done(tasks: Sequence[Task]) -> list[Artifact | None]:
    """What earlier runs, here or on another machine, finished of tasks with one function."""
    if not tasks or tasks[0].store_url is None:
        return [task.done() for task in tasks]
    url = remote.join_url(tasks[0].store_url, tasks[0].stage, tasks[0].function.__name__)
    manifest.fetch_manifests(tasks[0].path.parent, str(url), [task.key for task in tasks])
    return [task.done() if (task.path / manifest.MANIFEST).exists() else None for task in tasks]


def run_task(task: Task) -> tuple[Artifact, Usage]:
    """Run one task, or return its output when it is already there."""
    if (before := task.done()) is not None:
        return before, Usage()
    lean.slim()
    start = spent()
    arguments = [each.value if isinstance(each, Unhashed) else each for each in task.arguments]
    with staging(task.path) as out:
        counts = task.function(out, *arguments)
        made = commit(out, task.path, root=task.root, made_by=task.made_by, key=task.key, counts=counts, url=task.url)
    return made, since(start)


def spent() -> Usage:
    """What this process used so far."""
    return Usage(time.perf_counter(), time.process_time(), peak_memory(), compile_lock.compiled, compile_lock.seconds)


def since(start: Usage) -> Usage:
    """What it used since then."""
    now = spent()
    return Usage(
        now.wall_s - start.wall_s,
        now.cpu_s - start.cpu_s,
        now.peak_bytes,
        now.compiled - start.compiled,
        now.compile_s - start.compile_s,
    )


def peak_memory() -> int:
    """Largest resident set of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def hashable(value: Any) -> Any:
    """A task argument as the JSON value that stands for it in an address. Raises TypeError for anything else."""
    if isinstance(value, Artifact):
        return {"artifact": value.key}
    if isinstance(value, Settings):
        return value.model_dump(mode="json")
    if isinstance(value, (tuple, list)):
        return [hashable(each) for each in value]
    if isinstance(value, dict):
        return {str(name): hashable(each) for name, each in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"{type(value).__name__} cannot be part of an address; wrap it in Unhashed if it does not matter")
