"""Checkpoints: everything a run needs to go on as if it had not been stopped, on as many ranks or on others.

Each rank writes its own shards (torch.distributed.checkpoint) while training goes on. A checkpoint is written under
another name, flushed to the disk and renamed, so one at its final name is whole whenever the run is killed. The
newest few are kept, should the disk lose the last; so are those of the best weights, as these few name them. No
generator's state is in them: every step seeds its own.
"""

import os
import pickle
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch import distributed
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.filesystem import FileSystemReader
from torch.distributed.checkpoint.state_dict import (
    get_model_state_dict,
    get_state_dict,
    set_model_state_dict,
    set_state_dict,
)
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import async_save

from emma.errors import ArtifactError, EmmaError
from emma.store.files import join_inside
from emma.train.begun import checkpoint_folder, list_checkpoints
from emma.train.ranks import all_reduce_sum, is_rank_zero
from emma.train.save.state import RunFacts, SavedState, TrainingState

STATE_FILE = "state.pt"
"""Name of the file with the state that is the same on all ranks."""

BEST_FILE = "best"
"""Name of the file with the step of the best weights so far; there only where they may be the result."""


class Checkpointer:
    """Writes and reads the checkpoints of one run; all ranks make one, and call its methods together."""

    def __init__(self, folder: Path, state: TrainingState, facts: RunFacts, kept: int) -> None:
        self._folder, self._state, self._facts, self._kept = folder, state, dict(facts), kept
        # A group of its own: saving communicates in the background, and in training's group it would get in between.
        self._group = distributed.new_group(backend="gloo")
        self._writer = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None
        self._last: int | None = None

    def save(self, step: int) -> None:
        """Begin to write the state after `step` steps, unless it is there; it is copied before this returns."""
        self.wait()
        if step == self._last:
            return
        self._last = step
        path = checkpoint_folder(self._folder, step)
        temporary, shared = path.with_suffix(".tmp"), self._state.shared_state()
        if is_rank_zero():
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(parents=True)
            _write(temporary / STATE_FILE, {"step": step, "facts": self._facts, **shared})
            if (best := self._state.best_step) is not None:
                (temporary / BEST_FILE).write_text(str(best), encoding="utf-8")
        all_reduce_sum(np.zeros(1))  # a barrier: nobody writes into the folder before it is fresh
        written: Any = async_save(self._sharded_state(), checkpoint_id=temporary, process_group=self._group)
        self._pending = self._writer.submit(self._finish, written, path)

    def wait(self) -> None:
        """Wait until what is being written is on the disk. Raises ArtifactError when it cannot be."""
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
        chosen: list[tuple[Path, SavedState] | None] = [_newest(self._folder) if is_rank_zero() else None]
        distributed.broadcast_object_list(chosen, src=0)
        if chosen[0] is None:
            return 0
        path, shared = chosen[0]
        self._refuse_others(path, shared["facts"])
        sharded = self._sharded_state()
        self._load(sharded, path)
        loss_model, optimizers = self._state.loss_model, self._state.optimizers
        set_state_dict(
            loss_model, optimizers, model_state_dict=sharded["model"], optim_state_dict=sharded["optimizers"]
        )
        # Weights and optimisers were restored by torch above; this is the rest.
        self._state.restore(shared)
        step = self._last = int(shared["step"])
        return step

    def load_weights(self, step: int) -> None:
        """Put the weights of the checkpoint of `step`, which is one of those that stay, into the model.

        Raises ArtifactError when it cannot be read.
        """
        self.wait()
        path, loss_model = self._folder / f"step-{step:09}", self._state.loss_model
        sharded: dict[str, Any] = {"model": get_model_state_dict(loss_model)}
        self._load(sharded, path)
        set_model_state_dict(loss_model, sharded["model"])

    def _load(self, sharded: dict[str, Any], path: Path) -> None:
        """Fill a state with the checkpoint at `path`. Raises ArtifactError when it cannot be read."""
        try:
            load(sharded, checkpoint_id=path, process_group=self._group)
        except (CheckpointException, RuntimeError, ValueError, OSError) as error:
            raise ArtifactError(
                f"The checkpoint {path} cannot be read: {_reason(error)}. Delete that folder and run again: training "
                "goes on from the one before it."
            ) from error

    def _sharded_state(self) -> dict[str, Any]:
        """The part that is spread over the ranks, by names that do not depend on their number."""
        model, optimizers = get_state_dict(self._state.loss_model, self._state.optimizers)
        return {"model": model, "optimizers": optimizers}

    def _finish(self, written: Future[Any], path: Path) -> None:
        """Give a checkpoint its name once all ranks have written it, and drop what is too old."""
        written.result()
        if not is_rank_zero():
            return
        temporary = path.with_suffix(".tmp")
        _flush(temporary)
        shutil.rmtree(path, ignore_errors=True)  # a damaged one of the same step may be there
        temporary.rename(path)
        _flush(path.parent)
        finished = [*list_checkpoints(self._folder).values()]
        best = set(map(_read_best, finished[-self._kept :]))
        for old in (each for each in finished[: -self._kept] if each.name not in best):
            # Renamed first: a kill in the middle leaves no half of a checkpoint under a final name.
            shutil.rmtree(old.rename(old.with_suffix(".tmp")))

    def _refuse_others(self, path: Path, stored: RunFacts) -> None:
        """ArtifactError where a checkpoint is of another run than this one."""
        differences = [
            f"{name} {stored.get(name)} there, {own} here"
            for name, own in self._facts.items()
            if stored.get(name) != own
        ]
        if differences:
            raise ArtifactError(
                f"{path} is a checkpoint of another run: {'; '.join(differences)}. Run the recipe that it is of, or "
                f"delete {path.parent} to begin anew."
            )

    def __enter__(self) -> "Checkpointer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish what was begun before the process ends."""
        self.wait()
        self._writer.shutdown()


def _reason(error: BaseException) -> str:
    """The cause of a failure, in a line; torch wraps it in the errors of all ranks."""
    failures = getattr(error, "failures", None)
    cause = next(iter(failures.values()))[0] if failures else error
    return f"{type(cause).__name__}: {str(cause).splitlines()[0].rstrip('.')}"


def _read_best(path: Path) -> str | None:
    """The name of the checkpoint with the best weights when this one was made; None where none is needed."""
    file = path / BEST_FILE
    return f"step-{int(file.read_text(encoding='utf-8')):09}" if file.exists() else None


def _newest(folder: Path) -> tuple[Path, SavedState] | None:
    """The newest checkpoint that the disk has not damaged, and its shared state."""
    for path in reversed(list_checkpoints(folder).values()):
        if (shared := read_shared_state(path)) is not None:
            return path, shared
    return None


def read_shared_state(path: Path) -> SavedState | None:
    """The shared state of a checkpoint; None when that, or the length of a shard, shows damage."""
    try:
        shared: SavedState = torch.load(path / STATE_FILE, map_location="cpu", weights_only=True)
        metadata: Any = FileSystemReader(path).read_metadata()
        ends = [(part.relative_path, part.offset + part.length) for part in metadata.storage_data.values()]
        is_complete = all(join_inside(path, name, path).stat().st_size >= end for name, end in ends)
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError, pickle.UnpicklingError, EmmaError):
        return None
    return shared if is_complete else None


def _write(path: Path, state: SavedState) -> None:
    """Write a state so that it is on the disk when this returns."""
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
