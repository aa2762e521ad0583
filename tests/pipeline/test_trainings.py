"""Trainings by name: one that was stopped goes on elsewhere, with its weights and nothing else of it."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from emma.cli import main as cli
from emma.errors import RecipeError
from emma.models.folder import read_model_json
from emma.pipeline.home import Home
from emma.pipeline.launch import find_job
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import stage_states
from emma.pipeline.trainings import find_training, open_start, parse_name, start_address
from tests.pipeline.conftest import SETTINGS, train


def weights(home: Path, run: str) -> dict[str, torch.Tensor]:
    return load_file(Home(home).run(run).artifact("train").file("model/model.safetensors"))


FROM = ["--set", "name=more", "--set", "train.from=base@20", "--set", "mix.seed=5", "--set", "mix.tokens=4096"]
"""Eight steps more."""


@pytest.mark.slow
def test_another_training_starts_from_its_weights(copied, capsys: pytest.CaptureFixture[str]) -> None:
    recipe, home = copied
    # Rates so small that what it ends with is what it started from.
    assert train(recipe, home, *FROM, "--set", "train.learning_rate=1e-9", "--set", "train.weight_decay=0") == 0
    assert cli.main(["export-checkpoint", "base@20", str(home / "out"), "--home", str(home)]) == 0
    assert "the model of base after step 20 of 40" in capsys.readouterr().out
    before, after = load_file(home / "out" / "model.safetensors"), weights(home, "more")
    torch.testing.assert_close(after, before, rtol=0, atol=1e-6)
    record = read_model_json(Home(home).run("more").artifact("train").file("model/training.json"))
    start = record["started_from"]
    assert (start["run"], start["step"], start["tokens"]) == ("base", 20, 20 * 512)
    assert record["steps"] == 8
    # The next one knows the whole way.
    assert train(recipe, home, "--set", "name=third", "--set", "train.from=more", "--set", "mix.tokens=1024") == 0
    third = read_model_json(Home(home).run("third").artifact("train").file("model/training.json"))["started_from"]
    assert (third["run"], third["step"], third["started_from"]) == ("more", 8, start)


@pytest.mark.slow
def test_it_goes_on_as_if_not_stopped_though_the_checkpoint_is_gone(copied) -> None:
    recipe, home = copied
    assert train(recipe, home, *FROM, stop=5) == 143
    key = Home(home).run("more").begun["train"]
    # The first training goes on to its end, and its checkpoints go.
    assert train(recipe, home) == 0
    assert not find_training(Home(home), "base").checkpoints
    assert train(recipe, home, *FROM) == 0
    run = Home(home).run("more")
    assert run.addresses["train"] == key and "train" not in run.begun
    one = weights(home, "more")
    other = home.with_name("uninterrupted")
    shutil.copytree(copied[1], other, symlinks=True)
    shutil.rmtree(other / "store" / "train" / key)
    assert train(recipe, other, *FROM) == 0
    torch.testing.assert_close(weights(other, "more"), one, rtol=0, atol=0)
    everything = [change for change in [*SETTINGS, *FROM] if "=" in change]
    assert dict(stage_states(Recipe.read(recipe, everything), Home(other)))["train"] is not None


@pytest.mark.slow
def test_several_processes_are_told_where_to_start(copied) -> None:
    recipe, home = copied
    changes = [change for change in [*SETTINGS, *FROM] if "=" in change]
    assert cli.main(["adapt", str(recipe), "--home", str(home), *SETTINGS, *FROM]) == 0
    job = find_job(Recipe.read(recipe, changes), Home(home))
    assert job is not None
    assert job.inputs["start"].path.parent == Home(home).store / "start"
    assert train(recipe, home, *FROM) == 0
    assert Home(home).run("more").addresses["train"] == job.key


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("base@25", r"base@25: there is no checkpoint of that step\. Of that training there are base@20, base@27\."),
        ("base", r"that training is not done\. Of that training there are base@20, base@27\. Name one, or let it end"),
        ("other@20", r"There is no run 'other' in .*\. There is only 'base'\."),
        ("mine@20", r"'mine@20' is this run itself: give the recipe another `name`"),
    ],
)
@pytest.mark.slow
def test_what_is_not_there_is_named(stopped, name: str, said: str) -> None:
    recipe, home = stopped
    changed = Recipe.read(recipe, ["name=mine", f"train.from={name}"])
    with pytest.raises(RecipeError, match=said):
        open_start(changed, Home(home), print)
    # A question is answered all the same.
    assert dict(stage_states(changed, Home(home)))["train"] is None


@pytest.mark.slow
def test_each_checkpoint_is_an_artifact_of_its_own(stopped) -> None:
    recipe, home = stopped
    starts = [Recipe.read(recipe, ["name=mine", f"train.from=base@{step}"]) for step in (20, 27)]
    found = [start_address(start, Home(home)) for start in starts]
    assert len({each and each[2] for each in found}) == 2


@pytest.mark.slow
def test_a_run_without_a_training_is_named(copied) -> None:
    recipe, home = copied
    assert cli.main(["pack", str(recipe), "--home", str(home), "--set", "name=short", *SETTINGS]) == 0
    with pytest.raises(RecipeError, match=r"The run 'short' in .* has begun no training yet"):
        start_address(Recipe.read(recipe, ["train.from=short"]), Home(home))


@pytest.mark.slow
def test_another_vocabulary_is_refused(copied, capsys: pytest.CaptureFixture[str]) -> None:
    recipe, home = copied
    assert train(recipe, home, *FROM, "--set", "vocab.new_pieces=300") == 1
    assert "train.from = 'base@20': its tokenizer (SHA-256" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "@4", "base@", "base@last", "base@-1"])
def test_names_that_name_nothing(text: str) -> None:
    with pytest.raises(RecipeError, match="names no training: write RUN, or RUN@STEP"):
        parse_name(text)
    assert parse_name("base@400") == ("base", 400)
