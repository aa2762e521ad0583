"""The whole stage: it learns, its bytes repeat, and a killed run ends like one that was not."""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from emma.store import shards
from emma.train import run as stage
from emma.train.config import TrainConfig
from emma.train.model.blocks import prepare_model
from emma.train.model.config import LoraConfig
from emma.train.run import train
from tests.train.conftest import LENGTH, tiny_model
from tests.train.jobs import Job, start

SECTION = TrainConfig(
    learning_rate=1e-2, batch_tokens=5 * LENGTH, micro_batch=3, log_every=3, checkpoint_every=2, precision="fp32"
)


def contents(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.slow
def test_it_learns_and_says_how(world, make_work) -> None:
    work = make_work("train")
    made = train(SECTION, **world((80, 24, 56)), work=work)
    assert made.counts == {"steps": 32, "samples": 160, "tokens": 160 * LENGTH}
    metrics = [json.loads(line) for line in (work.out / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in metrics] == [*range(3, 31, 3), 32]
    assert metrics[-1]["loss"] < 0.5 * metrics[0]["loss"]
    losses = shards.read(work.out / "losses.parquet").to_pylist()
    assert {(row["lang"], row["domain"]) for row in losses} >= {("amh_Ethi", "web"), ("yor_Latn", "books")}
    last = [row for row in losses if row["step"] == 32]
    mean = sum(row["nats"] for row in last) / sum(row["tokens"] for row in last)
    assert mean == pytest.approx(metrics[-1]["loss"])
    assert (work.out / "model" / "tokenizer.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize("change", [{}, {"activation_checkpointing": "full"}, {"lora": LoraConfig(rank=4)}], ids=str)
def test_the_saved_model_is_the_trained_one(world, make_work, monkeypatch: pytest.MonkeyPatch, change) -> None:
    """Its logits are those of the model that was trained, when training ended; adapters are merged."""
    if "lora" in change:
        pytest.importorskip("peft")
    trained, export = [], stage.export_model

    def keep(loss_model, source, out) -> None:
        export(loss_model, source, out)
        trained.append({name: each.full_tensor().clone() for name, each in loss_model.model.named_parameters()})

    monkeypatch.setattr(stage, "export_model", keep)
    work, section = make_work("train"), SECTION.model_copy(update=change)
    train(section, **world(), work=work)
    own, ids = tiny_model(), torch.arange(40)[None]
    prepare_model(own, section)
    own.load_state_dict(trained[0])
    saved = AutoModelForCausalLM.from_pretrained(work.out / "model")
    tolerance = {"rtol": 1e-5, "atol": 1e-5} if "lora" in change else {"rtol": 0, "atol": 0}
    torch.testing.assert_close(saved(ids).logits, own.eval()(ids).logits, **tolerance)
    assert not torch.equal(saved.lm_head.weight, tiny_model().lm_head.weight)


@pytest.mark.slow
@pytest.mark.parametrize("change", [{}, {"precision": "bf16"}, {"optimizer": "muon", "learning_rate": 0.02}])
def test_the_same_run_gives_the_same_bytes(world, make_work, change) -> None:
    inputs, section = world(), SECTION.model_copy(update=change)
    works = [make_work("train", key=f"{number:020}") for number in (1, 2)]
    for work in works:
        train(section, **inputs, work=work)
    assert contents(works[0].out) == contents(works[1].out)


def test_a_tied_model_stays_tied(world, make_work) -> None:
    work = make_work("train")
    train(SECTION, **world(model=tiny_model(tie_word_embeddings=True)), work=work)
    saved = AutoModelForCausalLM.from_pretrained(work.out / "model")
    assert saved.lm_head.weight is saved.model.embed_tokens.weight


@pytest.mark.slow
def test_killed_and_resumed_is_uninterrupted(world, make_work, tmp_path: Path, monkeypatch) -> None:
    """With dropout, which draws at random, and both optimisers."""
    inputs, section = world(model=tiny_model(attention_dropout=0.1)), SECTION.model_copy(update={"optimizer": "muon"})
    whole = make_work("train", key="1" * 20)
    train(section, **inputs, work=whole)
    given = section.model_dump() | {"checkpoint_every": 2, "checkpoints_kept": 9}
    job = Job(str(tmp_path), str(whole.root), "0" * 20, given, stop=5)
    assert start([job], tmp_path) == [-signal.SIGKILL]
    killed = make_work("train")
    # the last one may have been on its way
    found = {each.name for each in killed.scratch.glob("step-*")}
    assert found in ({"step-000000002", "step-000000004"}, {"step-000000002", "step-000000004.tmp"})

    steps: list[int] = []
    take = stage.take_step
    monkeypatch.setattr(stage, "take_step", lambda training, step: steps.append(step) or take(training, step))
    train(section, **inputs, work=killed)
    assert steps == list(range(4 if "step-000000004" in found else 2, 8))
    assert contents(killed.out) == contents(whole.out)


class Recorder:
    """A reporter and its track, which keep what they are told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def say(self, text: str) -> None:
        self.notes.append(text)

    @contextmanager
    def track(self, label: str, total: int) -> Iterator["Recorder"]:
        self.notes.append(f"{label} of {total}")
        yield self

    def advance(self, steps: int = 1, note: str = "") -> None:
        self.notes.append(note)


def test_the_note_says_how_fast(world, make_work) -> None:
    work, recorder = make_work("train"), Recorder()
    work.reporter = recorder
    train(SECTION, **world(), work=work)
    assert recorder.notes[:2] == ["train: steps of 8", ""]
    assert len(recorder.notes) == 10
    for note in recorder.notes[2:]:
        assert re.fullmatch(r"loss \d+\.\d\d · [\d,]+ tok/s · MFU \d+ %", note)
