"""Static vectors of pieces, learnt from their neighbours in the packed text: new pieces are compared with the base's.

Positive pointwise mutual information of pieces that stand near each other, with smoothed contexts, then a truncated
SVD with half of the singular values' weight: as good as trained skip-grams (Levy, Goldberg and Dagan, TACL 2015), and
the same vectors every time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from emma.adapt.config import VectorsConfig
from emma.adapt.text import Ints, PackedText

SMOOTHING = 0.75
"""Power of the contexts' counts, without which rare contexts look too telling (the same paper, section 3.2)."""
OVERSAMPLING, ITERATIONS = 16, 4
"""Parameters of the randomised SVD (Halko, Martinsson and Tropp, SIAM Review 2011, section 4.5)."""


@dataclass(frozen=True)
class Vectors:
    """Vectors of the pieces that occur often enough."""

    ids: Ints
    """Pieces that have one, ascending (pieces,)."""
    values: Tensor
    """Their vectors, float32 (pieces, width), of length 1: the length tells how often a piece occurs and beside what,
    which is not what makes two alike."""


@dataclass(frozen=True)
class SparseMatrix:
    """A sparse square matrix over pieces; entries ascend by row, then column."""

    rows: Ints
    columns: Ints
    values: npt.NDArray[Any]
    size: int

    def times(self, dense: Tensor) -> Tensor:
        """The product with a dense matrix (size, width), float32: each row a weighted sum of rows of `dense`."""
        counts = np.bincount(self.rows, minlength=self.size)
        starts, weights = np.cumsum(counts) - counts, self.values.astype(np.float32)
        product: Tensor = torch.nn.functional.embedding_bag(
            torch.from_numpy(self.columns),
            dense,
            torch.from_numpy(starts),
            mode="sum",
            per_sample_weights=torch.from_numpy(weights),
        )
        return product

    def transposed(self) -> "SparseMatrix":
        """The transposed matrix."""
        order = np.lexsort((self.rows, self.columns))
        return SparseMatrix(self.columns[order], self.rows[order], self.values[order], self.size)


def piece_vectors(text: PackedText, section: VectorsConfig, seed: int) -> Vectors:
    """The vectors of all pieces that occur `minimum_count` times in `text` and have neighbours there."""
    pieces, place, counts = np.unique(text.tokens, return_inverse=True, return_counts=True)
    often = counts >= section.minimum_count
    number = np.where(often, np.cumsum(often) - 1, -1)[place]
    together = count_neighbours(number, text.documents, int(often.sum()), section.window)
    left, strengths = truncated_svd(ppmi(together), section.width, seed)
    # Singular values to the power 1/2 do better than as they are (eigenvalue weighting in the same paper).
    values = left * strengths.sqrt()
    lengths = values.norm(dim=1, keepdim=True)
    # A piece that has only the neighbours chance gives it has no direction.
    has = lengths.squeeze(1) > 0
    return Vectors(pieces[often][has.numpy()].astype(np.int64), (values / lengths)[has])


def count_neighbours(number: Ints, documents: Ints, size: int, window: int) -> SparseMatrix:
    """Count how often pieces stand within `window` of each other in a document, either way round.

    `number` is the piece at each place, from 0 below `size`, or -1 for one that does not count but takes its place.
    """
    keys = [np.zeros(0, np.int64)]
    for distance in range(1, window + 1):
        one, other = number[:-distance], number[distance:]
        # Pieces across the edge of a document stand together by chance.
        near = (one >= 0) & (other >= 0) & (documents[:-distance] == documents[distance:])
        # A pair as one number, so that one call counts all pairs.
        keys.append(one[near] * size + other[near])
    pairs, counts = np.unique(np.concatenate(keys), return_counts=True)
    first, second = np.divmod(pairs, max(size, 1))
    # So far to the right only; with the pairs turned round the matrix is symmetric.
    both, place = np.unique(np.concatenate([pairs, second * size + first]), return_inverse=True)
    total = np.bincount(place, weights=np.concatenate([counts, counts]), minlength=len(both)).astype(np.int64)
    return SparseMatrix(*np.divmod(both, max(size, 1)), total, size)


def ppmi(counts: SparseMatrix) -> SparseMatrix:
    """Positive pointwise mutual information of pairs counted so often; those with none are left out."""
    total = max(int(counts.values.sum()), 1)
    own = np.bincount(counts.rows, weights=counts.values, minlength=counts.size) / total
    contexts = np.bincount(counts.columns, weights=counts.values, minlength=counts.size) ** SMOOTHING
    chance = own[counts.rows] * contexts[counts.columns] / max(float(contexts.sum()), 1.0)
    values = np.log(counts.values / total / chance)
    kept = values > 0
    return SparseMatrix(counts.rows[kept], counts.columns[kept], values[kept], counts.size)


def truncated_svd(pairs: SparseMatrix, width: int, seed: int) -> tuple[Tensor, Tensor]:
    """The first left singular vectors (size, width) and values (width,), float32; fewer where the matrix is smaller."""
    other = pairs.transposed()
    generator = torch.Generator().manual_seed(seed)
    basis = torch.randn(pairs.size, min(pairs.size, width + OVERSAMPLING), generator=generator)
    basis = torch.linalg.qr(pairs.times(basis)).Q
    for _ in range(ITERATIONS):
        # Made orthogonal after each product, or all columns would turn to the first singular vector.
        basis = torch.linalg.qr(pairs.times(torch.linalg.qr(other.times(basis)).Q)).Q
    left, strengths, _ = torch.linalg.svd(other.times(basis).T, full_matrices=False)
    return (basis @ left)[:, :width], strengths[:width]
