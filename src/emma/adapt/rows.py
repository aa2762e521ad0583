"""Rows of the new pieces: how the vocabulary of a model grows, and what the new rows are made of.

A new piece starts as the mean of the base pieces that spelled the same text, unless the recipe says otherwise, so that
the model knows something of it at once. Any start inside the convex hull of the base's rows is said to do well after
training (Mundra et al., arXiv 2407.05841); after a short one the mean of all rows does not
(docs/decisions/0019-what-a-base-keeps.md).

`subword_mean` and `focus` both come to weighted sums of base rows. The weights are found once and then applied to the
input embeddings and to the head, each with its own rows.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import PreTrainedModel

from emma.adapt.config import AdaptConfig, Init
from emma.adapt.model import embedding_matrices
from emma.errors import ArtifactError, RecipeError

Weights = tuple[npt.NDArray[np.integer[Any]], npt.NDArray[np.floating[Any]]]
"""One new row as a sum: ids of base pieces, and their weights."""


@dataclass(frozen=True)
class NewPieces:
    """The pieces that the vocabulary gained."""

    ids: Sequence[int]
    """Their ids, ascending."""
    spellings: Sequence[Sequence[int]]
    """The base ids that spell each."""

    @property
    def smallest_id(self) -> int:
        """The smallest of the ids; without any, beyond every id."""
        return min(self.ids, default=sys.maxsize)


@dataclass(frozen=True)
class Combination:
    """Sparse weights (new rows, base rows), row after row."""

    pieces: Tensor
    """Base ids, int64 (terms,)."""
    weights: Tensor
    """Their weights, float32 (terms,)."""
    sizes: Tensor
    """Terms per new row, int64 (new rows,)."""

    @classmethod
    def from_rows(cls, rows: Sequence[Weights]) -> "Combination":
        """The weights of all new rows, in order."""
        pieces = np.concatenate([np.zeros(0, np.int64), *(ids for ids, _ in rows)]).astype(np.int64)
        weights = np.concatenate([np.zeros(0, np.float32), *(weights for _, weights in rows)]).astype(np.float32)
        sizes = np.array([len(ids) for ids, _ in rows], dtype=np.int64)
        return cls(torch.from_numpy(pieces), torch.from_numpy(weights), torch.from_numpy(sizes))

    def apply(self, rows: Tensor) -> Tensor:
        """The new rows (new rows, width) from base rows (base rows, width); one without terms is the mean of all."""
        starts = self.sizes.cumsum(0) - self.sizes
        # It sums weighted rows without a dense matrix of new rows by base rows.
        summed = torch.nn.functional.embedding_bag(
            self.pieces, rows, starts, mode="sum", per_sample_weights=self.weights.to(rows.dtype)
        )
        return torch.where(self.sizes[:, None] > 0, summed, rows.mean(0))


def mean_of_spelling(spelling: Sequence[int]) -> Weights:
    """The mean of the base pieces that spell a new one."""
    # A piece without a spelling gets no terms, which `Combination.apply` takes for the mean of all rows.
    ids = np.asarray(spelling, dtype=np.int64)
    return ids, np.full(len(ids), 1 / max(len(ids), 1))


def check_separate_head(model: PreTrainedModel, section: AdaptConfig) -> None:
    """RecipeError where the recipe treats the head apart, and the base has one matrix for both."""
    (embeddings, *head) = embedding_matrices(model)
    if section.head_init is not None and not head:
        raise RecipeError(
            f"adapt.head_init needs a head apart from the input embeddings, but the base ties them: one matrix of "
            f"{embeddings.shape[0]} × {embeddings.shape[1]} serves as both. Set adapt.untie = true, which adds a head "
            f"of {embeddings.numel()} weights for them (more with the new pieces), or leave adapt.head_init out."
        )


def add_rows(model: PreTrainedModel, new: NewPieces, rows: int) -> int:
    """Give the model `rows` rows; returns how many it had.

    Tokens that the base's tokenizer has beyond its rows ([PAD], say) get rows too, as padding does.
    """
    before = len(embedding_matrices(model)[0])
    if (largest := max((max(spelling, default=0) for spelling in new.spellings), default=0)) >= before:
        raise ArtifactError(
            f"pieces.parquet spells new pieces with ids up to {largest}, but the base has {before} rows. The "
            "vocabulary was made for another base: delete it and run again."
        )
    if rows > before:
        # transformers would draw the rows from the covariance of the others; all of them are filled here.
        model.resize_token_embeddings(rows, mean_resizing=False)
    return before


@torch.no_grad()
def fill_new_rows(
    model: PreTrainedModel, before: int, new: NewPieces, section: AdaptConfig, combinations: Mapping[Init, Combination]
) -> None:
    """Fill the rows that a model of `before` rows gained: each matrix from its own rows of base pieces.

    Rows of padding become the mean. The logit of a mean row is the mean of the logits, so by Jensen's inequality its
    probability is at most what a piece of the base has on average; and as no text has such an id, training pushes it
    down.
    """
    # The bias is filled as the head is; where there is none, `zip` ends before it.
    for matrix, init in zip(vocabulary_matrices(model), (*section.inits, section.inits[1]), strict=False):
        # A base padded beyond its tokenizer has rows that no piece of its own uses: they tell nothing.
        used = matrix[: min(before, new.smallest_id)].clone()
        matrix[before:] = used.mean(0)
        if new.ids:
            matrix[list(new.ids)] = combinations[init].apply(used)


def vocabulary_matrices(model: PreTrainedModel) -> list[Tensor]:
    """All that has a row for every piece: input embeddings, a head of its own, and its bias as a matrix of one
    column."""
    matrices: list[Tensor] = [matrix.data for matrix in embedding_matrices(model)]
    head: Any = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    bias = getattr(head, "bias", None)
    return matrices if bias is None or len(matrices) < 2 else [*matrices, bias.data[:, None]]
