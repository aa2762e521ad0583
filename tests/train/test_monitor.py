"""Held-out text while training: it changes nothing, is found again after a kill, and chooses the weights."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from emma.schemas import VALIDATION
from emma.store import shards
from emma.tokens.samples import Samples
from emma.train import run as stage
from emma.train.config import TrainConfig
from emma.train.monitor import describe_last
from emma.train.run import train
from emma.train.watch import validation
from emma.train.watch.forgetting import Evaluation
from emma.train.watch.held_out import read_held_out
from emma.train.watch.ledger import NATS_PER_UNIT
from emma.train.watch.scoring import HeldOutScores
from emma.train.watch.validation import Validation
from emma.work.progress import Reporter
from tests.train.conftest import LENGTH, tiny_model
from tests.train.held_out_text import HELD_OUT, add_held_out
from tests.train.jobs import EndError, Job
from tests.train.jobs import run as run_job
from tests.train.processes import in_processes, meet

SECTION = {"learning_rate": 1e-2, "batch_tokens": 5 * LENGTH, "micro_batch": 3, "log_every": 3, "precision": "fp32"}
SECTION |= {"checkpoint_every": 2, "device": "cpu"}
EVALUATED = SECTION | {"evaluate_every": 3}
"""8 steps: evaluations are after 0, 3, 6 and 8."""


def contents(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def read_weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(AutoModelForCausalLM.from_pretrained(folder / "model").named_parameters())


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(each, other[name]) for name, each in one.items())


def run(inputs, work, **settings: object):
    return train(TrainConfig.model_validate(EVALUATED | settings), **inputs, work=work)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that runs say."""
    lines: list[str] = []
    monkeypatch.setattr(Reporter, "say", lambda _, text: lines.append(text))
    return lines


@pytest.fixture(autouse=True)
def no_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measuring the machine takes longer than these runs."""
    monkeypatch.setattr(stage, "peak_flops", lambda *_: None)


@pytest.fixture
def inputs(world):
    return add_held_out(world())


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make evaluations find these bits per byte of Amharic and English by step, and 1 of all else."""

    def script(**found: tuple[float, float]) -> None:
        def evaluate(own: Validation, _model: object, step: int) -> None:
            values = {"amh_Ethi": found[f"s{step}"][0], "eng_Latn": found[f"s{step}"][1]}
            groups = own.held_out.groups
            nats = [values.get(group.lang, 1.0) * group.bytes * math.log(2) for group in groups]
            units = np.rint(np.array(nats) / NATS_PER_UNIT).astype(np.int64)
            own.set_evaluations([*own.evaluations, Evaluation(step, HeldOutScores(groups, units))])

        monkeypatch.setattr(Validation, "evaluate", evaluate)

    return script


@pytest.fixture
def weights_after(monkeypatch: pytest.MonkeyPatch) -> dict[int, dict[str, torch.Tensor]]:
    """The weights after each step that is taken."""
    found: dict[int, dict[str, torch.Tensor]] = {}
    take = stage.take_step

    def keep(training, step: int):
        result = take(training, step)
        model = training.state.loss_model.model
        found[step + 1] = {name: each.full_tensor().detach().clone() for name, each in model.named_parameters()}
        return result

    monkeypatch.setattr(stage, "take_step", keep)
    return found


@pytest.mark.slow
def test_it_is_written_down_and_changes_nothing(inputs, make_work) -> None:
    with_it, without = (make_work("train", key=f"{number:020}") for number in (1, 2))
    with_it.logs = with_it.root / "logs"
    run(inputs, with_it)
    train(TrainConfig.model_validate(SECTION), **inputs, work=without)
    assert equal(read_weights(with_it.out), read_weights(without.out))
    assert not (without.out / "validation.parquet").exists()
    table = shards.read(with_it.out / "validation.parquet")
    assert table.schema.equals(VALIDATION)
    rows = table.to_pylist()
    assert [(row["step"], row["lang"], row["domain"]) for row in rows] == [
        (step, *key) for step in (0, 3, 6, 8) for key in HELD_OUT
    ]
    assert rows[0]["nats"] > rows[-len(HELD_OUT)]["nats"], "it learns"
    summary = json.loads((with_it.out / "validation.json").read_text())
    (english,) = (row for row in rows if (row["step"], row["lang"]) == (3, "eng_Latn"))
    wanted = english["nats"] / math.log(2) / english["bytes"]
    assert summary["probes"]["3"]["eng_Latn"] == pytest.approx(wanted)
    assert list(summary["probes"]["0"]) == ["eng_Latn", "zxx_Zyyy"]
    assert (summary["result_step"], summary["stopped_at"], summary["alarms"]) == (8, None, [])
    assert json.loads((with_it.out / "model" / "training.json").read_text())["validation"] == summary
    lines = [json.loads(line) for line in (with_it.logs / "train.jsonl").read_text().splitlines()]
    evaluated = [line for line in lines if "held_out" in line]
    assert [line["step"] for line in evaluated] == [0, 3, 6, 8]
    assert {"mean", "tier/tiny", "lang/amh_Ethi", "lang/eng_Latn", "lang/zxx_Zyyy"} <= set(evaluated[0]["held_out"])
    assert evaluated[0]["forgetting"] == {"eng_Latn": 0.0, "zxx_Zyyy": 0.0}


