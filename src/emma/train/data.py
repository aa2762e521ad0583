"""Training batches: samples side by side, with what is to be predicted and where documents begin.

Also the checks that shards and model belong together.
"""

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
    """Where there is no text (sequences, tokens); a document of its own at the end, with no target."""

    @property
    def predicted(self) -> int:
        """Tokens that have a target."""
        return int((self.targets != IGNORE).sum())

    def part(self, start: int, size: int) -> "Batch":
        """Some of the sequences."""
        some = slice(start, start + size)
        return Batch(*(getattr(self, each.name)[some] for each in fields(self)))


def make_batch(samples: Samples, numbers: Sequence[int]) -> Batch:
    """The samples of these numbers, in this order."""
    drawn = [samples.draw(number) for number in numbers]
    tokens, begins, padding = (
        np.stack([getattr(each, name) for each in drawn]) for name in ("tokens", "begins", "padding")
    )
    return Batch(
        tokens[:, :-1],
        np.where(begins[:, 1:] | padding[:, 1:], IGNORE, tokens[:, 1:]),
        places_in_documents(begins[:, :-1]),
        np.array([each.source for each in drawn]),
        padding[:, :-1],
    )


def places_in_documents(begins: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Positions that restart at 0 wherever `begins` (sequences, tokens) is true, and at the left edge."""
    columns = np.broadcast_to(np.arange(begins.shape[1]), begins.shape)
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
    packed, found = str(samples.facts["tokenizer"]), file_digest(model / "tokenizer.json")
    if packed != found:
        raise RecipeError(
            f"The shards were made with another tokenizer (SHA-256 {packed[:12]}…) than the model has "
            f"({model / 'tokenizer.json'}, {found[:12]}…), so their ids mean other pieces. Run pack, mix and adapt "
            "with the same vocabulary."
        )
