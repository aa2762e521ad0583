"""The plan of whole recipes: amounts against arithmetic by hand, speed from where it is known, and what it says."""

import json
import re
from pathlib import Path

import pytest
from transformers import LlamaConfig, LlamaForCausalLM

from emma.cli.main import main
from emma.errors import RecipeError
from emma.inspect.plan import machines, measurement
from emma.inspect.plan.estimate import PlanQuestion, memory_changes, plan_training, usable_memory
from emma.inspect.plan.machines import MACHINES, find_machine
from emma.inspect.plan.memory import TrainingSetting
from emma.inspect.plan.shape import NAMED_SHAPES, Shape
from emma.inspect.plan.speed import estimate_speed, flops_per_token, is_same_setup, measured_before
from emma.inspect.plan.text import duration, render_text
from emma.models.accelerators import known_peak_flops
from emma.pipeline.recipe import Recipe, find_shipped
from emma.train.config import LoraConfig, TrainConfig
from emma.train.flops import flops_per_token as trainer_flops
from emma.train.lora import add_adapters

RECIPE = """
base = "a-base-of-another-disk"

[vocab]
new_pieces = 1000

[mix]
tokens = 4_096_500_000
sequence_length = 4096

[train]
batch_tokens = 1_048_576
micro_batch = 8
precision = "bf16"
compile = true
"""
H200 = MACHINES["H200"]


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "big.toml"
    path.write_text(RECIPE)
    return path


def plan(path: Path, *given: str, **wanted: object) -> dict:
    return plan_training(Recipe.read(path, given), PlanQuestion(**{"machine": H200, "shape": "llama2-7b", **wanted}))


def test_amounts_by_hand(recipe: Path) -> None:
    found = plan(recipe, ranks=4, tokens_per_s=10_000.0, price=2.5, watts=500.0)
    assert found["tokens"] == 4096 * 1_000_122  # whole sequences
    assert found["steps"] == 3907  # of 256 sequences; the last is not full
    assert found["model"]["rows"] == 33_024  # 33,000 and padding to 128
    assert found["device_hours"] == pytest.approx(4_096_499_712 / 10_000 / 3600)
    assert found["hours"] == pytest.approx(found["device_hours"] / 4)
    assert found["kwh"] == pytest.approx(found["device_hours"] * 0.5)
    assert found["money"] == pytest.approx(found["device_hours"] * 2.5)
    assert found["flops"] == pytest.approx(4_096_499_712 * found["flops_per_token"])
    assert found["mfu"] == pytest.approx(10_000 * found["flops_per_token"] / 989e12)


def test_what_does_not_fit_gets_a_way_out(recipe: Path) -> None:
    small = plan(recipe, "train.micro_batch=1", "train.activation_checkpointing=full")
    assert small["fits"]
    assert small["remedy"] is None
    large = plan(recipe, "train.micro_batch=64")
    assert not large["fits"]
    fitting = [f"train.{key}={value}" for key, value in large["remedy"].items()]
    assert plan(recipe, *fitting)["fits"]
    assert plan(recipe, ranks=large["fewest_ranks"] or 1)["fits"] or large["fewest_ranks"] is None


def test_a_machine_too_small_for_any_setting_says_so(recipe: Path) -> None:
    found = plan(recipe, machine=MACHINES["RTX4090"])
    assert (found["remedy"], found["fits"]) == (None, False)
    assert (
        "It would as it is on" in list(render_text(found))[-1] or "take a smaller model" in list(render_text(found))[-1]
    )


def test_ways_out_go_one_way() -> None:
    found = list(
        memory_changes(TrainConfig(micro_batch=4, activation_checkpointing="selective", optimizer_states="bf16"))
    )
    assert found[:2] == [{"micro_batch": 2}, {"micro_batch": 1}]
    assert found[2] == {"micro_batch": 1, "activation_checkpointing": "full"}
    assert found[3] == found[2] | {"optimizer_states": "int8"}
    assert len(found) == 4


def test_peaks_are_the_trainer_s() -> None:
    known = {name: peak for name in MACHINES if (peak := known_peak_flops(f"NVIDIA {name}")) is not None}
    assert {name: MACHINES[name].flops for name in known} == known
    assert len(known) >= 7


def test_room_is_left_for_the_allocator() -> None:
    assert 0.9 * H200.memory < usable_memory(H200) < 0.97 * H200.memory


@pytest.mark.parametrize("name", ["h200", "H200", "RTX 4090"])
def test_names_of_machines(name: str) -> None:
    assert find_machine(name).name.lower() == name.lower().replace(" ", "")


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"--gpu H900: not known\. There are: A100, .*or cpu"):
        find_machine("H900")


def test_a_base_that_is_not_here_wants_a_shape(recipe: Path) -> None:
    with pytest.raises(RecipeError, match=r"'a-base-of-another-disk' is not on this disk.*--shape"):
        plan(recipe, shape=None)