def test_alarms_are_looked_for_at_evaluations_and_not_at_every_step(inputs, make_work, monkeypatch) -> None:
    calls, find = [], validation.find_alarms
    monkeypatch.setattr(validation, "find_alarms", lambda given, *more: calls.append(len(given)) or find(given, *more))
    run(inputs, make_work("train"), max_forgetting=0.05)
    assert calls == [1, 2, 3, 4]


def test_an_alarm_is_said_once_and_stands_in_the_record(inputs, make_work, said, scripted) -> None:
    scripted(s0=(5, 2), s3=(4, 2.1), s6=(3, 2.2), s8=(2, 2.01))
    work = make_work("train")
    run(inputs, work, max_forgetting=0.02)
    summary = json.loads((work.out / "validation.json").read_text())
    alarms = [(each["step"], each["probe"], round(each["rise"], 6)) for each in summary["alarms"]]
    assert alarms == [(3, "eng_Latn", 0.05), (6, "eng_Latn", 0.1)]
    assert [line for line in said if "warning" in line] == [
        "  train: warning: after step 3 the bits per byte of eng_Latn are 5.0 % above those before the first "
        "(train.max_forgetting: 2 %)"
    ]
    assert (summary["stopped_at"], summary["result_step"], summary["max_forgetting"]) == (None, 8, 0.02)


def test_the_line_of_progress_has_the_worst_probe_since_the_first_evaluation(inputs, scripted) -> None:
    samples = Samples(inputs["pack"], inputs["mix"])
    section = TrainConfig.model_validate(EVALUATED)
    own = Validation(read_held_out(samples, inputs["adapt"].path / "model", section), section)
    assert describe_last(own) == describe_last(None) == ""
    scripted(s0=(5, 2), s3=(5, 2.5), s6=(4, 2.2))
    for step in (0, 3, 6):
        own.evaluate(None, step)
    assert own.last[1] == pytest.approx({"eng_Latn": 0.1, "zxx_Zyyy": 0.0}, abs=1e-6)
    assert re.search(r"held out 2\.400, .*eng_Latn \+10\.0 %", describe_last(own))


def test_the_line_of_progress_names_the_worst_probe_and_since_when() -> None:
    class Scored:
        evaluations = ("one",)
        last = (SimpleNamespace(mean=lambda: 2.34), {"eng_Latn": 0.002, "zxx_Zyyy": 0.01})

    assert (
        describe_last(cast("Validation", Scored())) == " · held out 2.340, worst probe program code +1.0 % since step 0"
    )
    assert describe_last(None) == ""


@pytest.mark.parametrize(
    "case",  # settings, what evaluations find, steps taken, and the step whose weights are the result
    [
        ({"on_forgetting": "stop"}, {"s0": (5, 2), "s3": (4, 2), "s6": (3, 2.2)}, 6, 3),
        ({"on_forgetting": "stop"}, {"s0": (5, 2), "s3": (4, 2), "s6": (6, 2), "s8": (5, 2)}, 8, 8),
        ({"keep_best": True}, {"s0": (5, 2), "s3": (4, 2), "s6": (3, 2.2), "s8": (2, 2.2)}, 8, 3),
        ({"keep_best": True, "max_forgetting": None}, {"s0": (5, 2), "s3": (2, 9), "s6": (3, 2), "s8": (9, 2)}, 8, 6),
        ({"keep_best": True}, {"s0": (5, 2), "s3": (4, 2), "s6": (3, 2), "s8": (2, 2)}, 8, 8),
    ],
    ids=str,
)
def test_the_result_are_the_weights_of_the_best_evaluation(inputs, make_work, scripted, weights_after, case) -> None:
    settings, found, taken, result = case
    scripted(**found)
    work = make_work("train")
    made = run(inputs, work, **{"max_forgetting": 0.05, "log_every": 4, "checkpoints_kept": 1} | settings)
    assert made.counts == {"steps": taken, "samples": min(40, 5 * taken), "tokens": min(40, 5 * taken) * LENGTH}
    summary = json.loads((work.out / "validation.json").read_text())
    assert (summary["stopped_at"], summary["result_step"]) == (taken if taken < 8 else None, result)
    assert equal(read_weights(work.out), weights_after[result])
    logged = [json.loads(line)["step"] for line in (work.out / "metrics.jsonl").read_text().splitlines()]
    assert logged == [step for step in (3, 4, 6, 8) if step <= taken]


