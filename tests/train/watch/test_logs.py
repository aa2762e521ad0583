"""Logs read back with other programs' readers, through resumes and failures."""

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from emma.train.batch import Batch
from emma.train.watch.ledger import Ledger
from emma.train.watch.logs import MAX_LANGUAGES, Logs, largest_languages

LANGS = ("hin_Deva", "hin_Deva", "khm_Khmr", "nqo_Nkoo")
SOURCES = [
    SimpleNamespace(lang=lang, domain=f"d{number}", tier=tier, tokens=10**number)
    for number, (lang, tier) in enumerate(zip(LANGS, ("high", "high", "low", "low"), strict=True))
]
SETUP = {"flops_per_token": 2e6, "peak_flops": 1e12, "ranks": 2, "weights": 7, "key": "abc"}


def step(ledger: Ledger, number: int) -> None:
    """Two tokens of every source: losses are the step, and a tenth more with each source."""
    zeros = np.zeros((4, 2), np.int64)
    nats = number + np.arange(8, dtype=np.float32) // 2 / 10
    ledger.add(Batch(zeros, zeros, zeros, np.arange(4), zeros.astype(bool)), nats)
    ledger.log(number, 0.1 / number, 1.0)


def run(folder: Path | None, ledger: Ledger, steps: range, **settings: object) -> list[str]:
    """Log some steps; returns what was said."""
    said: list[str] = []
    logs = Logs(folder, SETUP, SOURCES, ledger, say=said.append, **settings)
    for number in steps:
        step(ledger, number)
        logs.log_row()
    logs.close()
    return said


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]


def test_lines_say_what_is_going_on(tmp_path: Path) -> None:
    assert run(tmp_path, Ledger(4), range(1, 4)) == []
    rows = lines(tmp_path)
    assert [(row["step"], row["tokens"], row["lr"]) for row in rows] == [(1, 8, 0.1), (2, 16, 0.05), (3, 24, 0.1 / 3)]
    assert rows[0]["loss"] == pytest.approx(1.15)
    expected = {"tier/high": 1.05, "tier/low": 1.25, "lang/hin_Deva": 1.05, "lang/khm_Khmr": 1.2, "lang/nqo_Nkoo": 1.3}
    assert rows[0]["losses"] == pytest.approx(expected)
    for row in rows:
        assert row["mfu"] == pytest.approx(row["tokens_per_s"] * 2e6 / 2e12)
        assert row["memory_bytes"] > 10**6
    assert json.loads((tmp_path / "train.json").read_text()) == SETUP


def test_speed_is_tokens_over_the_time_between_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 104.0, 105.0])
    monkeypatch.setattr("emma.train.watch.logs.time.perf_counter", lambda: next(clock))
    run(tmp_path, Ledger(4), range(1, 3))
    assert [row["tokens_per_s"] for row in lines(tmp_path)] == [8 / 4, 8 / 1]


def test_an_unknown_peak_gives_no_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SETUP, "peak_flops", None)
    run(tmp_path, Ledger(4), range(1, 2))
    assert lines(tmp_path)[0]["mfu"] is None


def test_a_run_that_goes_on_doubles_nothing(tmp_path: Path) -> None:
    ledger = Ledger(4)
    run(tmp_path, ledger, range(1, 4))
    resumed = Ledger(4)
    for number in (1, 2):  # the checkpoint is older than the last row
        step(resumed, number)
    with (tmp_path / "train.jsonl").open("a") as stream:
        stream.write('{"step": 4, "tok')  # and the kill came in the middle of a line
    run(tmp_path, resumed, range(3, 6))
    assert [row["step"] for row in lines(tmp_path)] == [1, 2, 3, 4, 5]
    assert curve(tmp_path, "loss/all") == [(n, pytest.approx(n + 0.15)) for n in (1, 2, 3, 4, 5)]


def test_a_run_that_begins_again_forgets_the_one_before(tmp_path: Path) -> None:
    run(tmp_path, Ledger(4), range(1, 4))
    run(tmp_path, Ledger(4), range(1, 2))
    assert [row["step"] for row in lines(tmp_path)] == [1]
    assert [step for step, _ in curve(tmp_path, "loss/all")] == [1]


def curve(folder: Path, name: str) -> list[tuple[int, float]]:
    """A curve as TensorBoard shows it."""
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = accumulators.EventAccumulator(str(folder / "tensorboard"), purge_orphaned_data=True).Reload()
    return [(event.step, event.value) for event in found.Scalars(name)]


def test_tensorboard_has_all_curves(tmp_path: Path) -> None:
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    run(tmp_path, Ledger(4), range(1, 3))
    found = accumulators.EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    losses = {"loss/all", "loss/tier/high", "loss/tier/low", *(f"loss/lang/{lang}" for lang in LANGS)}
    others = {"lr", "grad_norm", "tokens", "tokens_per_s", "mfu", "memory_bytes"}
    assert set(found.Tags()["scalars"]) == losses | others
    assert curve(tmp_path, "loss/lang/khm_Khmr") == [(1, pytest.approx(1.2)), (2, pytest.approx(2.2))]


def test_weights_and_biases_gets_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list = []
    fake = ModuleType("wandb")
    service = SimpleNamespace(log=lambda row, step: calls.append((step, row["loss/all"])), finish=calls.clear)
    fake.init = lambda **given: calls.append(given) or service
    fake.__spec__ = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "wandb", fake)
    folder, ledger = tmp_path / "demo" / "logs", Ledger(4)
    logs = Logs(folder, SETUP, SOURCES, ledger, wandb_project="mine")
    step(ledger, 1)
    logs.log_row()
    started, *points = calls
    assert (started["project"], started["name"], started["id"], started["resume"]) == ("mine", "demo", "abc", "allow")
    assert points == [(1, pytest.approx(1.15))]
    logs.close()
    assert calls == []


def test_what_is_not_installed_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    (said,) = run(tmp_path, Ledger(4), range(1, 4), wandb_project="mine")
    assert "no more logs to Weights & Biases" in said
    assert len(lines(tmp_path)) == 3


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").mkdir()
    (said,) = run(tmp_path, Ledger(4), range(1, 4))
    assert "no more logs to JSON lines: IsADirectoryError" in said
    assert [step for step, _ in curve(tmp_path, "loss/all")] == [1, 2, 3]


def test_a_log_that_breaks_later_stops_nothing(tmp_path: Path) -> None:
    ledger, said = Ledger(4), []
    logs = Logs(tmp_path, SETUP, SOURCES, ledger, say=said.append)
    for number in (1, 2, 3):
        step(ledger, number)
        logs.log_row()
        if number == 1:
            (tmp_path / "train.jsonl").unlink()
            (tmp_path / "train.jsonl").mkdir()
    logs.close()
    assert len(said) == 1


def test_other_processes_log_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(None, Ledger(4), range(1, 3))
    assert list(tmp_path.iterdir()) == []


def test_curves_are_of_the_largest_languages() -> None:
    many = [SimpleNamespace(lang=f"x{n:02}", tokens=n % 30) for n in range(60)]
    assert largest_languages(many) == {f"lang/x{n:02}" for n in range(60) if n % 30 >= 30 - MAX_LANGUAGES // 2}
