"""Next-token loss from hidden states and head weights, without ever holding all logits.

With 260,000 pieces the logits of a batch outweigh the model. Here they exist for one chunk of positions at a time,
and the gradients are made on the spot, in the forward pass, so that nothing but them is kept.
"""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from emma.models.head import Head
from emma.train.model.config import LOGITS_PER_CHUNK, MIN_CHUNK_ROWS

Gradients = tuple[Tensor | None, Tensor | None, Tensor | None]
"""Gradients of hidden states, weight and bias; None where one is not needed."""


class _ChunkedCrossEntropy(torch.autograd.Function):
    """Sum of nats whose gradients are made in the forward pass, chunk by chunk."""

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> tuple[Tensor, Tensor]:
        hidden, weight, bias, targets, head, trained = arguments
        need = tuple(trained and is_needed for is_needed in ctx.needs_input_grad[:3])
        rows = max(MIN_CHUNK_ROWS, LOGITS_PER_CHUNK.get(hidden.device.type, LOGITS_PER_CHUNK["cpu"]) // len(weight))
        nats, ctx.gradients = _in_chunks(hidden, head, targets, rows, need)
        ctx.kinds = [None if tensor is None else tensor.dtype for tensor in (hidden, weight, bias)]
        # Gradients are those of the sum; none flows through the nats of a position.
        ctx.mark_non_differentiable(nats)
        return nats.sum(), nats

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        # In place where it is float32 already: the head's gradient of a large vocabulary is gigabytes, and nobody
        # else has it.
        scaled = [
            None if gradient is None else gradient.float().mul_(upstream[0]).to(kind)
            for gradient, kind in zip(ctx.gradients, ctx.kinds, strict=True)
        ]
        ctx.gradients = None
        return *scaled, None, None, None


def _in_chunks(
    hidden: Tensor, head: Head, targets: Tensor, rows: int, need: tuple[bool, ...]
) -> tuple[Tensor, Gradients]:
    """Nats of every position, and the gradients of their sum. The head's are float32 whatever its type."""
    # Cast once for all chunks.
    cast = replace(head, weight=head.weight.to(hidden.dtype), bias=None if head.bias is None else head.bias.float())
    nats = torch.empty(len(hidden), device=hidden.device)
    of_hidden = torch.empty_like(hidden) if need[0] else None
    of_weight = torch.zeros_like(cast.weight, dtype=torch.float32) if need[1] else None
    of_bias = torch.zeros_like(cast.bias) if cast.bias is not None and need[2] else None
    for start in range(0, len(hidden), rows):
        part = slice(start, start + rows)
        nats[part], at_raw = _chunk(hidden[part], cast, targets[part], any(need))
        if of_bias is not None:
            of_bias += at_raw.sum(0)
        grad = at_raw.to(hidden.dtype)
        if of_hidden is not None:
            torch.mm(grad, cast.weight, out=of_hidden[part])
        if of_weight is not None:
            _add_product(of_weight, grad.T, hidden[part])
        del at_raw, grad  # or they would still be there beside the next chunk's
    return nats, (of_hidden, of_weight, of_bias)


def _chunk(hidden: Tensor, head: Head, targets: Tensor, trained: bool) -> tuple[Tensor, Tensor]:
    """Nats of each position, and the gradient of their sum at the products of hidden states and weight, float32.

    At the logits it is the predicted distribution minus the true one: p, and p - 1 at the truth, which expm1 gives
    exactly where p is near 1. A cap, and then a scale, lie between.
    """
    raw = product(hidden, head.weight.T)
    logits = head.scale_and_cap(raw if head.bias is None else raw.add_(head.bias))
    log_shares = torch.log_softmax(logits, -1, dtype=torch.float32)
    nats = -log_shares.gather(1, targets[:, None]).squeeze(1)
    if not trained:
        return nats, log_shares
    grad = log_shares.exp_()  # in place: there is no second chunk of logits
    grad[torch.arange(len(targets), device=targets.device), targets] = torch.expm1(-nats)
    if head.cap is not None:
        grad *= 1 - (logits.float() / head.cap) ** 2
    return nats, grad if head.scale == 1.0 else grad.mul_(head.scale)


def product(one: Tensor, other: Tensor) -> Tensor:
    """The matrix product; of bfloat16 on a GPU in float32, which its tensor cores sum up in anyway."""
    if one.device.type == "cuda" and one.dtype == torch.bfloat16 and torch.version.hip is None:
        return torch.mm(one, other, out_dtype=torch.float32)
    return one @ other


def _add_product(total: Tensor, one: Tensor, other: Tensor) -> None:
    """Add a matrix product to `total`, which is float32: where that is its type too, without a copy of that size."""
    if one.dtype == torch.float32:
        torch.addmm(total, one, other, out=total)
    else:
        total += product(one, other)


def next_token_loss(hidden: Tensor, head: Head, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Negative log-likelihood in nats: the sum, to be differentiated, and one number per position.

    `hidden` (positions, width) in float32 or bfloat16, `targets` (positions,) int64, all of them to be predicted.
    Products are in the type of `hidden`; softmax, sums and the head's gradient are in float32.
    """
    losses: tuple[Tensor, Tensor] = _ChunkedCrossEntropy.apply(  # type: ignore[no-untyped-call]
        hidden, head.weight, head.bias, targets, head, torch.is_grad_enabled()
    )
    return losses
