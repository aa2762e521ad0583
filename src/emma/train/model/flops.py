"""Arithmetic of training: floating-point operations per token, and the peak of the machine.

Counted as in PaLM (Chowdhery et al., arXiv 2204.02311, appendix B): six operations per weight and token, and attention
over the full square; or, asked for, over its causal half. Document masks make the true number smaller than both.
"""

import time

import torch
from transformers import PreTrainedModel

from emma.models.accelerators import known_peak_flops
from emma.models.device import fast_type
from emma.train.config import BF16_PRECISIONS, Precision


def flops_per_token(model: PreTrainedModel, sequence_length: int, *, causal: bool = False) -> float:
    """Operations to train on one token: 6 N + 12 L d S, or 6 L d S for a causal count of attention.

    The embedding look-up is free, the head is not. A frozen weight takes 4: it needs no gradient of its own.
    """
    looked_up = None if _has_tied_embeddings(model) else model.get_input_embeddings().weight
    weights = sum(
        weight.numel() * (6 if weight.requires_grad else 4) for weight in model.parameters() if weight is not looked_up
    )
    config = model.config.get_text_config()
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    attention = 12 * config.num_hidden_layers * config.num_attention_heads * width * sequence_length
    return float(weights + (attention / 2 if causal else attention))


def _has_tied_embeddings(model: PreTrainedModel) -> bool:
    ends = model.get_input_embeddings(), model.get_output_embeddings()  # type: ignore[no-untyped-call]
    return ends[0].weight is ends[1].weight


def peak_flops(device: torch.device, precision: Precision) -> float | None:
    """Peak operations per second in bfloat16: from the makers for known GPUs, measured on a CPU, else unknown.

    The same for fp8, whose products are a part of the work only, so that its figures can be held against bfloat16's.
    """
    if device.type == "cpu":
        # Where bfloat16 is emulated its peak says nothing of the machine's.
        return measured_flops(fast_type(device) if precision in BF16_PRECISIONS else torch.float32)
    if device.type != "cuda" or precision not in BF16_PRECISIONS:
        return None
    return known_peak_flops(torch.cuda.get_device_name(device))


def measured_flops(dtype: torch.dtype, size: int = 1024, repeats: int = 8) -> float:
    """The best of a few square matrix products on this CPU: what can be had, rather than what is printed on it."""
    one, other = torch.ones(size, size, dtype=dtype), torch.ones(size, size, dtype=dtype)
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        torch.mm(one, other)
        best = min(best, time.perf_counter() - start)
    return 2.0 * size**3 / best
