"""The guard over training: stops at numbers that are none, and writes down, or leaves out, steps that spike.

A step spikes when its gradient's norm is many times the median of the last steps'. Norm and loss are those of the whole
batch, the same on every process, so all of them judge alike. The norms it compares with are part of a checkpoint, so a
run that goes on judges as an uninterrupted one would have.
"""

import json
import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import distributed

from emma.errors import RecipeError
from emma.tokens.samples import Samples
from emma.train.data import IGNORE, Batch

WINDOW = 64
"""Steps whose median counts. Spikes are among them, so that a level that stays is the new normal after half of it."""
LEAST = 16
"""Steps before anything is a spike."""
NOTED = 4.0
"""Times the median from which a step is written down where `spike_factor` asks for nothing else."""
SHOWN = 8
"""Documents a spike is written down with, those that lost most per token."""


@dataclass(frozen=True)
class Seen:
    """What one process had of a step."""

    numbers: Sequence[int]
    """Of the samples."""
    batch: Batch
    nats: npt.NDArray[np.float32]
    """One for each target that is not IGNORE, in order."""


class Guard:
    """Judges steps by the norm of their gradient: `takes` before the update, `watch` after it, on all processes."""

    def __init__(self, factor: float | None) -> None:
        self.factor = factor
        """`train.spike_factor`."""
        self.norms: deque[float] = deque(maxlen=WINDOW)
        self.spikes: list[dict[str, Any]] = []
        """Rows of `spikes.jsonl`."""

    def takes(self, norm: float) -> bool:
        """Whether the update of a step with this gradient norm is to be made."""
        return math.isfinite(norm) and not (self.factor is not None and self.spiked(norm))

    def spiked(self, norm: float) -> bool:
        """Whether a norm is far above the last ones."""
        return len(self.norms) >= LEAST and norm > (self.factor or NOTED) * median(self.norms)

    def watch(self, step: int, loss: float, norm: float, seen: Seen, samples: Samples) -> None:
        """Learn of step `step` (from 0), of which `loss` is nats a token over all processes.

        Raises RecipeError with the step's documents when loss or norm are no numbers.
        """
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise broken(step, loss, norm, worst(seen, samples))
        if self.spiked(norm):
            self.spikes.append(
                {
                    "step": step + 1,
                    "grad_norm": norm,
                    "median": median(self.norms),
                    "loss": loss,
                    "skipped": not self.takes(norm),
                    "documents": worst(seen, samples),
                }
            )
        self.norms.append(norm)

    def state(self) -> dict[str, Any]:
        """Everything in it, as plain values."""
        return {"norms": list(self.norms), "spikes": list(self.spikes)}

    def restore(self, state: dict[str, Any]) -> None:
        """Become what `state` was taken from."""
        self.norms, self.spikes = deque(state["norms"], WINDOW), list(state["spikes"])

    def write(self, folder: Path) -> None:
        """Write `spikes.jsonl`: step, norm, median, loss, whether it was skipped, documents; empty without spikes."""
        lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in self.spikes)
        (folder / "spikes.jsonl").write_text(lines, encoding="utf-8")


def worst(seen: Seen, samples: Samples) -> list[dict[str, Any]]:
    """The documents of a step with the highest loss a token, over all processes, which all call it.

    Losses that are no numbers come first.
    """
    own = sorted(_losses(seen, samples), key=_badness)[:SHOWN]
    parts: list[list[dict[str, Any]]] = [own]
    if distributed.is_initialized():
        parts = [[] for _ in range(distributed.get_world_size())]
        distributed.all_gather_object(parts, own)
    return sorted((row for part in parts for row in part), key=_badness)[:SHOWN]


def _losses(seen: Seen, samples: Samples) -> Iterator[dict[str, Any]]:
    """Each part of a document in these samples, with its mean loss."""
    wanted = seen.batch.targets != IGNORE
    nats = np.zeros(wanted.shape)
    nats[wanted] = seen.nats
    for row, number in enumerate(seen.numbers):
        start = 0
        for part in samples.documents(number):
            here = slice(start, start + part.tokens)
            predicted = int(wanted[row, here].sum())
            yield {
                "lang": part.lang,
                "domain": part.domain,
                "id": part.id,
                "first_token": part.first,
                "tokens": part.tokens,
                "loss": _plain(nats[row, here].sum() / max(1, predicted)),
            }
            start += part.tokens


def _plain(loss: float) -> float | None:
    """A number that JSON has, or None."""
    return float(loss) if math.isfinite(loss) else None


def _badness(row: dict[str, Any]) -> tuple[bool, float, str, int]:
    loss = row["loss"]
    return loss is not None, -(loss or 0.0), row["id"], row["first_token"]


def broken(step: int, loss: float, norm: float, documents: Sequence[dict[str, Any]]) -> RecipeError:
    """The error for a step whose numbers are none."""
    named = [
        f"{row['id']} ({row['lang']}, {row['domain']}) from token {row['first_token']:,}: "
        + ("not a number" if row["loss"] is None else f"{row['loss']:.2f} nats a token")
        for row in documents
    ]
    return RecipeError(
        f"Training broke at step {step + 1}: the loss is {loss}, the gradient's norm {norm}. Documents of the step, "
        f"the worst first: {'; '.join(named)}. Look at them with 'emma why'. If they are as they should be, set "
        "train.learning_rate lower or train.warmup higher, and run again: it goes on from the last checkpoint."
    )
