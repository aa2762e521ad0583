"""Activation checkpointing: part of each block's forward pass is computed again in the backward pass, not kept.

What `selective` keeps is a list, after torchtitan's: results that cost much to compute and little to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.attention.flex_attention
import torch.nn.attention.varlen  # both are imported for the operators they define
from torch import nn
from torch.utils.checkpoint import CheckpointPolicy, checkpoint, create_selective_checkpoint_contexts

KEPT = (
    "aten.mm",
    "aten.addmm",
    "aten.bmm",
    "aten.linear",
    "aten._scaled_mm",
    "aten._scaled_dot_product_efficient_attention",
    "aten._scaled_dot_product_flash_attention",
    "aten._scaled_dot_product_flash_attention_for_cpu",
    "aten._scaled_dot_product_cudnn_attention",
    "torch_attn._varlen_attn",
    "higher_order.flex_attention",
)
"""Operators whose results `selective` keeps: matrix products and attention."""


def checkpoint_blocks(blocks: Sequence[nn.Module], policy: str) -> None:
    """Wrap the forward passes of the blocks, in place; names of weights stay. `policy`: none, full or selective."""
    if policy == "none":
        return
    options: dict[str, Any] = {"context_fn": contexts} if policy == "selective" else {}
    for block in blocks:
        forward: Callable[..., Any] = block.forward
        block.forward = partial(checkpoint, forward, use_reentrant=False, **options)


def contexts() -> Any:
    """The pair of contexts, of the forward pass and of the second one, that keeps what is in KEPT."""
    return create_selective_checkpoint_contexts(choose)  # type: ignore[no-untyped-call]


def choose(_context: Any, operator: Any, *_: Any, **__: Any) -> CheckpointPolicy:
    """Whether the result of an operator is kept."""
    return CheckpointPolicy.MUST_SAVE if operator in OPERATORS else CheckpointPolicy.PREFER_RECOMPUTE


def _operators() -> frozenset[Any]:
    found = set()
    for name in KEPT:
        space, _, word = name.partition(".")
        if (operator := getattr(getattr(torch.ops, space), word, None)) is not None:
            found |= (
                {getattr(operator, each) for each in operator.overloads()} if space != "higher_order" else {operator}
            )
    return frozenset(found)


OPERATORS = _operators()
