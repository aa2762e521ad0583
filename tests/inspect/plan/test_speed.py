"""Speed from where it is known: measured before, and else assumed; operations against the trainer's."""

import json
from pathlib import Path

import pytest
from transformers import LlamaConfig, LlamaForCausalLM

from emma.inspect.plan import machines
from emma.inspect.plan.machines import MACHINES
from emma.inspect.plan.memory import TrainingSetting
from emma.inspect.plan.shape import NAMED_SHAPES
from emma.inspect.plan.speed import estimate_speed, find_measured_speed, flops_per_token, is_same_setup
from emma.models.shape import Shape
from emma.train.config import TrainConfig
from emma.train.model.config import LoraConfig
from emma.train.model.flops import flops_per_token as trainer_flops
from emma.train.model.lora import add_adapters

H200 = MACHINES["H200"]
SHAPE = Shape(2, 64, 176, 4, 2, 16, 1000)
SETTING = TrainingSetting(TrainConfig(), 256, 1, "cpu")
CPU = machines.Machine("cpu", 1e10, None, None, None, "cpu")


def log(home: Path, rates: list[float], **changed: object) -> Path:
    """The logs of a run of SHAPE."""
    folder = home / "before" / "logs"
    folder.mkdir(parents=True)
    model = {"model_type": "llama", "hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 2}
    model |= {"num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 990}
    setup = {"model": model, "train": TrainConfig().model_dump(mode="json"), "sequence_length": 256, "ranks": 2}
    (folder / "train.json").write_text(json.dumps({**setup, "device": "cpu", **changed}))
    lines = "".join(json.dumps({"step": step, "tokens_per_s": rate}) + "\n" for step, rate in enumerate(rates))
    (folder / "train.jsonl").write_text(lines)
    return folder


def test_what_was_measured_here_before_is_believed(tmp_path: Path) -> None:
    log(tmp_path, [1.0, 500.0, 700.0, 600.0])  # the first is out; of two processes
    found = estimate_speed(SHAPE, SETTING, CPU, tmp_path)
    assert (found.tokens_per_s, found.source) == (300.0, "measured in the run 'before' on cpu") and not found.is_assumed


@pytest.mark.parametrize(
    "changed",
    [
        {"device": "NVIDIA H200"},
        {"sequence_length": 512},
        {"train": TrainConfig(micro_batch=3).model_dump(mode="json")},
        {"model": {"model_type": "llama", "hidden_size": 64}},
    ],
)
def test_another_kind_of_run_is_not(tmp_path: Path, changed: dict) -> None:
    assert find_measured_speed(log(tmp_path, [1.0, 500.0, 600.0], **changed), SHAPE, SETTING, CPU) is None


@pytest.mark.parametrize("rates", [[], [5.0, 5.0]])
def test_too_short_a_run_is_not_either(tmp_path: Path, rates: list[float]) -> None:
    assert find_measured_speed(log(tmp_path, rates), SHAPE, SETTING, CPU) is None


def test_a_damaged_log_is_passed_over(tmp_path: Path) -> None:
    folder = log(tmp_path, [1.0, 500.0, 600.0])
    with (folder / "train.jsonl").open("a") as stream:
        stream.write('{"tok')
    assert find_measured_speed(folder, SHAPE, SETTING, CPU) is None


def test_gpu_names_are_compared_as_drivers_say_them() -> None:
    setup = {"model": {}, "train": {}, "sequence_length": 256, "device": "NVIDIA GeForce RTX 4090"}
    setup["model"] = {"model_type": "llama", "hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 2}
    setup["model"] |= {"num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 1000}
    assert is_same_setup(setup, SHAPE, SETTING, MACHINES["RTX4090"])


@pytest.mark.parametrize("ends", [True, False])
def test_frozen_weights_take_four_operations(ends: bool) -> None:
    section = TrainConfig(lora=LoraConfig(rank=8, train_embeddings=ends))
    sizes = {"vocab_size": 1000, "hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 2}
    model = LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=4, num_key_value_heads=2))
    add_adapters(model, model.model.layers, section.lora)
    found = flops_per_token(SHAPE, TrainingSetting(section, 256, 1, "cpu"))
    assert found == pytest.approx(trainer_flops(model, 256), rel=1e-3)


def test_assumptions_are_shares_of_the_peak() -> None:
    shape = NAMED_SHAPES["llama2-7b"]
    bf16 = TrainingSetting(TrainConfig(precision="bf16", compile=True), 4096)
    found = estimate_speed(shape, bf16, H200, None)
    assert found.tokens_per_s == pytest.approx(0.45 * 989e12 / 46.08e9, rel=1e-3)
    assert found.source.startswith("assumed") and found.is_assumed
    assert estimate_speed(shape, TrainingSetting(TrainConfig(precision="fp32"), 4096), H200, None) is None
