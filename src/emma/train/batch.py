"""Training batches: which samples a step has, what is predicted in them and where documents begin.

Also the checks that shards and model belong together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emma.errors import RecipeError
from emma.store.address import file_digest
from emma.tokens.samples import Samples

IGNORE = -100
"""Target where nothing is to be predicted: the first token of a document does not follow from the one before."""


@dataclass(frozen=True)
class Batch:
    """Sequences to train on; all arrays but `sources` are (sequences, tokens)."""

    inputs: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    """The token after each input, or IGNORE."""
    positions: npt.NDArray[np.int64]
    """Place in the document, from 0; counted from the sequence's start where that cuts a document."""
    sources: npt.NDArray[np.int64]
    """Source of each sequence (sequences,)."""
    padding: npt.NDArray[np.bool_]
    """True where there is no text (sequences, tokens): a document of its own at the end, with no target."""

    @property
    def predicted(self) -> int:
        """Tokens that have a target."""
        return int((self.targets != IGNORE).sum())

    def part(self, start: int, size: int) -> "Batch":
        """Some of the sequences."""
        some = slice(start, start + size)
        return Batch(*(getattr(self, field.name)[some] for field in fields(self)))


def make_batch(samples: Samples, numbers: Sequence[int]) -> Batch:
    """The samples of these numbers, in this order."""
    sequences = [samples.draw(number) for number in numbers]
    tokens, begins, padding = (
        np.stack([getattr(sequence, name) for sequence in sequences]) for name in ("tokens", "begins", "padding")
    )
    return Batch(
        tokens[:, :-1],
        np.where(begins[:, 1:] | padding[:, 1:], IGNORE, tokens[:, 1:]),
        count_positions(begins[:, :-1]),
        np.array([sequence.source for sequence in sequences]),
        padding[:, :-1],
    )


def count_positions(begins: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Positions that restart at 0 wherever `begins` (sequences, tokens) is true, and at the left edge."""
    columns = np.broadcast_to(np.arange(begins.shape[1]), begins.shape)
    # Less the last beginning at or before each column.
    return columns - np.maximum.accumulate(np.where(begins, columns, 0), axis=1)


def check_vocabulary(samples: Samples, rows: int) -> None:
    """RecipeError when the tokenizer has ids that the model has no row for."""
    if (pieces := int(samples.facts["vocabulary"])) > rows:
        raise RecipeError(
            f"The shards were made with a vocabulary of {pieces} pieces, but the model has {rows} embedding rows. "
            "Pack and adapt must use the same vocabulary: run both again."
        )


def check_tokenizer(samples: Samples, model: Path) -> None:
    """RecipeError when the shards were made with another tokenizer than the one beside the model in this folder."""
    packed, own = str(samples.facts["tokenizer"]), file_digest(model / "tokenizer.json")
    if packed != own:
        raise RecipeError(
            f"The shards were made with another tokenizer (SHA-256 {packed[:12]}…) than the model has "
            f"({model / 'tokenizer.json'}, {own[:12]}…), so their ids mean other pieces. Run pack, mix and adapt "
            "with the same vocabulary."
        )


@dataclass(frozen=True)
class StepPlan:
    """The samples of each step, and those of them that this rank takes. `len` is the number of steps.

    The last step has what is left, which may be fewer samples; each sample of the plan is in one step. Its update is no
    smaller for it, but the mean of fewer tokens.
    """

    samples: int
    """Samples of the whole run."""
    sequences: int
    """Samples per step, summed over ranks."""
    rank: int = 0
    world_size: int = 1

    def __len__(self) -> int:
        return math.ceil(self.samples / self.sequences)

    def describe_rest(self) -> str | None:
        """Say what the last step has where the budget ends in the middle of it; None where all are whole."""
        if not (rest := self.samples % self.sequences):
            return None
        return f"the last of {len(self)} steps has {rest} of {self.sequences} sequences"

    def samples_of(self, step: int) -> range:
        """The samples of a step (from 0), over all ranks."""
        return range(step * self.sequences, min((step + 1) * self.sequences, self.samples))

    def own_samples(self, step: int) -> range:
        """Those that this rank takes: every `world_size`-th."""
        return self.samples_of(step)[self.rank :: self.world_size]

    def count_micro_batches(self, step: int, micro_batch: int) -> int:
        """Times that each rank calls the model in a step: as often as the one with most samples must."""
        return math.ceil(math.ceil(len(self.samples_of(step)) / self.world_size) / micro_batch)


def split_micro_batches(batch: Batch, size: int, count: int) -> list[Batch]:
    """A batch in `count` parts of at most `size` sequences; where there are none left, one that predicts nothing.

    All ranks must call a sharded model equally often, or they would wait for each other for ever.
    """
    parts = [batch.part(start, size) for start in range(0, len(batch.inputs), size)]
    return parts + [empty_batch(batch.inputs.shape[1])] * (count - len(parts))


def empty_batch(tokens: int) -> Batch:
    """One sequence of `tokens` with nothing to predict."""
    zeros = np.zeros((1, tokens), np.int64)
    positions = np.arange(tokens, dtype=np.int64)[None]
    return Batch(zeros, np.full_like(zeros, IGNORE), positions, np.zeros(1, np.int64), np.ones((1, tokens), np.bool_))
