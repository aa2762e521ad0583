"""What stands at the end of a run."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from emma.inspect.results import LEGEND, NO_CORPUS, RunResults, read_results, render_benchmarks, render_results
from emma.pipeline.home import Run
from emma.report.languages import LanguageRow
from emma.report.summary import summarise
from emma.report.tables import Tables
from emma.report.task_summary import GroupMean, TaskSummary
from emma.store.artifact import Artifact
from emma.store.files import write_json


def test_the_end_of_a_run_says_what_benchmarks_gained() -> None:
    mean = GroupMean(
        native=False,
        clean=False,
        group_by="all",
        group="all",
        languages=7,
        baseline=25.2,
        value=27.1,
        gain=1.87,
        low=-5.35,
        high=9.09,
    )
    means = [mean, {**mean, "clean": True}, {**mean, "group_by": "script"}]
    summary = TaskSummary(
        model="adapted", baseline="base", comparisons=34, better=8, worse=6, unsure=20, means=means, tasks=[]
    )
    assert [*render_benchmarks(summary)] == [
        "benchmarks: 34 compared, 8 better, 6 worse",
        "translated: +1.9 points [−5.3, +9.1], 7 languages",
    ]


def test_the_numbers_are_explained_and_what_is_undecided_is_counted() -> None:
    one = LanguageRow(
        "x", "X", "Latn", "<10 kB", trained=True, measured=True, bits_per_byte_base=4.0, bits_per_byte=3.0
    )
    rows = [
        replace(one, lang="khm_Khmr", gain=1.0, gain_low=0.5, gain_high=1.5, improved=True),
        replace(one, lang="nqo_Nkoo", gain=1.0),
        replace(one, lang="eng_Latn", bits_per_byte=3.9, gain=0.1, gain_low=-0.1, gain_high=0.3),
        replace(one, lang="zxx_Zyyy", bits_per_byte=5.0, gain=-1.0, gain_low=-1.5, gain_high=-0.5),
    ]
    head = summarise(rows, Tables([], [], [], [], [], [], [], [], []))
    first, *lines = render_results(RunResults(head, {"report": "index.html", "corpus": NO_CORPUS}))
    assert first == "languages: 3 trained, 3 measured, 1 improved, 0 worse, 2 undecided"
    assert lines[2:5] == [*LEGEND, "undecided: 1 within chance, 1 with a single test document"]
    english, code = (next(line for line in lines if line.startswith(name)) for name in ("english", "code"))
    assert english.endswith("+2.5 %  within chance") and code.endswith("-25.0 %")
    assert f"corpus   {NO_CORPUS}" in lines


def test_nothing_is_said_of_what_is_decided() -> None:
    row = LanguageRow("khm_Khmr", "Khmer", "Khmr", "<10 kB", measured=True, gain=1.0, gain_low=0.5, improved=True)
    head = summarise([row], Tables([], [], [], [], [], [], [], [], []))
    assert not any("undecided" in line for line in render_results(RunResults(head, {"report": "index.html"})))


@pytest.mark.parametrize(("released", "corpus"), [(0, NO_CORPUS), (2, "run/release/corpus")])
def test_an_empty_corpus_is_not_announced_like_a_full_one(tmp_path: Path, released: int, corpus: str) -> None:
    write_json(tmp_path / "report.json", {})
    write_json(tmp_path / "checks.json", {"languages": {"languages_released": released, "differences": []}})
    run = SimpleNamespace(path=Path("run"), artifact=lambda stage: Artifact(tmp_path, stage, {}))
    assert read_results(cast(Run, run)).places["corpus"] == corpus
