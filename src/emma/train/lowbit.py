"""Products in 8 bits: the linear layers inside the blocks, by torchao's Float8 training.

Weights stay in float32; they and the activations are scaled tensor by tensor to the range of the format when they are
multiplied (arXiv 2209.05433). Embeddings and head are left alone: they decide about rare pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import torch
from torch import nn

from emma.config.extras import need
from emma.errors import RecipeError

OLDEST = (8, 9)
"""Compute capability of the first GPUs that multiply in 8 bits (Ada; Hopper is 9.0)."""
MULTIPLE = 16
"""Both sides of a matrix must be a multiple of it."""
SKIPPED = ("lora_",)
"""Layers whose names hold this are too small to gain."""


def to_float8(blocks: Sequence[nn.Module], emulate: bool = False) -> None:
    """Let the linear layers of the blocks multiply in 8 bits, in place. `emulate` computes the same without such a GPU.

    Raises ExtraError without torchao, RecipeError where the machine cannot.
    """
    if not emulate:
        check_machine()
    need("torchao", "lowbit")
    float8: Any = import_module("torchao.float8")
    for block in blocks:
        float8.convert_to_float8_training(
            block, config=float8.Float8LinearConfig(emulate=emulate), module_filter_fn=fits
        )


def fits(module: nn.Module, name: str) -> bool:
    """Whether a layer can and should multiply in 8 bits."""
    if not isinstance(module, nn.Linear) or any(each in name for each in SKIPPED):
        return False
    return module.in_features % MULTIPLE == 0 and module.out_features % MULTIPLE == 0


def check_machine() -> None:
    """RecipeError unless there is a GPU that multiplies in 8 bits."""
    found = torch.cuda.get_device_capability() if torch.cuda.is_available() else None
    if found is None or found < OLDEST:
        has = "has no CUDA device" if found is None else f"has one of {found[0]}.{found[1]}"
        raise RecipeError(
            f"train.precision = 'fp8' needs a GPU of compute capability {OLDEST[0]}.{OLDEST[1]} or more (Ada, Hopper, "
            f"Blackwell), and this machine {has}. Set it to bf16."
        )
