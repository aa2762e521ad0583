"""The device that a recipe's `device` means on this machine, and the precision that it computes fast in. Needs torch.

bfloat16 halves the work where the device multiplies it in hardware, and is emulated elsewhere: on a processor with AVX2
and no more, a product takes some forty times as long as in float32 (`benchmarks/train/precision.py`).
"""

import os
import time
from typing import NamedTuple

import torch
from torch import Tensor

from emma.config.section import FROM_RECIPE
from emma.errors import RecipeError


def choose_device(name: str, stage: str) -> torch.device:
    """The device of that name; `auto` takes the accelerator if there is one.

    Raises RecipeError, naming the stage's setting, if it is not there.
    """
    if name == "auto":
        return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise RecipeError(
            f"{stage}.device = '{name}' cannot be used here: {str(error).splitlines()[0]}. Set it to auto or cpu."
        ) from None


ISA_WITHOUT_BF16 = (
    "SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"
)  # fmt: skip
"""Limits of ONEDNN_MAX_CPU_ISA (oneDNN's developer guide, "CPU dispatcher control") under which it has no products in
bfloat16, whatever the processor has."""
MIN_BF16_CAPABILITY = (8, 0)
"""Compute capability from which tensor cores take bfloat16 (NVIDIA, CUDA programming guide)."""
PROBE_SIDE = 256
"""Side of the matrices by which two precisions are compared: under a second where bfloat16 is emulated."""


class Choice(NamedTuple):
    """A setting that was left to the machine: what was chosen, and why."""

    value: str
    because: str
    warn: bool = False
    """Whether the recipe asked for it and it is a bad one here."""


def choose_precision(precision: str, device: torch.device) -> Choice:
    """The precision to compute in: as asked, or for `auto` bfloat16 where the device has it in hardware, else float32.

    Asked-for `bf16` on a device that is slow at it stays, with the measured ratio as a warning for a reason.
    """
    has = bf16_hardware(device)
    if precision == "auto":
        return (
            Choice("bf16", f"which {has} has in hardware")
            if has
            else Choice("fp32", f"as {describe_lacking(device)} has no bfloat16")
        )
    if precision == "bf16" and not has and (ratio := bf16_ratio(device)) > 1:
        return Choice(
            precision,
            f"as the recipe says, though a product takes {ratio:.0f} times as long in bfloat16 as in float32 here; "
            "auto would take fp32",
            warn=True,
        )
    return Choice(precision, FROM_RECIPE)


def bf16_hardware(device: torch.device) -> str | None:
    """The words for the hardware that multiplies bfloat16 on this device; None where it is emulated."""
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
        # AMD's devices report capabilities of their own; those that torch runs on have it since MI100.
        there = torch.version.hip is not None or torch.cuda.get_device_capability(device) >= MIN_BF16_CAPABILITY
        return name if there else None
    return _cpu_bf16_hardware() if device.type == "cpu" else f"the {device.type} device"


def fast_type(device: torch.device) -> torch.dtype:
    """The type in which products are fast on this device."""
    return torch.bfloat16 if bf16_hardware(device) else torch.float32


def describe_lacking(device: torch.device) -> str:
    """Words for a device without bfloat16, for a message."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "this processor"


def _cpu_bf16_hardware() -> str | None:
    limit = os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA") or ""
    if limit.upper() in ISA_WITHOUT_BF16:
        return None
    cpu, ops = torch.cpu, torch.ops.mkldnn
    if cpu._is_amx_tile_supported():
        return "this processor (AMX)"
    if cpu._is_avx512_bf16_supported():
        return "this processor (AVX512-BF16)"
    # Not asked on x86, where it is true of AVX-512 without bfloat16 too.
    arm = not cpu._is_avx2_supported() and ops._is_mkldnn_bf16_supported()
    return "this processor" if arm else None


def bf16_ratio(device: torch.device) -> float:
    """Measure how many times as long a matrix product takes in bfloat16 as in float32."""
    ones = torch.ones(PROBE_SIDE, PROBE_SIDE, device=device)
    return _seconds(ones.bfloat16()) / _seconds(ones)


def _seconds(matrix: Tensor) -> float:
    """The best of three products."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        float((matrix @ matrix)[0, 0])  # fetching a number waits for the device
        best = min(best, time.perf_counter() - start)
    return best
