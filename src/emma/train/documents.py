"""Where the documents of a batch lie, in the forms that attention kernels want.

All sizes depend on the batch's shape only, or grow by doubling, so that compiled code is not compiled again for every
batch. Nothing here looks at pairs of tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask

BLOCK = 128
"""Tokens in a block of FlexAttention: the size that its kernels are made for."""
FEWEST = 128
"""There is room for this many documents even where there are fewer."""


@dataclass(frozen=True)
class Documents:
    """The documents of a batch of packed sequences."""

    tokens: int
    """Of a sequence: no document is longer."""
    bounds: Tensor
    """Where documents begin in all sequences laid end to end, then the end of all; int32."""
    masks: dict[int, BlockMask]
    """FlexAttention's mask for each window; 0: tokens see all of their document that is before them."""


def starts_of(positions: Tensor) -> Tensor:
    """Where documents begin: at the left edge, and where `positions` (sequences, tokens) do not count up by one."""
    starts = torch.ones_like(positions, dtype=torch.bool)
    starts[:, 1:] = positions.diff(dim=1) != 1
    return starts


def for_varlen(positions: Tensor) -> Documents:
    """The documents as flash attention wants them; `positions` int64 (sequences, tokens)."""
    return Documents(positions.shape[1], bounds_of(starts_of(positions)), {})


def for_flex(positions: Tensor, windows: Iterable[int]) -> Documents:
    """The documents as FlexAttention wants them, for layers with these windows."""
    columns = torch.arange(positions.shape[1], device=positions.device)
    first = torch.where(starts_of(positions), columns, 0).cummax(1).values
    masks = {
        window: block_mask(torch.maximum(first, columns - (window - 1)) if window else first)
        for window in sorted(set(windows))
    }
    return Documents(positions.shape[1], torch.empty(0), masks)


def bounds_of(starts: Tensor) -> Tensor:
    """Cumulative lengths of documents, padded with empty ones to a power of two."""
    found = starts.flatten().nonzero().squeeze(1)
    room = max(FEWEST, 1 << (len(found) - 1).bit_length())
    bounds = torch.full((room + 1,), starts.numel(), dtype=torch.int32, device=starts.device)
    bounds[: len(found)] = found
    return bounds


def block_mask(first: Tensor) -> BlockMask:
    """The mask in which each token sees all from its `first` (sequences, tokens) to itself.

    `first` never falls along a sequence, so the blocks that a block of queries needs are one run, from the block of
    its first query's `first` to its own. Those of them that its last query sees whole are seen whole by all.
    """
    size = first.shape[1] // BLOCK
    own = torch.arange(size, device=first.device).expand(len(first), size)
    by_block = first.reshape(len(first), size, BLOCK)
    begin = by_block[:, :, 0] // BLOCK
    whole = torch.minimum((by_block[:, :, -1] + BLOCK - 1) // BLOCK, own)
    columns = torch.arange(size, device=first.device)
    after = columns >= whole[..., None]
    some = (columns >= begin[..., None]) & ~after | (columns == own[..., None])
    every = after & (columns < own[..., None])
    return BlockMask.from_kv_blocks(
        *_listed(some), *_listed(every), BLOCK_SIZE=BLOCK, mask_mod=_sees(first), seq_lengths=(first.shape[1],) * 2
    )


def _listed(chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Of bool (sequences, rows, columns): how many columns each row has, and which, those first; with a heads axis."""
    order = chosen.int().sort(dim=-1, descending=True, stable=True).indices
    return chosen.sum(-1, dtype=torch.int32)[:, None], order.int()[:, None].contiguous()


def _sees(first: Tensor) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    def sees(sequence: Tensor, _head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (key <= query) & (key >= first[sequence, query])

    return sees
