"""Operations and peaks, against closed forms, torch's own counter, and the makers' names."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import LlamaConfig, LlamaForCausalLM

from emma.models.accelerators import known_peak_flops
from emma.train.config import TrainConfig
from emma.train.model.blocks import prepare_model
from emma.train.model.config import LoraConfig
from emma.train.model.flops import flops_per_token, measured_flops, peak_flops
from emma.train.model.loss_model import LossModel
from tests.train.conftest import random_ids, tiny_model

SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "vocab_size": 100}


def llama_2(rows: int) -> LlamaForCausalLM:
    with torch.device("meta"):
        return LlamaForCausalLM(LlamaConfig(vocab_size=rows, max_position_embeddings=4096))


@pytest.mark.parametrize(("rows", "wanted"), [(32_000, 46.08e9), (64_000, 46.87e9), (260_164, 51.69e9)])
def test_operations_of_llama_2_7b(rows: int, wanted: float) -> None:
    """6 (6.476 G blocks + 0.131 G head) + 12 · 32 · 4096 · 4096 = 46.08 G at 4,096 tokens and 32,000 pieces."""
    assert flops_per_token(llama_2(rows), 4096) == pytest.approx(wanted, rel=1e-3)


def test_the_causal_count_has_half_the_attention() -> None:
    assert flops_per_token(llama_2(32_000), 4096, causal=True) == pytest.approx(42.86e9, rel=1e-3)


def test_equal_to_what_torch_counts() -> None:
    """Eager attention is the full square; norms and such are not counted by either."""
    model = tiny_model(attn_implementation="eager").train()
    ids = random_ids(2, 33)
    positions = torch.arange(32).expand(2, -1)
    with FlopCounterMode(display=False) as counter:
        LossModel(model, TrainConfig())(ids[:, :-1], positions, ids[:, 1:])[0].backward()
    norms = sum(each.numel() for each in model.parameters() if each.dim() == 1)
    # Multiplying positions with rotary frequencies is a product too, forward only.
    rotary = 2 * (32 // 4 // 2)
    assert counter.get_total_flops() / 64 == pytest.approx(flops_per_token(model, 32) - 6 * norms, abs=rotary)


def test_a_tied_head_counts_too() -> None:
    tied, free = (
        LlamaForCausalLM(LlamaConfig(**SIZES, num_attention_heads=4, tie_word_embeddings=tie)) for tie in (True, False)
    )
    assert flops_per_token(tied, 16) == flops_per_token(free, 16)


def test_frozen_weights_take_four() -> None:
    model, section = tiny_model(), TrainConfig(lora=LoraConfig(rank=4, train_embeddings=False))
    whole = flops_per_token(model, 16)
    outside = model.model.embed_tokens.weight.numel()
    weights = sum(each.numel() for each in model.parameters()) - outside
    pytest.importorskip("peft")
    prepare_model(model, section)
    adapters = sum(each.numel() for each in model.parameters() if each.requires_grad)
    assert flops_per_token(model, 16) == whole - 2 * weights + 6 * adapters


@pytest.mark.parametrize(
    ("name", "peak"),
    [
        ("NVIDIA H200", 989e12),
        ("NVIDIA H100 80GB HBM3", 989e12),
        ("NVIDIA H100 PCIe", 756e12),
        ("NVIDIA H100 NVL", 835e12),
        ("NVIDIA GH200 480GB", 989e12),
        ("NVIDIA A100-SXM4-80GB", 312e12),
        ("NVIDIA L40S", 362e12),
        ("NVIDIA L4", 121e12),
        ("NVIDIA L40", None),  # not the L4
        ("AMD Instinct MI250X", 191.5e12),
        ("Some Device", None),
    ],
)
def test_peaks(name: str, peak: float | None) -> None:
    assert known_peak_flops(name) == peak


def test_no_peak_for_float32_on_a_gpu() -> None:
    assert peak_flops(torch.device("cuda"), "fp32") is None


def test_measured_peak_is_of_this_century() -> None:
    assert 1e8 < measured_flops(torch.float32, size=256, repeats=2) < 1e14
