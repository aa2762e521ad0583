"""Embedding rows for new pieces, from the rows of the base.

A new piece starts as the mean of the base pieces that spelled the same text, unless the recipe says otherwise, so that
the model knows something of it at once. Any start inside the convex hull of the base's rows does well after training
(Mundra et al., arXiv 2407.05841); what happens before is measured in `benchmarks/train/embeddings.py`.
"""

import torch
from torch import Tensor

from emma.adapt.combination import Combination
from emma.adapt.config import Init

NEARNESS = 1e-9
"""What `gaussian` scales the covariance by, as Hugging Face's resize does (Hewitt 2021, nlp.stanford.edu/~johnhew/
vocab-expansion.html): rows all but equal to the mean take no probability from the base's own pieces."""


def new_rows(rows: Tensor, number: int, init: Init, combination: Combination | None, seed: int) -> Tensor:
    """Rows for `number` new pieces (number, width), from the base's `rows` (base size, width), float32.

    `combination` is asked where `init` is one that weighs base rows; the others draw from the rows' distribution.
    """
    if init == "random":
        return torch.addcmul(rows.mean(0), _noise(number, rows.shape[1], seed), rows.std(0))
    if init == "mean":
        return rows.mean(0).expand(number, -1).clone()
    if init == "gaussian":
        return torch.addmm(rows.mean(0), _noise(number, rows.shape[1], seed), spread(rows), alpha=NEARNESS**0.5)
    if combination is None:
        raise ValueError(f"{init} needs a combination")
    return combination.apply(rows)


def spread(rows: Tensor) -> Tensor:
    """A matrix S (width, width) with SᵀS the covariance of `rows`: standard normal rows times S have it too."""
    centred = (rows - rows.mean(0)).double()
    values, vectors = torch.linalg.eigh(centred.T @ centred / len(rows))
    return torch.mul(values.clamp(min=0).sqrt()[:, None], vectors.T).to(rows.dtype)


def _noise(number: int, width: int, seed: int) -> Tensor:
    return torch.randn(number, width, generator=torch.Generator().manual_seed(seed))
