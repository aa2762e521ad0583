"""What training took, against the arithmetic by hand, and what is said where something is not known."""

import json

import pytest

from emma.models.accelerators import PEAK_FLOPS
from emma.report.config import ReportConfig
from emma.report.cost import Cost, find_cost
from emma.store.artifact import Artifact

CONFIG = {
    "model_type": "llama",
    "vocab_size": 1000,
    "hidden_size": 64,
    "intermediate_size": 176,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
BLOCK = 64 * 64 * 2 + 32 * 64 * 2 + 3 * 64 * 176 + 2 * 64
"""Weights of a block of such a model."""


def cost(make_artifact, model: dict | None = None, section: ReportConfig | None = None, **settings: object) -> Cost:
    train, mix = make_artifact("train"), make_artifact("mix")
    (mix.path / "plan.json").write_text('{"sequence_length": 128}')
    (train.path / "model").mkdir()
    (train.path / "model/config.json").write_text(json.dumps(CONFIG if model is None else model))
    made_by = {"config": settings}
    manifest = {"format": 2, "key": "k", "made_by": made_by, "depth": 2, "files": {}, "counts": {}, "parts": {}}
    (train.path / "manifest.json").write_text(json.dumps(manifest))
    return find_cost(train, mix, section or ReportConfig(), 10, 1_000_000)


def test_operations_are_counted_by_hand(make_artifact) -> None:
    found = cost(make_artifact)
    each = 6 * (3 * BLOCK + 1000 * 64 + 64) + 12 * 3 * 64 * 128
    assert found["weights"] == 3 * BLOCK + 2 * 1000 * 64 + 64
    assert found["flops_per_token"] == each
    assert found["flops"] == each * 1e6
    assert found["gpu_hours"] == pytest.approx(each * 1e6 / (0.4 * PEAK_FLOPS["H100"]) / 3600)
    assert found["kwh"] == pytest.approx(0.7 * (found["gpu_hours"] or 0))
    assert found["money"] is None
    assert not found["is_at_most"]


def test_a_price_makes_a_sum(make_artifact) -> None:
    found = cost(make_artifact, section=ReportConfig(gpu="A100", price=2.5))
    assert found["money"] == pytest.approx(2.5 * (found["gpu_hours"] or 0))
    assert (found["gpu"], found["watts"]) == ("A100", 400)


def test_frozen_weights_are_fewer_operations(make_artifact) -> None:
    found = cost(make_artifact, lora={"rank": 4, "train_embeddings": False})
    adapters = 3 * 4 * (2 * 128 + 2 * 96 + 3 * 240)
    assert found["flops_per_token"] == 4 * (3 * BLOCK + 64000 + 64) + 12 * 3 * 64 * 128 + 6 * adapters


def test_some_frozen_blocks_make_it_an_upper_bound(make_artifact) -> None:
    assert cost(make_artifact, freeze=["blocks.0"])["is_at_most"]


def test_a_model_that_is_no_dense_decoder_has_no_operations(make_artifact) -> None:
    found = cost(make_artifact, CONFIG | {"num_experts": 8})
    assert (found["weights"], found["flops"], found["gpu_hours"], found["kwh"]) == (None, None, None, None)
    assert found["tokens"] == 1_000_000


def test_without_a_model_or_manifest_nothing_is_known(make_artifact) -> None:
    empty: Artifact = make_artifact("train")
    assert find_cost(empty, empty, ReportConfig(), None, None)["flops"] is None


def test_an_unknown_accelerator_is_refused() -> None:
    with pytest.raises(ValueError, match="not known; there are: A100, B200"):
        ReportConfig(gpu="H1000")