def test_a_base_that_another_recipe_makes(recipe: Path) -> None:
    below = recipe.with_name("below.toml")
    below.write_text("[vocab]\nnew_pieces = 500\n[adapt.architecture]\nlayers = 3\ntie = true\n")
    recipe.write_text(RECIPE.replace("a-base-of-another-disk", "below.toml") + "\n[adapt]\nuntie = true\n")
    found = plan(recipe, shape=None)["model"]
    assert (found["layers"], found["tied"], found["rows"]) == (3, False, 1792)
    assert found["from"] == "adapt.architecture of below.toml"


def test_a_base_folder(recipe: Path) -> None:
    folder = recipe.with_name("base")
    folder.mkdir()
    shape = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 5, "num_attention_heads": 4}
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", "vocab_size": 100, **shape}))
    recipe.write_text(RECIPE.replace("a-base-of-another-disk", str(folder)))
    assert plan(recipe, shape=None)["model"]["layers"] == 5


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
    assert (found.tokens_per_s, found.source) == (300.0, "measured in the run 'before' on cpu")


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
    assert measured_before(log(tmp_path, [1.0, 500.0, 600.0], **changed), SHAPE, SETTING, CPU) is None


@pytest.mark.parametrize("rates", [[], [5.0, 5.0]])
def test_too_short_a_run_is_not_either(tmp_path: Path, rates: list[float]) -> None:
    assert measured_before(log(tmp_path, rates), SHAPE, SETTING, CPU) is None


def test_a_damaged_log_is_passed_over(tmp_path: Path) -> None:
    folder = log(tmp_path, [1.0, 500.0, 600.0])
    with (folder / "train.jsonl").open("a") as stream:
        stream.write('{"tok')
    assert measured_before(folder, SHAPE, SETTING, CPU) is None


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
    assert found.source.startswith("assumed")
    assert estimate_speed(shape, TrainingSetting(TrainConfig(precision="fp32"), 4096), H200, None) is None


def test_a_probe_adds_up_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A micro-batch of 3 s with one block and 5 s with two takes 2 s a block and 1 s besides."""
    times = {1: (3.0, 0.5), 2: (5.0, 0.75)}
    monkeypatch.setattr(measurement, "measure_stack", lambda shape, layers, setting: times[layers])
    setting = TrainingSetting(TrainConfig(batch_tokens=1024, micro_batch=2, device="cpu"), 256, 1, "cpu")
    shape = Shape(10, 64, 176, 4, 2, 16, 1000)
    assert measurement.measure_speed(shape, setting) == pytest.approx(1024 / (2 * 21 + 0.5 + 9 * 0.25))


def test_a_probe_measures_something() -> None:
    setting = TrainingSetting(TrainConfig(batch_tokens=64, micro_batch=2, device="cpu"), 16, 1, "cpu")
    assert 10 < measurement.measure_speed(SHAPE, setting) < 1e7


@pytest.mark.parametrize(
    ("hours", "said"), [(0.001, "1 minutes"), (0.5, "30 minutes"), (5.25, "5.2 hours"), (72.0, "3.0 days")]
)
def test_durations(hours: float, said: str) -> None:
    assert duration(hours) == said


def test_the_command_line(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["plan", str(recipe), "--shape", "llama2-7b", "--gpu", "H200", "--home", str(recipe.parent / "none")]
    assert main([*given, "--micro-batch", "1", "--gpus", "8", "--price", "2"]) == 0
    shown = capsys.readouterr().out.replace("\u202f", " ")
    assert re.search(r"^machine +8 × H200", shown, re.MULTILINE)
    assert re.search(r"^It fits: .* GB of 14\d GB, and takes .* and [\d,.]+\.$", shown, re.MULTILINE)
    assert main([*given, "--set", "train.micro_batch=512"]) == 0
    assert re.search(r"^It does not fit: .*train\.micro_batch = \d", capsys.readouterr().out, re.MULTILINE)
    assert main([*given, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ranks"] == 1


def test_an_unknown_speed_is_said_to_be(recipe: Path) -> None:
    shown = "\n".join(render_text(plan(recipe, "train.precision=fp32", "train.micro_batch=1")))
    assert "not known of this machine" in shown
    assert "money" not in shown


def test_the_paper_s_own_training() -> None:
    """12,000 steps of 4,096 sequences of 4,096 tokens; 46.08 GFLOP a token of Llama 2 7B."""
    path = find_shipped("emma500.toml")
    found = plan(path, ranks=64)
    assert (found["steps"], found["batch_tokens"]) == (12_000, 16_777_216)
    assert found["flops"] == pytest.approx(46.08e9 * 201_326_592_000, rel=1e-3)
    assert found["fits"]
