"""Checkpoints: everything a run needs to go on as if it had not been stopped, on as many processes or on others.

Each process writes its own shards (torch.distributed.checkpoint) while training goes on. A checkpoint is written under
another name, flushed to the disk and renamed, so one at its final name is whole whenever the processes are killed. The
newest few are kept, should the disk lose the last. No generator's state is in them: every step seeds its own.
"""

import os
import pickle
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import distributed
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.filesystem import FileSystemReader
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import async_save
from torch.optim import Optimizer

from emma.errors import ArtifactError, EmmaError
from emma.store.files import join_inside
from emma.train.guard import Guard
from emma.train.ledger import Ledger, first
from emma.train.model import Trainee
from emma.train.step import everywhere

STATE = "state.pt"
"""Name of the file with what is the same in all processes."""

Facts = Mapping[str, Any]
"""What has to be the same in a run that goes on: plain values by what to call them in a message."""


@dataclass(frozen=True)
class State:
    """All that training changes."""

    trainee: Trainee
    optimizers: Sequence[Optimizer]
    ledger: Ledger
    guard: Guard

    def small(self) -> dict[str, Any]:
        """What is the same in all processes, in the first one. All call it."""
        self.ledger.merge()
        return {"ledger": self.ledger.state(), "guard": self.guard.state()}

    def restore(self, small: Mapping[str, Any]) -> None:
        """Become what `small` was taken from, but for weights and optimisers."""
        self.ledger.restore(small["ledger"])
        self.guard.restore(small["guard"])


class Checkpoints:
    """The checkpoints of one run; all processes make one, and call its methods together."""

    def __init__(self, folder: Path, state: State, facts: Facts, kept: int) -> None:
        self._folder, self._state, self._facts, self._kept = folder, state, dict(facts), kept
        # A group of its own: saving talks in the background, and in training's group its words would get between.
        self._group = distributed.new_group(backend="gloo")
        self._writer = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None
        self._last = 0

    def save(self, step: int) -> None:
        """Begin to write the state after `step` steps, unless it is there; it is copied before this returns."""
        self.wait()
        if step == self._last:
            return
        self._last = step
        path = self._folder / f"step-{step:09}"
        temporary, small = path.with_suffix(".tmp"), self._state.small()
        if first():
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(parents=True)
            _write(temporary / STATE, {"step": step, "facts": self._facts, **small})
        everywhere()  # nobody writes into the folder before it is fresh
        written: Any = async_save(self._large(), checkpoint_id=temporary, process_group=self._group)
        self._pending = self._writer.submit(self._finish, written, path)

    def wait(self) -> None:
        """Until what is being written is on the disk. Raises ArtifactError when it cannot be."""
        pending, self._pending = self._pending, None
        try:
            if pending is not None:
                pending.result()
        except (CheckpointException, OSError) as error:
            raise ArtifactError(
                f"A checkpoint could not be written into {self._folder}: {_reason(error)}. Free some space, or choose "
                "another --home; the same command goes on from the checkpoint before it."
            ) from error

    def resume(self) -> int:
        """Put the newest whole checkpoint into the state; returns its step, 0 if there is none.

        Raises ArtifactError when it is of another run, or whole and yet cannot be read.
        """
        chosen: list[Any] = [_newest(self._folder) if first() else None]
        distributed.broadcast_object_list(chosen, src=0)
        if chosen[0] is None:
            return 0
        path, small = chosen[0]
        self._refuse_others(path, small["facts"])
        large = self._large()
        try:
            load(large, checkpoint_id=path, process_group=self._group)
        except (CheckpointException, RuntimeError, ValueError, OSError) as error:
            raise ArtifactError(
                f"The checkpoint {path} cannot be read: {_reason(error)}. Delete that folder and run again: training "
                "goes on from the one before it."
            ) from error
        trainee, optimizers = self._state.trainee, self._state.optimizers
        set_state_dict(trainee, optimizers, model_state_dict=large["model"], optim_state_dict=large["optimizers"])
        self._state.restore(small)
        self._last = int(small["step"])
        return self._last

    def _large(self) -> dict[str, Any]:
        """What is spread over the processes, by names that do not depend on their number."""
        model, optimizers = get_state_dict(self._state.trainee, self._state.optimizers)
        return {"model": model, "optimizers": optimizers}

    def _finish(self, written: Future[Any], path: Path) -> None:
        """Give a checkpoint its name once all processes have written it, and drop what is too old."""
        written.result()
        if not first():
            return
        temporary = path.with_suffix(".tmp")
        _flush(temporary)
        shutil.rmtree(path, ignore_errors=True)  # one that was damaged
        temporary.rename(path)
        _flush(path.parent)
        for old in _all(self._folder)[: -self._kept]:
            shutil.rmtree(old.rename(old.with_suffix(".tmp")))

    def _refuse_others(self, path: Path, found: Facts) -> None:
        differences = [
            f"{name} {found.get(name)} there, {wanted} here"
            for name, wanted in self._facts.items()
            if found.get(name) != wanted
        ]
        if differences:
            raise ArtifactError(
                f"{path} is a checkpoint of another run: {'; '.join(differences)}. Run the recipe that it is of, or "
                f"delete {path.parent} to begin anew."
            )

    def __enter__(self) -> "Checkpoints":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What was begun is finished before the process ends."""
        self.wait()
        self._writer.shutdown()


def _reason(error: BaseException) -> str:
    """What went wrong, in a line; torch wraps it in the errors of all processes."""
    failures = getattr(error, "failures", None)
    first_of_all = next(iter(failures.values()))[0] if failures else error
    return f"{type(first_of_all).__name__}: {str(first_of_all).splitlines()[0].rstrip('.')}"


def _all(folder: Path) -> list[Path]:
    """The finished checkpoints, the oldest first."""
    return sorted(path for path in folder.glob("step-*") if path.suffix != ".tmp")


def _newest(folder: Path) -> tuple[Path, dict[str, Any]] | None:
    """The newest checkpoint that the disk has not damaged, and its small state."""
    for path in reversed(_all(folder)):
        if (small := _read(path)) is not None:
            return path, small
    return None


def _read(path: Path) -> dict[str, Any] | None:
    """The small state of a checkpoint; None when that, or the length of a shard, shows damage."""
    try:
        small: dict[str, Any] = torch.load(path / STATE, map_location="cpu", weights_only=True)
        metadata: Any = FileSystemReader(path).read_metadata()
        ends = [(each.relative_path, each.offset + each.length) for each in metadata.storage_data.values()]
        whole = all(join_inside(path, name, path).stat().st_size >= end for name, end in ends)
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError, pickle.UnpicklingError, EmmaError):
        return None
    return small if whole else None


def _write(path: Path, state: dict[str, Any]) -> None:
    with path.open("wb") as stream:
        torch.save(state, stream)
        stream.flush()
        os.fsync(stream.fileno())


def _flush(folder: Path) -> None:
    """See that the folder's entries are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
