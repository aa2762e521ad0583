"""The steps that wait for a GPU, rehearsed: all parts in order, in little, on a processor."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.gpu.__main__ import BUDGET, STEPS
from benchmarks.gpu.miniature import prepare_miniature
from benchmarks.gpu.place import ROOT, environment, run_limited
from benchmarks.gpu.proof import Found
from benchmarks.gpu.proof_page import describe_curve, describe_flores, describe_sib, describe_training
from benchmarks.gpu.scoring import render

from benchmarks.gpu import proof, scoring, speed_7b


def run_step(*arguments: object) -> str:
    """Run a module of the folder in a rehearsal; returns what it printed."""
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment(dry=True), capture_output=True, text=True, check=True, timeout=280
    ).stdout


@pytest.mark.slow
def test_a_model_is_adapted_measured_and_scored(tmp_path: Path) -> None:
    carried = prepare_miniature(tmp_path / "made")
    assert len(list(carried.iterdir())) > 1
    common = ("--dry", "--carried", carried, "--work", tmp_path / "work", "--out", tmp_path / "out")
    page = run_step("benchmarks.gpu.proof", *common)
    for wanted in (
        "50 new rows",
        "FLORES-200",
        "English: ",
        "| cmn_Hans | 4 |",
        "- python: ",
        "- letter: ",
        "\n| 10 | ",
        "merged with 30% of the base",
    ):
        assert wanted in page
    assert "Not measured" not in page
    assert "24 of 24 requests in 3 languages" in run_step("benchmarks.gpu.scoring", *common)
    assert {path.name.rsplit("-dry-")[0] for path in (tmp_path / "out").iterdir()} == {"gpu-proof", "gpu-scoring"}


def test_a_step_that_runs_over_is_ended(tmp_path: Path) -> None:
    code = f"import pathlib, time; pathlib.Path({str(tmp_path / 'begun')!r}).touch(); time.sleep(600)"
    assert run_limited([sys.executable, "-c", code], 2, dry=True) is None
    assert run_limited([sys.executable, "-c", "raise SystemExit(3)"], 60, dry=True) == 3


def test_a_rehearsal_sees_no_gpu() -> None:
    assert environment(dry=True)["CUDA_VISIBLE_DEVICES"] == ""
    assert environment(dry=False).get("CUDA_VISIBLE_DEVICES") == os.environ.get("CUDA_VISIBLE_DEVICES")


def test_the_page_counts_languages_and_keeps_english_apart() -> None:
    gains = [
        {"lang": lang, "metric": "bits_per_byte", "items": 500, "value_baseline": before, "value": after,
         "delta": before - after, "low": before - after - 0.1, "high": before - after + 0.1}
        for lang, before, after in (("swh_Latn", 2.0, 1.5), ("fao_Latn", 2.0, 1.95), ("eng_Latn", 1.0, 1.02))
    ]  # fmt: skip
    _, told, english, table = describe_flores([*gains, {"metric": "bits_per_sentence"}])
    assert told.startswith("Lower in 2 of 2 languages other than English (1 of them beyond")
    assert "-13.8% in the mean" in told  # of -25 % and -2.5 %
    assert english == "English: 1.000 → 1.020 (+2.0%)."
    assert table.splitlines()[2] == "| swh_Latn | 500 | 2.000 | 1.500 | -25.0% | +0.500 [+0.400, +0.600] |"


def test_the_curve_has_the_mean_english_and_what_code_there_is() -> None:
    assert describe_curve([]) == []
    rows = [
        {"lang": lang, "step": step, "bpb": bits}
        for lang, values in ((None, (3.0, 2.0)), ("eng_Latn", (1.0, 1.01)), ("fao_Latn", (3.0, 2.0)))
        for step, bits in zip((0, 100), values, strict=True)
    ]
    _, table = describe_curve(rows)
    assert table.splitlines()[0] == "| step | mean of the languages but English | English |"
    assert table.splitlines()[2:] == ["| 0 | 3.000 | 1.000 |", "| 100 | 2.000 | 1.010 |"]


def test_accuracy_is_that_of_the_cloze_in_each_language() -> None:
    mean = {"variant": "cloze", "metric": "accuracy", "value": 0.5, "delta": 0.2, "delta_low": 0.1, "delta_high": 0.3}
    row = {"lang": "swh_Latn", "metric": "accuracy", "items": 204, "value_baseline": 0.3, "value": 0.5, "delta": 0.2}
    tables = {
        "means": [{**mean, "languages": 9}, {**mean, "languages": 9, "delta": None}],
        "gains": [{**row, "variant": "cloze", "q": 0.01}, {**row, "variant": "letter", "q": None}],
    }
    _, means, _, table = describe_sib(tables)
    assert means == "- cloze: 0.500, gain +0.200 [+0.100, +0.300] over 9 languages"
    assert table.splitlines()[2:] == ["| swh_Latn | 204 | 0.300 | 0.500 | 0.01 |"]


def test_speed_is_compared_with_its_goal_on_a_gpu_alone() -> None:
    facts = {
        "section": {"optimizer": "adamw", "learning_rate": 1e-4, "embedding_lr": None, "precision": "bf16"},
        "losses": [3.0, 2.0], "mfu": 0.31, "memory_bytes": 30e9, "tokens/s": 300_000.0, "weights": 135_000_000,
        "rows": {"new_rows": 8000}, "tokens": 50_000_000, "steps": 381, "batch_tokens": 131_072,
        "sequence_length": 2048, "merge": 0.3,
    }  # fmt: skip
    assert "**300,000 tokens/s**, MFU 31.0 %, 30.0 GB at the peak; the goal of 290,000 is reached" in describe_training(
        facts, dry=False
    )
    assert "goal" not in describe_training(facts, dry=True)
    assert "Then merged with 30% of the base" in describe_training(facts, dry=True)
    assert "merged" not in describe_training({**facts, "merge": None}, dry=True)
    assert Found(dry=True).undone == []


def test_scoring_tells_both_rates() -> None:
    facts = {
        "device": "CPU", "languages": 2, "requests": 10, "scored": 8, "choices": 56, "plan_seconds": 1.0,
        "seconds": 2.0, "tokens": 1000, "flat_tokens": 9000,
    }  # fmt: skip
    page = render(facts, dry=False)
    assert "8 of 10 requests in 2 languages" in page
    assert "**500 tokens/s** through the model; 4,500 tokens/s of prompts" in page


def test_all_steps_fit_into_the_budget() -> None:
    assert sum(seconds for seconds, _ in STEPS.values()) <= BUDGET
    assert list(STEPS) == ["speed_7b", "proof", "scoring"]
    own = {"speed_7b": speed_7b.BUDGET, "proof": proof.SECONDS, "scoring": scoring.SECONDS}
    assert all(own[name] <= seconds - 10 for name, (seconds, _) in STEPS.items())
