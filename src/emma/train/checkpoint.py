"""Checkpoints: everything a run needs to go on as if it had not been stopped.

A checkpoint is written under another name, flushed to the disk and renamed, so one at its final name is whole
whenever the process is killed. The two newest are kept, should the disk lose the last.
"""

import os
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from emma.train.ledger import Ledger

KEPT = 2


def save(folder: Path, step: int, model: nn.Module, optimizers: Sequence[Optimizer], ledger: Ledger) -> None:
    """Write the state after `step` steps, and drop what is older than the last KEPT."""
    state = {
        "step": step,
        "model": model.state_dict(),
        "optimizers": [each.state_dict() for each in optimizers],
        "ledger": ledger.state(),
        "random": random_state(),
    }
    path = folder / f"step-{step:09}.pt"
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as stream:
        torch.save(state, stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    for old in sorted(folder.glob("step-*.pt"))[:-KEPT]:
        old.unlink()


def resume(folder: Path, model: nn.Module, optimizers: Sequence[Optimizer], ledger: Ledger) -> int:
    """Put the newest readable checkpoint into model, optimisers and ledger; returns its step, 0 if there is none."""
    for path in sorted(folder.glob("step-*.pt"), reverse=True):
        if (state := _read(path)) is not None:
            model.load_state_dict(state["model"])
            for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
            ledger.restore(state["ledger"])
            restore_random(state["random"])
            return int(state["step"])
    return 0


def _read(path: Path) -> dict[str, Any] | None:
    """A checkpoint, or None when the disk has damaged it: the one before it will do."""
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, ValueError, pickle.UnpicklingError):
        return None
    return state


def random_state() -> dict[str, Any]:
    """The states of torch's generators."""
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def restore_random(state: dict[str, Any]) -> None:
    """Put them back."""
    torch.set_rng_state(state["cpu"])
    if state["cuda"]:
        torch.cuda.set_rng_state_all(state["cuda"])
