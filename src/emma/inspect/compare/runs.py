"""`emma report --compare`: two or more finished runs side by side, every one against the first."""

from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any, TypedDict

from emma.errors import RecipeError
from emma.inspect.compare.benchmarks import TaskComparison, compare_benchmarks
from emma.inspect.compare.costs import MeasuredCost, find_measured_cost
from emma.inspect.compare.languages import LanguageDifference, RunScores, compare_languages, gain_percent, read_items
from emma.inspect.compare.settings import SettingDifference, compare_settings
from emma.lang.coverage import is_language
from emma.pipeline.home import Run
from emma.report.config import ReportConfig
from emma.report.cost import Cost, find_cost
from emma.schemas import GUESSING_BITS_PER_BYTE
from emma.store.files import read_json


class RunSummary(TypedDict):
    """One run as a whole."""

    name: str
    report: str
    """The folder of its report."""
    headline: dict[str, Any]
    """`report.json`."""
    cost: Cost
    measured: MeasuredCost | None


class Against(TypedDict):
    """A run against the first, over languages; program code is none."""

    name: str
    compared: int
    """Languages with test documents that both have."""
    better: int
    worse: int
    unsure: int
    apart: int
    """Languages that both measured, on different documents only."""
    guessing: int
    """Compared languages in which the first run's model is worse than guessing bytes, so that a gain says little."""
    gain: float | None
    """Mean over languages of the gain as a share of the first run's bits, in per cent; None where none was compared."""


class Comparison(TypedDict):
    """Everything in which finished runs differ."""

    runs: list[RunSummary]
    against_first: list[Against]
    """Every run but the first."""
    languages: list[LanguageDifference]
    benchmarks: list[TaskComparison]
    settings: list[SettingDifference]


def compare_finished(runs: Sequence[Run]) -> Comparison:
    """Compare runs that have a report. Raises RecipeError for fewer than two, for one named twice, and where a run has
    not come that far."""
    refuse_runs(runs)
    scores = [read_scores(run) for run in runs]
    languages = list(compare_languages(scores))
    return {
        "runs": [summarise_run(run) for run in runs],
        "against_first": [summarise_against(run.name, at, languages) for at, run in enumerate(runs[1:])],
        "languages": languages,
        "benchmarks": list(compare_benchmarks(runs)),
        "settings": list(compare_settings(runs)),
    }


def refuse_runs(runs: Sequence[Run]) -> None:
    """RecipeError where there is nothing to compare."""
    if len(runs) < 2:
        raise RecipeError("--compare sets runs side by side: name two or more.")
    places = Counter(run.path.resolve() for run in runs)
    if twice := [run.name for run in runs if places[run.path.resolve()] > 1]:
        raise RecipeError(f"--compare: '{twice[0]}' is named twice; a run differs from itself in nothing.")


def read_scores(run: Run) -> RunScores:
    """What a run measured. Raises RecipeError where it has no report yet."""
    rows = read_json(run.artifact("report").file("languages.json"))
    return RunScores(read_items(run.artifact("evaluate")), {row["lang"]: row for row in rows})


def summarise_run(run: Run) -> RunSummary:
    """A run as a whole."""
    report = run.artifact("report")
    headline = read_json(report.file("report.json"))
    steps, tokens = headline["training"]["steps"], headline["training"]["tokens"]
    return {
        "name": run.name,
        "report": str(run.path / "report"),
        "headline": headline,
        # For the same accelerator in every run, whatever their recipes name.
        "cost": find_cost(run.artifact("train"), run.artifact("mix"), ReportConfig(), steps, tokens),
        "measured": find_measured_cost(run, tokens),
    }


def summarise_against(name: str, at: int, languages: Sequence[LanguageDifference]) -> Against:
    """Count what the differences of one run with the first say; `at` is its place among the others."""
    rows = [row for row in languages if is_language(row["lang"])]
    found = [difference for row in rows if (difference := row["against_first"][at]) is not None]
    verdicts = Counter(difference["verdict"] for difference in found)
    apart = [
        row for row in rows if row["against_first"][at] is None and row["documents"][0] and row["documents"][at + 1]
    ]
    return {
        "name": name,
        "compared": len(found),
        "better": verdicts["gain"],
        "worse": verdicts["loss"],
        "unsure": verdicts["unsure"],
        "apart": len(apart),
        "guessing": sum(difference["bits_per_byte"] > GUESSING_BITS_PER_BYTE for difference in found),
        "gain": fmean(map(gain_percent, found)) if found else None,
    }
