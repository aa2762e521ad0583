"""New rows as weighted sums of base rows: what `subword_mean`, `focus` and `omp` all come to.

Weights are found once and then applied to the input embeddings and to the head, each with its own rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Bag = tuple[npt.NDArray[np.integer[Any]], npt.NDArray[np.floating[Any]]]
"""One new row: ids of base pieces, and their weights."""


@dataclass(frozen=True)
class Combination:
    """Sparse weights (new rows, base rows), row after row."""

    pieces: Tensor
    """Base ids, int64 (terms,)."""
    weights: Tensor
    """Their weights, float32 (terms,)."""
    sizes: Tensor
    """Terms a new row, int64 (new rows,)."""

    @classmethod
    def of(cls, bags: Sequence[Bag]) -> "Combination":
        """The weights of all new rows, in order."""
        pieces = np.concatenate([np.zeros(0, np.int64), *(ids for ids, _ in bags)]).astype(np.int64)
        weights = np.concatenate([np.zeros(0, np.float32), *(each for _, each in bags)]).astype(np.float32)
        sizes = np.array([len(ids) for ids, _ in bags], dtype=np.int64)
        return cls(torch.from_numpy(pieces), torch.from_numpy(weights), torch.from_numpy(sizes))

    def apply(self, rows: Tensor) -> Tensor:
        """The new rows (new rows, width) from base rows (base rows, width); one without terms is the mean of all."""
        starts = self.sizes.cumsum(0) - self.sizes
        summed = torch.nn.functional.embedding_bag(
            self.pieces, rows, starts, mode="sum", per_sample_weights=self.weights.to(rows.dtype)
        )
        return torch.where(self.sizes[:, None] > 0, summed, rows.mean(0))


def spelled(spelling: Sequence[int]) -> Bag:
    """The mean of the base pieces that spell a new one."""
    ids = np.asarray(spelling, dtype=np.int64)
    return ids, np.full(len(ids), 1 / max(len(ids), 1))
