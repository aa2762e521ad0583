"""Arithmetic of training: floating-point operations a token, and how much of the machine's peak is used.

Counted as in PaLM (Chowdhery et al., arXiv 2204.02311, appendix B): six operations a weight and token, and attention
over the full square. Document masks make the true number smaller.
"""

import time

import torch
from transformers import PreTrainedModel

from emma.train.config import Precision

PEAK_FLOPS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40S": 362e12, "B200": 2250e12, "GH200": 989e12}
"""Dense bfloat16 operations a second, from the makers' data sheets, by a part of the device's name."""


def flops_per_token(model: PreTrainedModel, sequence_length: int) -> float:
    """Operations to train on one token: 6 N + 12 L d S. The embedding look-up is free, the head is not."""
    config = model.config
    weights = sum(each.numel() for each in model.parameters())
    if not config.tie_word_embeddings:
        weights -= config.vocab_size * config.hidden_size
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    attention = 12 * config.num_hidden_layers * config.num_attention_heads * width * sequence_length
    return float(6 * weights + attention)


def peak_flops(device: torch.device, precision: Precision) -> float | None:
    """Operations a second at best: from the makers for known GPUs in bfloat16, measured on a CPU, else unknown."""
    if device.type == "cpu":
        return measured_flops(torch.bfloat16 if precision == "bf16" else torch.float32)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else ""
    known = [peak for part, peak in PEAK_FLOPS.items() if part in name.split()]
    return known[0] if known and precision == "bf16" else None


def measured_flops(dtype: torch.dtype, size: int = 1024, repeats: int = 8) -> float:
    """The best of a few square matrix products on this CPU: what can be had, rather than what is printed on it."""
    one, other = torch.ones(size, size, dtype=dtype), torch.ones(size, size, dtype=dtype)
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        torch.mm(one, other)
        best = min(best, time.perf_counter() - start)
    return 2.0 * size**3 / best
