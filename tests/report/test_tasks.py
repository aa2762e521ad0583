"""Rows of benchmarks from the tables of a made-up run: points, verdicts, and what is missing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from emma.report.task_rows import list_task_rows
from emma.report.task_summary import summarise_tasks
from emma.report.tasks import LanguageGain, TaskTables, list_language_gains, read_task_tables
from emma.store.artifact import Artifact

from .synthetic_tasks import SENTENCES


def read(find: Callable[..., Path], *models: str) -> TaskTables:
    tables = read_task_tables(Artifact(find(*models), "evaluate"))
    assert tables is not None
    return tables


def test_no_benchmarks_are_no_section(tmp_path: Path) -> None:
    assert read_task_tables(Artifact(tmp_path, "evaluate")) is None


def test_scores_of_every_kind_are_in_points(task_folder: Callable[..., Path]) -> None:
    tables = read(task_folder)
    gains = {(gain.task, gain.lang): gain for gain in list_language_gains(tables)}
    assert len(gains) == 3 * len(SENTENCES)
    topic, translation = gains["sib200", "amh_Ethi"], gains["flores200", "amh_Ethi"]
    assert topic.chance == pytest.approx(100 / 3)
    assert topic.gain == pytest.approx(topic.value - (topic.baseline or 0))
    assert 1 < topic.value <= 100 and 1 < translation.value <= 100
    assert topic.clean_items == 30 and topic.clean_gain is not None and translation.clean_gain is None
    assert (topic.verdict, gains["sib200", "eng_Latn"].verdict) == ("gain", "loss")
    assert translation.empty > 0


def test_three_items_show_nothing(task_folder: Callable[..., Path]) -> None:
    gains = {(gain.task, gain.lang): gain for gain in list_language_gains(read(task_folder))}
    few = gains["sib200", "nqo_Nkoo"]
    assert (few.items, few.verdict, few.smallest) == (3, "unsure", None)


def test_a_benchmarks_row_sums_up_its_languages(task_folder: Callable[..., Path]) -> None:
    tables = read(task_folder)
    gains = list_language_gains(tables)
    rows = {row.task: row for row in list_task_rows(tables, gains)}
    topic = rows["sib200"]
    assert (topic.languages, topic.worse, topic.native, rows["global_piqa"].native) == (10, 1, False, True)
    assert topic.better + topic.worse + topic.unsure == 10
    assert topic.gain == pytest.approx(sum(gain.gain or 0 for gain in gains if gain.task == "sib200") / 10)
    assert topic.verdict == "gain"
    assert topic.clean_gain is not None and rows["flores200"].clean_gain is None


def test_the_headline_counts_and_never_mixes_native_with_translated(task_folder: Callable[..., Path]) -> None:
    tables = read(task_folder)
    gains = list_language_gains(tables)
    summary = summarise_tasks(tables, gains, list_task_rows(tables, gains))
    assert [row["task"] for row in summary["tasks"]] == ["flores200", "global_piqa", "sib200"]
    assert summary["comparisons"] == 30 == summary["better"] + summary["worse"] + summary["unsure"]
    means = {(mean["native"], mean["group"]): mean for mean in summary["means"] if not mean["clean"]}
    assert {group for _, group in means} >= {"all", "low", "high", "Nkoo"}
    mean = means[False, "all"]
    assert mean["gain"] == pytest.approx(mean["value"] - (mean["baseline"] or 0))


def test_without_a_baseline_nothing_is_compared(task_folder: Callable[..., Path]) -> None:
    tables = read(task_folder, "adapted")
    gains = list_language_gains(tables)
    assert tables.baseline is None
    assert {gain.verdict for gain in gains} == {"none"}
    (row, *_) = list_task_rows(tables, gains)
    assert row.gain is None and row.low is not None and row.low < row.value < (row.high or 0)


def test_further_models_stand_beside(task_folder: Callable[..., Path]) -> None:
    tables = read(task_folder, "base", "other", "adapted")
    (row, *_) = list_task_rows(tables, list_language_gains(tables))
    assert list(row.others) == ["other"]
    assert (row.baseline or 0) < (row.others["other"] or 0) < row.value


def make_gain(gain: float | None, q: float | None) -> LanguageGain:
    none = dict.fromkeys(("chance", "baseline", "low", "high", "p", "smallest", "clean_gain", "clean_items"))
    names = {"lang": "swh_Latn", "task": "t", "variant": "v", "metric": "m"}
    return LanguageGain(**names, **none, items=9, value=1.0, gain=gain, q=q, empty=0, shots_cut=0, in_points=True)


def test_a_verdict_is_of_all_languages_together() -> None:
    """p below 5 % is not enough: q counts how many languages were tested."""
    assert make_gain(3.0, 0.04).verdict == "gain"
    assert make_gain(-3.0, 0.04).verdict == "loss"
    assert make_gain(3.0, 0.2).verdict == "unsure"
    assert make_gain(None, None).verdict == "none"
