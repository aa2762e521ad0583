"""Schedule, operations, ledger and device, against closed forms."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from emma.device import choose_device
from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.data import Samples
from emma.train.flops import flops_per_token, measured_flops
from emma.train.ledger import Ledger
from emma.train.repeat import deterministic
from emma.train.schedule import rate_share


def test_the_rate_rises_then_falls_to_the_floor() -> None:
    section = TrainConfig(min_lr_ratio=0.1, warmup=0.1)
    shares = [rate_share(step, 101, section) for step in range(101)]
    assert shares[:10] == pytest.approx([0.1 * step for step in range(1, 11)])
    assert shares[10] == pytest.approx(1.0)
    assert shares[55] == pytest.approx(0.1 + 0.9 * 0.5)  # half of the cosine
    assert shares[-1] == pytest.approx(0.1)
    assert all(later < earlier for earlier, later in pairwise(shares[10:]))


def test_one_step_has_the_peak() -> None:
    assert rate_share(0, 1, TrainConfig()) == 1.0


def test_operations_of_llama_2_7b() -> None:
    """6 (6.476 G blocks + 0.131 G head) + 12 · 32 · 4096 · 4096 = 46.08 G at 4,096 tokens."""
    with torch.device("meta"):
        model = LlamaForCausalLM(LlamaConfig(vocab_size=32_000, max_position_embeddings=4096))
    assert flops_per_token(model, 4096) == pytest.approx(46.08e9, rel=1e-3)


def test_a_tied_head_counts_too() -> None:
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "vocab_size": 100}
    tied, free = (
        LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=4, tie_word_embeddings=tie)) for tie in (True, False)
    )
    assert flops_per_token(tied, 16) == flops_per_token(free, 16)


def test_measured_peak_is_of_this_century() -> None:
    assert 1e8 < measured_flops(torch.float32, size=256, repeats=2) < 1e14


def test_losses_by_language_sum_to_the_whole(world) -> None:
    inputs = world()
    samples = Samples(inputs["pack"], inputs["mix"])
    ledger, total, tokens = Ledger(3), 0.0, 0
    for step in range(4):
        batch = samples.batch(range(10 * step, 10 * step + 10))
        nats = np.random.default_rng(step).random(batch.predicted).astype(np.float32)
        ledger.add(batch, nats)
        total, tokens = total + nats.sum(), tokens + batch.predicted
        if step % 2:
            ledger.log(step + 1, 0.1, 1.0)
    assert [row["step"] for row in ledger.metrics] == [2, 4]
    assert ledger.metrics[-1]["tokens"] == ledger.seen == 40 * 16
    assert math.fsum(nats for _, _, nats, _ in ledger.losses) == pytest.approx(total)
    assert sum(count for *_, count in ledger.losses) == tokens
    other = Ledger(3)
    other.restore(ledger.state())
    assert other.state() == ledger.state()


def test_an_absent_device_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"train\.device = 'cud' cannot be used here"):
        choose_device("cud", "train")


def test_determinism_is_left_as_it_was() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    with deterministic(5):
        torch.rand(7)
        assert torch.are_deterministic_algorithms_enabled()
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.rand(1), expected)
