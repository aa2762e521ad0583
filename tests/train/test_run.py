"""The whole stage: it learns, its bytes repeat, and a killed run ends like one that was not."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from emma.store import shards
from emma.train import checkpoint
from emma.train import run as stage
from emma.train.config import TrainConfig
from emma.train.ledger import Ledger
from emma.train.run import train
from tests.train.conftest import LENGTH, tiny_model

SECTION = TrainConfig(learning_rate=1e-2, batch_tokens=5 * LENGTH, micro_batch=3, log_every=3, checkpoint_every=2)


def contents(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


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


def test_the_saved_model_is_the_trained_one(world, make_work, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, load = [], stage.load_model
    monkeypatch.setattr(stage, "load_model", lambda *given: loaded.append(load(*given)) or loaded[0])
    work = make_work("train")
    train(SECTION, **world(), work=work)
    saved = AutoModelForCausalLM.from_pretrained(work.out / "model")
    ids = torch.arange(40)[None]
    assert torch.equal(saved(ids).logits, loaded[0].eval()(ids).logits)
    assert not torch.equal(saved.lm_head.weight, tiny_model().lm_head.weight)


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


KILLED = """
import os, signal, sys
from pathlib import Path
from emma.store.artifact import Artifact
from emma.train import run as stage
from emma.train.config import TrainConfig
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

store, inputs = Path(sys.argv[1]), Path(sys.argv[2])
packed = Artifact(inputs / "pack", "pack", parts={"packed": (Artifact(inputs / "part", "part"),)})
optimise, calls = stage.optimise, []

def once_too_often(*given):
    calls.append(1)
    if len(calls) == 6:
        os.kill(os.getpid(), signal.SIGKILL)
    return optimise(*given)

stage.optimise = once_too_often
stage.train(
    TrainConfig.model_validate_json(sys.argv[3]),
    adapt=Artifact(inputs / "adapt", "adapt"), pack=packed, mix=Artifact(inputs / "mix", "mix"),
    work=Work(store, "train", 1, "0" * 20, store / "train" / ("0" * 20), Local(1), Reporter(quiet=True)),
)
"""


def test_killed_and_resumed_is_uninterrupted(world, make_work, store: Path, tmp_path: Path, monkeypatch) -> None:
    inputs = world()
    whole = make_work("train", key="1" * 20)
    section = SECTION.model_copy(update={"optimizer": "muon"})
    train(section, **inputs, work=whole)
    killed = make_work("train")
    given = json.dumps(section.model_dump() | {"checkpoint_every": section.checkpoint_every})
    died = subprocess.run(
        [sys.executable, "-c", KILLED, str(store), str(tmp_path), given],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    assert [each.name for each in sorted(killed.scratch.iterdir())] == ["step-000000002.pt", "step-000000004.pt"]

    # a disk that damaged the newest checkpoint costs the steps since the one before it
    newest = killed.scratch / "step-000000004.pt"
    newest.write_bytes(newest.read_bytes()[:1000])
    steps: list[int] = []
    rate = stage.rate_share
    monkeypatch.setattr(stage, "rate_share", lambda step, *given: steps.append(step) or rate(step, *given))
    train(section, **inputs, work=killed)
    assert steps == list(range(2, 8))
    assert contents(killed.out) == contents(whole.out)


@pytest.mark.parametrize("content", [b"", b"\0" * 1000, b"PK\x03\x04", b"\x80\x02garbage"])
def test_a_damaged_checkpoint_is_passed_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "step-000000002.pt").write_bytes(content)
    assert checkpoint.resume(tmp_path, torch.nn.Linear(1, 1), [], Ledger(1)) == 0


def test_random_states_come_back() -> None:
    state = checkpoint.random_state()
    expected = torch.rand(3)
    checkpoint.restore_random(state)
    assert torch.equal(torch.rand(3), expected)


class Recorder:
    """A reporter and its track, which keep what they are told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

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
