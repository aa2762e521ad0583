"""Which precision is chosen where, and what is said of it."""

import os
import subprocess
import sys

import pytest
import torch

from emma.models import device as precision
from emma.models.device import ISA_WITHOUT_BF16, Choice, bf16_hardware, bf16_ratio, choose_precision, fast_type

CPU = torch.device("cpu")


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch):
    """Make this processor one that has these units."""

    def make(*, amx: bool = False, avx512_bf16: bool = False, avx2: bool = True, arm_bf16: bool = False) -> None:
        monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512_bf16)
        monkeypatch.setattr(torch.cpu, "_is_avx2_supported", lambda: avx2)
        monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: arm_bf16)

    return make


@pytest.mark.parametrize(
    ("units", "chosen", "because"),
    [
        ({}, "fp32", "as this processor has no bfloat16"),
        ({"avx512_bf16": True}, "bf16", "which this processor (AVX512-BF16) has in hardware"),
        ({"amx": True, "avx512_bf16": True}, "bf16", "which this processor (AMX) has in hardware"),
        ({"avx2": False, "arm_bf16": True}, "bf16", "which this processor has in hardware"),
        ({"avx2": False}, "fp32", "as this processor has no bfloat16"),
        ({"arm_bf16": True}, "fp32", "as this processor has no bfloat16"),  # x86 with AVX-512 alone says so too
    ],
)
def test_auto_goes_by_what_the_processor_has(processor, units, chosen: str, because: str) -> None:
    processor(**units)
    assert choose_precision("auto", CPU) == Choice(chosen, because)
    assert fast_type(CPU) == (torch.bfloat16 if chosen == "bf16" else torch.float32)


@pytest.mark.parametrize("limit", [*ISA_WITHOUT_BF16, "avx2"])
def test_a_limit_on_kernels_counts(processor, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    processor(avx512_bf16=True)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)
    assert bf16_hardware(CPU) is None
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16")
    assert bf16_hardware(CPU) == "this processor (AVX512-BF16)"


@pytest.mark.parametrize(("capability", "chosen"), [((7, 5), "fp32"), ((8, 0), "bf16"), ((9, 0), "bf16")])
def test_auto_on_a_gpu_goes_by_its_capability(monkeypatch: pytest.MonkeyPatch, capability, chosen: str) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "NVIDIA T4" if capability < (8, 0) else "NVIDIA H200")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    value, because, _ = choose_precision("auto", torch.device("cuda"))
    assert value == chosen
    assert "NVIDIA" in because


def test_what_is_asked_for_is_done_and_its_price_is_said(processor, monkeypatch: pytest.MonkeyPatch) -> None:
    processor()
    monkeypatch.setattr(precision, "bf16_ratio", lambda _: 31.4)
    value, because, warn = choose_precision("bf16", CPU)
    assert (value, warn) == ("bf16", True)
    assert "31 times as long" in because
    assert choose_precision("fp32", CPU) == Choice("fp32", "as the recipe says")
    processor(avx512_bf16=True)
    assert choose_precision("bf16", CPU) == Choice("bf16", "as the recipe says")


def test_the_ratio_is_measured() -> None:
    assert bf16_ratio(CPU) > 0


@pytest.mark.slow
@pytest.mark.skipif(not torch.cpu._is_avx2_supported(), reason="needs an x86 processor")
def test_a_processor_that_is_limited_to_avx2_computes_in_float32() -> None:
    """In a process of its own, as kernels are chosen once."""
    code = (
        "import torch; from emma.models.device import choose_precision as choose; "
        "print(choose('auto', torch.device('cpu')).value)"
    )
    limits = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | limits, capture_output=True, text=True, check=True
    )
    assert found.stdout.split()[-1] == "fp32"
