"""The plan of whole recipes: amounts against arithmetic by hand, what fits, and which base it is about."""

import json
import re
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.errors import RecipeError
from emma.inspect.plan.estimate import PlanQuestion, plan_training
from emma.inspect.plan.machines import MACHINES
from emma.inspect.plan.text import render_text
from emma.pipeline.recipe import Recipe
from emma.pipeline.shipped import find_shipped

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


def test_a_base_that_is_not_here_wants_a_shape(recipe: Path) -> None:
    with pytest.raises(RecipeError, match=r"'a-base-of-another-disk' is neither a folder.*--shape"):
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


def test_a_folder_without_a_model_is_named(recipe: Path, tmp_path: Path) -> None:
    recipe.write_text(RECIPE.replace("a-base-of-another-disk", str(tmp_path)))
    with pytest.raises(
        RecipeError, match=r"is no model folder: it has no config\.json\. Set `base` .* or name the shape"
    ):
        plan(recipe, shape=None)


def test_recipes_in_a_circle(recipe: Path) -> None:
    recipe.write_text(RECIPE.replace("a-base-of-another-disk", recipe.name))
    with pytest.raises(RecipeError, match="The base recipes go in a circle"):
        plan(recipe, shape=None)


def test_the_command_line(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["plan", str(recipe), "--shape", "llama2-7b", "--gpu", "H200", "--home", str(recipe.parent / "none")]
    assert main([*given, "--micro-batch", "1", "--gpus", "8", "--price", "2"]) == 0
    shown = capsys.readouterr().out.replace("\u202f", " ")
    assert re.search(r"^machine +8 × H200", shown, re.MULTILINE)
    assert re.search(
        r"^It fits: .* GB of 14\d GB, and takes at least .* and [\d,.]+; --measure on such a GPU .*\.$",
        shown,
        re.MULTILINE,
    )
    assert main([*given, "--set", "train.micro_batch=512"]) == 0
    assert re.search(r"^It does not fit: .*train\.micro_batch = \d", capsys.readouterr().out, re.MULTILINE)
    assert main([*given, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ranks"] == 1


def test_the_paper_s_own_training() -> None:
    """12,000 steps of 4,096 sequences of 4,096 tokens; 46.08 GFLOP a token of Llama 2 7B."""
    path = find_shipped("emma500.toml")
    found = plan(path, ranks=64)
    assert (found["steps"], found["batch_tokens"]) == (12_000, 16_777_216)
    assert found["flops"] == pytest.approx(46.08e9 * 201_326_592_000, rel=1e-3)
    assert found["fits"]
