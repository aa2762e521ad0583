"""`emma export-checkpoint`: the model of a training, done or not, written where other tools find it."""

import os
import shutil
from pathlib import Path

from emma.config.extras import need
from emma.errors import RecipeError
from emma.pipeline.home import Home
from emma.pipeline.trainings import (
    NamedTraining,
    describe_kept,
    describe_result,
    find_checkpoint,
    find_training,
    parse_name,
)


def export_checkpoint(
    home: Home, name: str, out: Path, *, dtype: str | None = None, shard_size: str | None = None
) -> str:
    """Write the model of `RUN` or `RUN@STEP` into `out`, a folder that is not there yet; returns what it is.

    Without a step it is what the training ended with, else its newest checkpoint. Types and sizes as in
    `train.snapshot.write_snapshot`. Raises RecipeError for a name that stands for nothing, or an `out` that is there.
    """
    need("torch", "train")
    need("transformers", "train")
    training, step = _choose(home, name)
    if out.exists():
        raise RecipeError(f"{out} is there already. Choose a folder that is not, or delete it first.")
    out.parent.mkdir(parents=True, exist_ok=True)
    # Under another name until it is whole: who finds the folder finds all of it.
    temporary = out.with_name(f"{out.name}.{os.getpid()}.tmp")
    try:
        _write(training, step, temporary, dtype, shard_size)
        temporary.rename(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return _describe(training, step)


def _choose(home: Home, name: str) -> tuple[NamedTraining, int | None]:
    """The training that a name stands for, and the step of the checkpoint; None for what it ended with."""
    run, step = parse_name(name)
    training = find_training(home, run)
    if training.is_result(step):
        return training, None
    if step is None:
        step = max(training.checkpoints, default=None)
    if step is None:
        raise RecipeError(f"{run}: {describe_kept(training)} It makes one every train.checkpoint_every steps.")
    find_checkpoint(training, step)
    return training, step


def _write(training: NamedTraining, step: int | None, out: Path, dtype: str | None, shard_size: str | None) -> None:
    from emma.models.resave import copy_model
    from emma.train.save.snapshot import write_snapshot

    if step is None:
        assert training.result is not None
        copy_model(training.result.file("model"), out, dtype=dtype, shard_size=shard_size)
    else:
        write_snapshot(find_checkpoint(training, step), out, dtype=dtype, shard_size=shard_size)


def _describe(training: NamedTraining, step: int | None) -> str:
    if step is None:
        return f"the model that the training of {training.run} ended with: {describe_result(training)}"
    note = training.note
    return f"the model of {training.run} after step {step}" + (f" of {note['steps']}" if note is not None else "")
