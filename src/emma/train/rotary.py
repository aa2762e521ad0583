"""Rotary scaling that depends on a text's length, in sequences that hold several texts.

LongRoPE turns long texts more slowly than short ones, and transformers takes the longest of the batch for the length
of all. Here each document has its own, as if it were alone. Dynamic scaling also depends on what came before in the
run, which no training can have: it is refused where it would scale.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from emma.errors import RecipeError
from emma.train.documents import starts_of

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


def keep_apart(model: PreTrainedModel, tokens: int) -> None:
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
    for each in model.modules():
        if getattr(each, "rope_type", None) == "longrope":
            each.forward = by_document(each.forward, before)


def by_document(waves: Callable[[Tensor, Tensor], Waves], before: int) -> Callable[[Tensor, Tensor], Waves]:
    """`waves` of tokens and positions, so that only documents of more than `before` tokens are scaled as long."""

    def both(states: Tensor, position_ids: Tensor) -> Waves:
        long = (lengths(position_ids) > before)[..., None]
        short_waves = waves(states, position_ids.clamp(max=before - 1))
        forced = torch.cat([position_ids, torch.full_like(position_ids[:, :1], before)], 1)
        long_waves = [each[:, :-1] for each in waves(states, forced)]
        cosine, sine = (torch.where(long, one, other) for one, other in zip(long_waves, short_waves, strict=True))
        return cosine, sine

    return both


def lengths(positions: Tensor) -> Tensor:
    """The length of each token's document; `positions` and result int64 (sequences, tokens)."""
    ends = starts_of(positions).roll(-1, 1)
    columns = torch.arange(positions.shape[1], device=positions.device)
    last = torch.where(ends, columns, positions.shape[1]).flip(1).cummin(1).values.flip(1)
    return positions.gather(1, last) + 1
