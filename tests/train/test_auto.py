"""What is left to machine and model is settled once, said, and kept for a run that goes on elsewhere."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from emma.models.device import Choice
from emma.store.artifact import Artifact
from emma.train import auto as module
from emma.train.auto import read_start, resolve_auto
from emma.train.config import TrainConfig
from emma.train.ranks import process_group
from emma.train.save.export import write_record
from tests.train.conftest import tiny_model

CPU = torch.device("cpu")


@pytest.fixture
def adapt(tmp_path: Path) -> Artifact:
    """An adapted model with random weights."""
    tiny_model().save_pretrained(tmp_path / "adapt" / "model")
    (tmp_path / "adapt" / "origin.json").write_text('{"base": true, "optimizer": "muon"}')
    return Artifact(tmp_path / "adapt", "adapt")


@pytest.mark.parametrize("row", [None, 90])
def test_the_start_knows_its_new_rows(adapt: Artifact, row: int | None) -> None:
    assert read_start(adapt).first_new_row is None
    (adapt.path / "origin.json").write_text(json.dumps({"base": True, "first_new_row": row}))
    assert read_start(adapt).first_new_row == row


def machine(monkeypatch: pytest.MonkeyPatch, bf16: bool) -> None:
    """Be a machine with bfloat16 in hardware, or without."""
    kind = "bf16" if bf16 else "fp32"
    monkeypatch.setattr(module, "choose_precision", lambda *_: Choice(kind, "it is one"))
    monkeypatch.setattr(module, "bf16_hardware", lambda _: "AMX" if bf16 else None)
    monkeypatch.setattr(module, "bf16_ratio", lambda _: 40.0)
    monkeypatch.setattr(module, "fast_type", lambda _: torch.bfloat16 if bf16 else torch.float32)


def test_all_is_settled_and_noted(adapt, make_work, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, bf16=True)
    work = make_work("train")
    with process_group(TrainConfig(device="cpu")):
        found = resolve_auto(TrainConfig(), adapt, CPU, work)
    assert (found.section.precision, found.muon_type) == ("bf16", torch.bfloat16)
    assert found.section.learning_rate == found.section.embedding_lr == 3e-3
    assert work.chosen["precision"] == "bf16: it is one"
    assert "for adamw on a base" in work.chosen["learning_rate"]


@pytest.mark.parametrize("began", [True, False])
def test_a_run_goes_on_as_it_began(began: bool, adapt, make_work, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine of the other kind too, where that is slow and is said."""
    work, said = make_work("train"), list[str]()
    work.reporter = SimpleNamespace(say=said.append)
    with process_group(TrainConfig(device="cpu")):
        machine(monkeypatch, bf16=began)
        first = resolve_auto(TrainConfig(), adapt, CPU, work)
        said.clear()
        machine(monkeypatch, bf16=not began)
        again = resolve_auto(TrainConfig(), adapt, CPU, work)
    assert again == first
    warned = [each for each in said if "warning: precision bf16, as this training began" in each]
    assert len(warned) == began
    assert all("40 times as long" in each for each in warned)


def test_what_there_is_before_the_first_step(adapt) -> None:
    found = read_start(adapt)
    assert found.weights == sum(each.numel() for each in tiny_model().parameters())
    assert (found.width, found.base, found.optimizer) == (32, True, "muon")
    (adapt.path / "origin.json").unlink()
    assert (read_start(adapt).base, read_start(adapt).optimizer) == (False, None)


def test_the_record_says_with_what_a_model_was_trained(tmp_path: Path) -> None:
    section = TrainConfig(optimizer="muon", learning_rate=0.02, goldfish={"every": 4}, lora={"rank": 2})
    write_record(section, {"steps": 3}, tmp_path)
    record = json.loads((tmp_path / "training.json").read_text())
    assert (record["optimizer"], record["learning_rate"], record["steps"]) == ("muon", 0.02, 3)
    assert (record["goldfish"], record["lora"]["rank"]) == ({"every": 4, "context": 50}, 2)
    assert "freeze" not in record