@pytest.mark.parametrize("settings", [{"on_forgetting": "stop"}, {"keep_best": True}], ids=str)
def test_without_an_evaluation_within_the_limit_nothing_is_trained_and_that_is_said(
    inputs, make_work, said, scripted, settings
) -> None:
    scripted(s0=(5, 2), s3=(4, 2.2), s6=(4, 2.2), s8=(4, 2.2))
    work = make_work("train")
    run(inputs, work, max_forgetting=0.05, **settings)
    taken = 8 if "keep_best" in settings else 3
    assert said[-1] == f"  train: the weights after step 0 are the result, not those after step {taken}"
    assert ("  train: stopped by that" in said) == (taken == 3)
    assert equal(read_weights(work.out), dict(tiny_model().named_parameters()))


@pytest.mark.slow
def test_the_best_checkpoint_outlives_newer_ones_and_a_kill(inputs, make_work, scripted) -> None:
    """The best is after step 3; of the newest two that stay, the last names it."""
    scripted(s0=(5, 2), s3=(3, 2), s6=(4, 2), s8=(4, 2))
    whole, stopped = (make_work("train", key=f"{number:020}") for number in (1, 2))
    run(inputs, whole, keep_best=True, checkpoints_kept=1)
    with pytest.raises(EndError):
        run_until(7, inputs, stopped, keep_best=True, checkpoints_kept=1)
    assert {each.name for each in stopped.scratch.glob("step-*")} == {"step-000000003", "step-000000006"}
    run(inputs, stopped, keep_best=True, checkpoints_kept=1)
    assert contents(stopped.out) == contents(whole.out)


def run_until(stop: int, inputs, work, **settings: object) -> None:
    """Run, and break off in this step."""
    take = stage.take_step

    def stopping(training, step: int):
        if step == stop:
            raise EndError
        return take(training, step)

    stage.take_step = stopping
    try:
        run(inputs, work, **settings)
    finally:
        stage.take_step = take


@pytest.mark.slow
@pytest.mark.parametrize("stop", [2, 4, 7])
def test_broken_off_and_resumed_is_uninterrupted(inputs, make_work, tmp_path: Path, stop: int) -> None:
    settings = {"keep_best": True, "max_forgetting": 0.01}
    whole, broken = make_work("train", key="1" * 20), make_work("train")
    broken.logs = tmp_path / "logs"
    run(inputs, whole, **settings)
    with pytest.raises(EndError):
        run_until(stop, inputs, broken, **settings)
    run(inputs, broken, **settings)
    assert contents(broken.out) == contents(whole.out)
    lines = [json.loads(line) for line in (broken.logs / "train.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "held_out" in line] == [0, 3, 6, 8]


def run_on_a_rank(rank: int, folder: Path, job: Job) -> None:
    meet(rank, 2, folder)
    run_job(job, rank)


@pytest.mark.slow
def test_two_ranks_choose_as_one(inputs, make_work, tmp_path: Path) -> None:
    settings = {"keep_best": True, "max_forgetting": 0.01}
    one = make_work("train", key="1" * 20)
    run(inputs, one, **settings)
    two = Job(str(tmp_path), str(one.root), "2" * 20, EVALUATED | settings)
    in_processes(2, run_on_a_rank, tmp_path, two)
    found = [json.loads((out / "validation.json").read_text()) for out in (one.out, two.out)]
    assert found[0]["result_step"] == found[1]["result_step"]
    nats = [shards.read(out / "validation.parquet")["nats"].to_pylist() for out in (one.out, two.out)]
    assert nats[0] == pytest.approx(nats[1], rel=1e-5)
