"""Embedding rows for new pieces, from the rows of the base.

A new piece starts as the mean of the base pieces that spelled the same text, so that the model knows something of it
at once. Any start inside the convex hull of the base's rows does well after training (Mundra et al., arXiv
2407.05841), so no outside vectors are needed.
"""

from collections.abc import Sequence

import torch

from emma.adapt.config import Init


def new_rows(rows: torch.Tensor, spellings: Sequence[Sequence[int]], init: Init, seed: int) -> torch.Tensor:
    """One row for every spelling (the base ids of a new piece's text).

    `rows` is (base size, width), float32; returns (len(spellings), width). An empty spelling gets the mean of all.
    """
    if init == "random":
        return _normal(rows, len(spellings), seed)
    if init == "mean":
        return rows.mean(0).expand(len(spellings), -1).clone()
    return _means(rows, spellings)


def _means(rows: torch.Tensor, spellings: Sequence[Sequence[int]]) -> torch.Tensor:
    """The mean of each spelling's rows; a bag is one spelling, and the last row stands in for an empty one."""
    everything = len(rows)
    bags = [list(each) or [everything] for each in spellings]
    table = torch.cat([rows, rows.mean(0, keepdim=True)])
    sizes = torch.tensor([0, *(len(bag) for bag in bags)])
    flat = torch.tensor([piece for bag in bags for piece in bag], dtype=torch.long)
    return torch.nn.functional.embedding_bag(flat, table, sizes.cumsum(0)[:-1], mode="mean")


def _normal(rows: torch.Tensor, number: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(number, rows.shape[1], generator=generator)
    return rows.mean(0) + noise * rows.std(0)
