"""`emma export-checkpoint`: a folder that transformers opens, whatever became of the training."""

import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from emma.cli import main as cli
from emma.errors import ArtifactError, RecipeError
from emma.pipeline.checkpoints import export_checkpoint
from emma.pipeline.home import Home
from tests.pipeline.conftest import train

pytestmark = pytest.mark.slow


def test_transformers_opens_the_newest(stopped, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, home = stopped
    out = tmp_path / "deep" / "out"
    logging.enable_progress_bar()
    assert cli.main(["export-checkpoint", "base", str(out), "--home", str(home)]) == 0
    assert capsys.readouterr() == (f"{out}: the model of base after step 27 of 40\n", "")
    tokenizer, model = AutoTokenizer.from_pretrained(out), AutoModelForCausalLM.from_pretrained(out)
    ids = tokenizer("All human beings", return_tensors="pt").input_ids
    assert model.generate(ids, max_new_tokens=4, do_sample=False).shape[1] > ids.shape[1]
    assert sorted(path.name for path in out.parent.iterdir()) == ["out"]


def test_a_training_that_is_done_gives_its_end(copied, tmp_path: Path) -> None:
    recipe, home = copied
    assert train(recipe, home) == 0
    made = Home(home).run("base").artifact("train").file("model")
    said = export_checkpoint(Home(home), "base", tmp_path / "out")
    assert said == "the model that the training of base ended with: base@40, its end"
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {
        path.name: path.read_bytes() for path in made.iterdir()
    }
    export_checkpoint(Home(home), "base@40", tmp_path / "half", dtype="bf16", shard_size="20KB")
    assert len(list((tmp_path / "half").glob("model-*.safetensors"))) > 1
    half, whole = (AutoModelForCausalLM.from_pretrained(path, dtype="auto") for path in (tmp_path / "half", made))
    for one, other in zip(half.parameters(), whole.parameters(), strict=True):
        assert torch.equal(one, other.to(torch.bfloat16))
    with pytest.raises(
        RecipeError, match=r"That training is done: there is base@40, its end; its checkpoints are gone"
    ):
        export_checkpoint(Home(home), "base@20", tmp_path / "gone")


def test_mistakes_cost_nothing(copied, tmp_path: Path) -> None:
    _, home = copied
    (tmp_path / "there").mkdir()
    with pytest.raises(RecipeError, match="there is there already"):
        export_checkpoint(Home(home), "base", tmp_path / "there")
    with pytest.raises(RecipeError, match=r"base@5: there is no checkpoint of that step.*base@20, base@27"):
        export_checkpoint(Home(home), "base@5", tmp_path / "out")
    for path in home.glob("store/scratch/train-*/step-*/*.distcp"):
        path.unlink()
    with pytest.raises(ArtifactError, match="is damaged"):
        export_checkpoint(Home(home), "base@20", tmp_path / "out")
    for path in home.glob("store/scratch/train-*/step-*"):
        shutil.rmtree(path)
    with pytest.raises(
        RecipeError, match=r"began last has no checkpoint yet\. It makes one every train.checkpoint_every steps"
    ):
        export_checkpoint(Home(home), "base", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "there"]


@pytest.mark.parametrize("size", ["5", "0GB", "GB", "5 GB", "5GiB"])
def test_a_size_is_a_size(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["export-checkpoint", "base", "out", "--shard-size", size])
    assert stop.value.code == 2
    assert "is not a size such as 5GB or 500MB" in capsys.readouterr().err
