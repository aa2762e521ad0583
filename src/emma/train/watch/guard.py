"""The guard over training: it stops at NaN and infinity, and records, or leaves out, steps that spike.

A step spikes when its gradient's norm is many times the median of the last steps'. Norm and loss are those of the whole
batch, the same on every rank, so all of them judge alike. The norms it compares with are part of a checkpoint, so a
run that goes on judges as an uninterrupted one would have.
"""

import json
import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypedDict

import numpy as np
import numpy.typing as npt
from torch import distributed

from emma.errors import RecipeError
from emma.tokens.samples import Samples
from emma.train.batch import IGNORE, Batch

WINDOW = 64
"""Steps over which the median is taken. Spikes are among them, so that a level that stays is the new normal after half
of it."""
MIN_STEPS = 16
"""Steps before anything is a spike."""
LOGGED_FACTOR = 4.0
"""Times the median from which a step is recorded where `spike_factor` is not set."""
MAX_DOCUMENTS = 8
"""Documents that a spike is recorded with: those with the highest loss per token."""


class DocumentLoss(TypedDict):
    """The part of a document that is in a step, with its mean loss."""

    lang: str
    domain: str
    id: str
    first_token: int
    tokens: int
    loss: float | None
    """Nats per token; None for NaN and infinity, which JSON has not."""


class Spike(TypedDict):
    """A row of `spikes.jsonl`."""

    step: int
    grad_norm: float
    median: float
    """Median of the norms before."""
    loss: float
    skipped: bool
    """Whether the update was left out."""
    documents: list[DocumentLoss]


class GuardState(TypedDict):
    """The part of a checkpoint that the guard needs."""

    norms: list[float]
    spikes: list[Spike]


@dataclass(frozen=True)
class StepLosses:
    """The samples of one rank in a step, and their losses."""

    numbers: Sequence[int]
    """Numbers of the samples in the plan's order."""
    batch: Batch
    nats: npt.NDArray[np.float32]
    """One for each target that is not IGNORE, in order."""


class Guard:
    """Judges steps by the norm of their gradient: `accepts` before the update, `observe` after it, on all ranks."""

    def __init__(self, factor: float | None) -> None:
        self.factor = factor
        """`train.spike_factor`."""
        self.norms: deque[float] = deque(maxlen=WINDOW)
        self.spikes: list[Spike] = []
        """Rows of `spikes.jsonl`."""

    def accepts(self, norm: float) -> bool:
        """Whether the update of a step with this gradient norm is to be made."""
        return math.isfinite(norm) and not (self.factor is not None and self.is_spike(norm))

    def is_spike(self, norm: float) -> bool:
        """Whether a norm is far above the last ones."""
        return len(self.norms) >= MIN_STEPS and norm > (self.factor or LOGGED_FACTOR) * median(self.norms)

    def observe(self, step: int, loss: float, norm: float, losses: StepLosses, samples: Samples) -> None:
        """Record step `step` (from 0); `loss` is in nats per token over all ranks.

        Raises RecipeError with the step's documents when loss or norm is not finite.
        """
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise non_finite_error(step, loss, norm, worst_documents(losses, samples))
        if self.is_spike(norm):
            self.spikes.append(
                {
                    "step": step + 1,
                    "grad_norm": norm,
                    "median": median(self.norms),
                    "loss": loss,
                    "skipped": not self.accepts(norm),
                    "documents": worst_documents(losses, samples),
                }
            )
        self.norms.append(norm)

    def state(self) -> GuardState:
        """Everything in the guard, as plain values."""
        return {"norms": list(self.norms), "spikes": list(self.spikes)}

    def restore(self, state: GuardState) -> None:
        """Become the guard that `state` was taken from."""
        self.norms, self.spikes = deque(state["norms"], WINDOW), list(state["spikes"])

    def write(self, folder: Path) -> None:
        """Write `spikes.jsonl`: step, norm, median, loss, whether it was skipped, documents; empty without spikes."""
        lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in self.spikes)
        (folder / "spikes.jsonl").write_text(lines, encoding="utf-8")


def worst_documents(losses: StepLosses, samples: Samples) -> list[DocumentLoss]:
    """The documents of a step with the highest loss per token, over all ranks, which all call it.

    Losses that are not finite come first.
    """
    # Each rank sends its worst only, which is enough to find the worst of all.
    own = sorted(_document_losses(losses, samples), key=_worst_first)[:MAX_DOCUMENTS]
    parts: list[list[DocumentLoss]] = [own]
    if distributed.is_initialized():
        parts = [[] for _ in range(distributed.get_world_size())]
        distributed.all_gather_object(parts, own)
    return sorted((row for part in parts for row in part), key=_worst_first)[:MAX_DOCUMENTS]


def _document_losses(losses: StepLosses, samples: Samples) -> Iterator[DocumentLoss]:
    """Each part of a document in these samples, with its mean loss."""
    has_target = losses.batch.targets != IGNORE
    nats = np.zeros(has_target.shape)
    nats[has_target] = losses.nats
    for row, number in enumerate(losses.numbers):
        start = 0
        for part in samples.documents(number):
            here = slice(start, start + part.tokens)
            predicted = int(has_target[row, here].sum())
            yield {
                "lang": part.lang,
                "domain": part.domain,
                "id": part.id,
                "first_token": part.first,
                "tokens": part.tokens,
                "loss": _finite_or_none(nats[row, here].sum() / max(1, predicted)),
            }
            start += part.tokens


def _finite_or_none(loss: float) -> float | None:
    """The loss as JSON can hold it: None for NaN and infinity."""
    return float(loss) if math.isfinite(loss) else None


def _worst_first(row: DocumentLoss) -> tuple[bool, float, str, int]:
    """Sort key: losses that are not finite first, then falling losses, then the document."""
    loss = row["loss"]
    return loss is not None, -(loss or 0.0), row["id"], row["first_token"]


def non_finite_error(step: int, loss: float, norm: float, documents: Sequence[DocumentLoss]) -> RecipeError:
    """The error for a step whose loss or gradient is NaN or infinite."""
    named = [
        f"{row['id']} ({row['lang']}, {row['domain']}) from token {row['first_token']:,}: "
        + ("not a number" if row["loss"] is None else f"{row['loss']:.2f} nats a token")
        for row in documents
    ]
    return RecipeError(
        f"Training broke at step {step + 1}: the loss is {loss}, the gradient's norm {norm}. Documents of the step, "
        f"the worst first: {'; '.join(named)}. Look at them with 'emma why'. If they are as they should be, set "
        "train.learning_rate lower or train.warmup higher, and run again: with a changed setting it begins anew. To "
        "go on from a checkpoint of this run, give the recipe another `name` and train.from."
    )
