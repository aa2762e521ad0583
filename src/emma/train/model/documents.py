"""Documents inside packed sequences: in the forms that attention kernels take, and with rotary positions of their own.

All sizes depend on the batch's shape only, or grow by doubling, so that compiled code is not compiled again for every
batch. Nothing here looks at pairs of tokens.


Rotary scaling can depend on a text's length. LongRoPE turns long texts more slowly than short ones, and transformers
takes the longest of the batch for the length of all; here each document has its own, as if it were alone. Dynamic
scaling also depends on what came before in the run, which no training can have: it is refused where it would scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask
from transformers import PreTrainedModel

from emma.errors import RecipeError

FLEX_BLOCK = 128
"""Tokens in a block of FlexAttention: the size that its kernels are made for."""
MIN_DOCUMENTS = 128
"""Room for this many documents is kept even where there are fewer, so that shapes repeat."""


@dataclass(frozen=True)
class Documents:
    """The documents of a batch of packed sequences."""

    tokens: int
    """Tokens of a sequence: no document is longer."""
    bounds: Tensor
    """Beginnings of documents when all sequences are laid end to end, then the end of the last; int32."""
    masks: dict[int, BlockMask]
    """FlexAttention's mask for each window; 0: tokens see all of their document that is before them."""


def find_document_starts(positions: Tensor) -> Tensor:
    """Mark where documents begin: at the left edge and where `positions` (sequences, tokens) do not count up by one."""
    starts = torch.ones_like(positions, dtype=torch.bool)
    starts[:, 1:] = positions.diff(dim=1) != 1
    return starts


def documents_for_varlen(positions: Tensor) -> Documents:
    """The documents as flash attention takes them; `positions` int64 (sequences, tokens)."""
    return Documents(positions.shape[1], document_bounds(find_document_starts(positions)), {})


def documents_for_flex(positions: Tensor, windows: Iterable[int]) -> Documents:
    """The documents as FlexAttention takes them, for layers with these windows."""
    columns = torch.arange(positions.shape[1], device=positions.device)
    first = torch.where(find_document_starts(positions), columns, 0).cummax(1).values
    masks = {
        window: make_block_mask(torch.maximum(first, columns - (window - 1)) if window else first)
        for window in sorted(set(windows))
    }
    return Documents(positions.shape[1], torch.empty(0), masks)


def document_bounds(starts: Tensor) -> Tensor:
    """Cumulative lengths of documents, padded with empty ones to a power of two."""
    begins = starts.flatten().nonzero().squeeze(1)
    # To powers of two, so that compiled code meets few shapes.
    room = max(MIN_DOCUMENTS, 1 << (len(begins) - 1).bit_length())
    bounds = torch.full((room + 1,), starts.numel(), dtype=torch.int32, device=starts.device)
    bounds[: len(begins)] = begins
    return bounds


def make_block_mask(first: Tensor) -> BlockMask:
    """The mask in which each token sees all from its `first` (sequences, tokens) to itself.

    `first` never falls along a sequence, so the blocks that a block of queries needs are one run, from the block of
    its first query's `first` to its own. Those of them that its last query sees whole are seen whole by all.
    """
    size = first.shape[1] // FLEX_BLOCK
    own = torch.arange(size, device=first.device).expand(len(first), size)
    by_block = first.reshape(len(first), size, FLEX_BLOCK)
    begin = by_block[:, :, 0] // FLEX_BLOCK
    full_from = torch.minimum((by_block[:, :, -1] + FLEX_BLOCK - 1) // FLEX_BLOCK, own)
    columns = torch.arange(size, device=first.device)
    is_after = columns >= full_from[..., None]
    # The block on the diagonal is never full: its queries do not see the keys after them.
    partial = (columns >= begin[..., None]) & ~is_after | (columns == own[..., None])
    full = is_after & (columns < own[..., None])
    return BlockMask.from_kv_blocks(
        *_columns_first(partial),
        *_columns_first(full),
        BLOCK_SIZE=FLEX_BLOCK,
        mask_mod=_mask_from(first),
        seq_lengths=(first.shape[1],) * 2,
    )


def _columns_first(chosen: Tensor) -> tuple[Tensor, Tensor]:
    """The number of columns set in each row of `chosen`, bool (sequences, rows, columns), and the order that has them
    first; both with an axis for heads, as FlexAttention wants them."""
    order = chosen.int().sort(dim=-1, descending=True, stable=True).indices
    return chosen.sum(-1, dtype=torch.int32)[:, None], order.int()[:, None].contiguous()


def _mask_from(first: Tensor) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """FlexAttention's mask function: a query sees keys from its `first` (sequences, tokens) up to itself."""

    def sees(sequence: Tensor, _head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (key <= query) & (key >= first[sequence, query])

    return sees


Waves = tuple[Tensor, Tensor]
"""Cosine and sine (sequences, tokens, width)."""


def check_rotary(config: Any, tokens: int) -> None:
    """RecipeError when sequences of `tokens` reach into what dynamic scaling would scale."""
    rope, limit = getattr(config, "rope_parameters", None) or {}, config.max_position_embeddings
    if rope.get("rope_type") == "dynamic" and tokens > limit:
        raise RecipeError(
            f"Rotary scaling of type 'dynamic' begins after {limit} tokens and depends on what was read before, so it "
            f"cannot be trained with at {tokens} tokens. Set adapt.rope.type to yarn or ntk, or mix.sequence_length to "
            f"{limit} at most."
        )


def scale_by_document(model: PreTrainedModel, tokens: int) -> None:
    """Make LongRoPE scale by document, in place, where sequences of `tokens` are long enough to be scaled.

    Raises RecipeError for a model whose layers have different kinds of scaling, LongRoPE among them.
    """
    rope = getattr(model.config, "rope_parameters", None) or {}
    kinds = [rope.get("rope_type"), *(each.get("rope_type") for each in rope.values() if isinstance(each, dict))]
    if "longrope" not in kinds or tokens <= (before := rope.get("original_max_position_embeddings", 0)):
        return
    if kinds[0] != "longrope":
        raise RecipeError(
            f"Models of type {model.config.model_type} have LongRoPE in some layers only, which the trainer cannot "
            "keep apart by document. Choose another base."
        )
    for module in model.modules():
        if getattr(module, "rope_type", None) == "longrope":
            module.forward = with_document_lengths(module.forward, before)


def with_document_lengths(waves: Callable[[Tensor, Tensor], Waves], before: int) -> Callable[[Tensor, Tensor], Waves]:
    """`waves` of tokens and positions, so that only documents of more than `before` tokens are scaled as long."""

    def waves_by_document(states: Tensor, position_ids: Tensor) -> Waves:
        long = (find_document_lengths(position_ids) > before)[..., None]
        short_waves = waves(states, position_ids.clamp(max=before - 1))
        # transformers takes the longest position for the length of all: one more position makes it scale.
        forced = torch.cat([position_ids, torch.full_like(position_ids[:, :1], before)], 1)
        long_waves = [wave[:, :-1] for wave in waves(states, forced)]
        cosine, sine = (torch.where(long, one, other) for one, other in zip(long_waves, short_waves, strict=True))
        return cosine, sine

    return waves_by_document


def find_document_lengths(positions: Tensor) -> Tensor:
    """The length of each token's document; `positions` and result int64 (sequences, tokens)."""
    ends = find_document_starts(positions).roll(-1, 1)
    columns = torch.arange(positions.shape[1], device=positions.device)
    last = torch.where(ends, columns, positions.shape[1]).flip(1).cummin(1).values.flip(1)
    return positions.gather(1, last) + 1
