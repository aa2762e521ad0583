"""A checkpoint read from outside is what training would have given, had it ended there."""

import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from emma.errors import ArtifactError
from emma.models.folder import read_model_json
from emma.train import run as stage
from emma.train.begun import checkpoint_folder, list_checkpoints
from emma.train.config import TrainConfig
from emma.train.run import train
from emma.train.save.export import export_model
from emma.train.save.snapshot import describe, write_snapshot
from tests.train.conftest import LENGTH, tiny_model

SETTINGS = {"learning_rate": 1e-2, "batch_tokens": 5 * LENGTH, "micro_batch": 3, "checkpoint_every": 2}
SETTINGS |= {"log_every": 3, "precision": "fp32", "device": "cpu"}


class StopError(Exception):
    """Training ends here."""


@pytest.fixture
def stopped(world, make_work, monkeypatch: pytest.MonkeyPatch):
    """Train to a step and stop there: the scratch folder, and the model that export would have written at step 4."""

    def make(model=None, at: int = 5, **settings: object) -> tuple[Path, Path]:
        work, inputs = make_work("train"), world(model=model)
        take, wanted = stage.take_step, work.root / "wanted"

        def stopping(training, step):
            if step == 4:
                export_model(training.state.loss_model, inputs["adapt"].file("model"), wanted)
            if step == at:
                raise StopError
            return take(training, step)

        monkeypatch.setattr(stage, "take_step", stopping)
        with pytest.raises(StopError):
            train(TrainConfig.model_validate(SETTINGS | settings), **inputs, work=work)
        return work.scratch, wanted

    return make


@pytest.mark.parametrize("how", ["plain", "tied", "bf16", "lora"])
def test_a_checkpoint_is_the_model_of_that_step(stopped, tmp_path: Path, how: str) -> None:
    model = tiny_model(tie_word_embeddings=how == "tied")
    if how == "lora":
        pytest.importorskip("peft")
    scratch, wanted = stopped(
        model.to(torch.bfloat16) if how == "bf16" else model, **({"lora": {"rank": 2}} if how == "lora" else {})
    )
    assert write_snapshot(checkpoint_folder(scratch, 4), tmp_path / "out") == 4 * 5 * LENGTH
    names = {path.name for path in wanted.iterdir()}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names | {"training.json"}
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (wanted / name).read_bytes(), name
    record = read_model_json(tmp_path / "out" / "training.json")
    assert (record["steps"], record["planned_steps"], record["learning_rate"]) == (4, 8, 1e-2)


def test_the_record_says_what_the_training_began_with(tmp_path: Path) -> None:
    note = {"steps": 8, "train": {}, "model": "", "started_from": {"run": "first", "step": 40}}
    found = describe(note, 4, 320, tmp_path)
    assert found == {
        "steps": 4, "planned_steps": 8, "tokens": 320, "changed_from_base": {}, "started_from": note["started_from"],
    }  # fmt: skip
    assert "started_from" not in describe(note | {"started_from": None}, 4, 320, tmp_path)


def test_type_and_size_of_files_are_as_asked_for(stopped, tmp_path: Path) -> None:
    scratch, wanted = stopped()
    write_snapshot(checkpoint_folder(scratch, 4), tmp_path / "out", dtype="bf16", shard_size="20KB")
    assert len(list((tmp_path / "out").glob("model-*.safetensors"))) > 1
    assert read_model_json(tmp_path / "out" / "config.json")["dtype"] == "bfloat16"
    one, other = (AutoModelForCausalLM.from_pretrained(path) for path in (tmp_path / "out", wanted))
    for weight, whole in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(weight, whole.to(torch.bfloat16))


def test_a_home_that_was_moved_is_read_too(stopped, tmp_path: Path) -> None:
    scratch, wanted = stopped()
    moved = tmp_path / "elsewhere" / "home"
    moved.mkdir(parents=True)
    shutil.move(tmp_path / "store", moved / "store")
    shutil.move(tmp_path / "adapt", moved / "adapt")
    here = moved / scratch.relative_to(tmp_path)
    write_snapshot(checkpoint_folder(here, 4), tmp_path / "out")
    wanted = moved / wanted.relative_to(tmp_path)
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == (wanted / "model.safetensors").read_bytes()


def test_a_checkpoint_that_is_damaged_or_gone_is_refused(stopped, tmp_path: Path) -> None:
    scratch, _ = stopped()
    assert [*list_checkpoints(scratch)] == [2, 4]
    with pytest.raises(ArtifactError, match=r"step-000000006 is not there .* 'emma status' lists"):
        write_snapshot(checkpoint_folder(scratch, 6), tmp_path / "out")
    shard = next(checkpoint_folder(scratch, 4).glob("*.distcp"))
    shard.write_bytes(shard.read_bytes()[:100])
    with pytest.raises(ArtifactError, match="is damaged"):
        write_snapshot(checkpoint_folder(scratch, 4), tmp_path / "out")
    (scratch / "training.json").unlink()
    with pytest.raises(ArtifactError, match="does not say what its checkpoints are of"):
        write_snapshot(checkpoint_folder(scratch, 2), tmp_path / "out")
