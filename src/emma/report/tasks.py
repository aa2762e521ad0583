"""What benchmarks say: did adapting help, where, how sure is it, and what was lost.

A gain is called better or worse where its test still holds after all languages of the benchmark were tested (q of
Benjamini and Hochberg at most 5 %): of a hundred called so, about five are none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from statistics import fmean, median
from typing import Any

from emma.lang.language import Lang
from emma.schemas import Row
from emma.store import shards
from emma.store.artifact import Artifact

LEVEL = 0.05
"""Largest q of a gain that is called one."""
MODEL = "adapted"
"""The model that a report is about, where there is one of this name."""

Place = tuple[str, str, str]
"""Task, variant and metric."""


def place_of(row: Row) -> Place:
    """Of what a row of scores, gains or averages is."""
    return row["task"], row["variant"], row["metric"]


@dataclass(frozen=True)
class TaskTables:
    """The tables of benchmarks that evaluate wrote."""

    scores: list[Row]  # schemas.TASK_SCORES
    gains: list[Row]  # schemas.TASK_GAINS
    averages: list[Row]  # schemas.TASK_AVERAGES
    absent: list[Row]  # task, lang: wanted, and not in the benchmark's data
    rejects: list[Row]  # task, lang, file, row, reason: rows of the data that are no items

    @cached_property
    def factors(self) -> Mapping[Place, float]:
        """By what the scores of a benchmark are multiplied, to be in points; nothing where they cannot be."""
        rows = (row for row in self.scores if row["highest"] and row["higher_is_better"])
        return {place_of(row): 100 / row["highest"] for row in rows}

    @property
    def model(self) -> str:
        """The model that the report is about."""
        names = [row["model"] for row in self.gains or self.scores]
        return MODEL if MODEL in names else names[0]

    @property
    def baseline(self) -> str | None:
        """What it is compared with, None where there is nothing."""
        return next((row["baseline"] for row in self.gains if row["model"] == self.model), None)

    @property
    def others(self) -> list[str]:
        """Further models, in the order of their names."""
        return sorted({row["model"] for row in self.scores} - {self.model, self.baseline})


def read_task_tables(evaluate: Artifact) -> TaskTables | None:
    """The tables of benchmarks; None where no benchmark was run."""
    if evaluate.find("tasks/scores.parquet") is None:
        return None
    names = ("scores", "gains", "averages", "absent", "rejects")
    tables = TaskTables(*(shards.read(evaluate.file(f"tasks/{name}.parquet")).to_pylist() for name in names))
    return tables if tables.scores else None


@dataclass(frozen=True)
class LanguageGain:
    """What the model scores on one benchmark, asked one way, in one language; in points where that can be."""

    lang: str
    task: str
    variant: str
    metric: str
    items: int
    chance: float | None
    baseline: float | None
    value: float
    gain: float | None
    """Above zero is better; this and the following are None where there is nothing to compare with."""
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    smallest: float | None
    """The smallest gain that so many items show in four of five cases; None too where they can show none."""
    clean_gain: float | None
    """The gain on the items that were not trained on, and their number; None where the corpus was not searched."""
    clean_items: int | None
    empty: int
    shots_cut: int
    in_points: bool

    @property
    def name(self) -> str:
        """The language's name."""
        return Lang.parse(self.lang).name

    @property
    def place(self) -> Place:
        """Task, variant and metric."""
        return self.task, self.variant, self.metric

    @property
    def verdict(self) -> str:
        """`gain` or `loss` where the gain holds after all languages were tested, `unsure`, `none` if not compared."""
        if self.gain is None or self.q is None:
            return "none"
        return "unsure" if self.q > LEVEL or not self.gain else "gain" if self.gain > 0 else "loss"


def list_language_gains(tables: TaskTables) -> list[LanguageGain]:
    """A row for each benchmark, variant and language: headline metrics, on all items."""
    mine = [row for row in tables.gains if row["model"] == tables.model]
    gains: dict[tuple[object, ...], Row] = {(*place_of(row), row["lang"], row["clean"]): row for row in mine}
    rows = [
        _join_gain(row, gains, tables.factors.get(place_of(row)))
        for row in tables.scores
        if row["model"] == tables.model and row["headline"] and not row["clean"] and row["value"] is not None
    ]
    return sorted(rows, key=lambda row: (*row.place, row.lang))


def _join_gain(score: Row, gains: Mapping[tuple[object, ...], Row], factor: float | None) -> LanguageGain:
    gain, clean = (gains.get((*place_of(score), score["lang"], only), {}) for only in (False, True))
    # Compared on the items that both have, which are all of them unless a model was asked fewer.
    numbers = {**score, **gain}
    scaled = {
        "value": numbers["value"],
        "chance": score["chance"],
        "baseline": gain.get("value_baseline"),
        "gain": gain.get("delta"),
        "low": gain.get("low"),
        "high": gain.get("high"),
        "smallest": gain.get("smallest"),
        "clean_gain": clean.get("delta"),
    }
    return LanguageGain(
        **{name: score[name] for name in ("lang", "task", "variant", "metric", "empty", "shots_cut")},
        **scale(scaled, factor),
        items=numbers["items"],
        clean_items=clean.get("items"),
        p=gain.get("p"),
        q=gain.get("q"),
        in_points=factor is not None,
    )


def scale(values: Mapping[str, float | None], factor: float | None) -> dict[str, Any]:
    """Scores in points, or as they are where there is no factor."""
    return {name: multiply(value, factor) for name, value in values.items()}


def multiply(value: float | None, factor: float | None) -> float | None:
    """A score in points, or as it is where there is no factor; None stays None."""
    return None if value is None else value * (factor or 1)


@dataclass(frozen=True)
class TaskRow:
    """One benchmark, asked one way, over all languages that the models have; in points where that can be."""

    task: str
    variant: str
    metric: str
    native: bool
    languages: int
    chance: float | None
    """Mean over languages, as all that follow."""
    baseline: float | None
    others: Mapping[str, float | None]
    """Of further models, by their names."""
    value: float
    gain: float | None
    low: float | None
    """Of the gain; of the value where there is nothing to compare with."""
    high: float | None
    clean_gain: float | None
    """The gain on items that were not trained on; None where the corpus was not searched for them."""
    smallest: float | None
    """Median over languages of the smallest gain that could have been shown in one."""
    better: int
    worse: int
    unsure: int
    in_points: bool

    @property
    def verdict(self) -> str:
        """`gain` or `loss` where the interval of the mean gain is above or below zero."""
        if self.gain is None or self.low is None or self.high is None:
            return "none"
        return "gain" if self.low > 0 else "loss" if self.high < 0 else "unsure"


def list_task_rows(tables: TaskTables, gains: Sequence[LanguageGain]) -> list[TaskRow]:
    """A row for each benchmark and variant."""
    over_all = [row for row in tables.averages if row["group_by"] == "all"]
    means: dict[tuple[object, ...], Row] = {(*place_of(row), row["model"], row["clean"]): row for row in over_all}
    groups = {place: list(group) for place, group in groupby(gains, lambda row: row.place)}
    return [
        _summarise(place, group, tables, means)
        for place, group in groups.items()
        if (*place, tables.model, False) in means
    ]


def _summarise(
    place: Place, group: Sequence[LanguageGain], tables: TaskTables, means: Mapping[tuple[object, ...], Row]
) -> TaskRow:
    mean = means[*place, tables.model, False]
    scaled = {
        "value": mean["value"],
        "baseline": means.get((*place, tables.baseline, False), {}).get("value"),
        "gain": mean["delta"],
        "low": mean["low"] if mean["delta"] is None else mean["delta_low"],
        "high": mean["high"] if mean["delta"] is None else mean["delta_high"],
        "clean_gain": means.get((*place, tables.model, True), {}).get("delta"),
    }
    factor, verdicts = tables.factors.get(place), [gain.verdict for gain in group]
    return TaskRow(
        *place,
        native=mean["native"],
        languages=mean["languages"],
        chance=_middle([gain.chance for gain in group], fmean),
        others={name: multiply(means.get((*place, name, False), {}).get("value"), factor) for name in tables.others},
        smallest=_middle([gain.smallest for gain in group], median),
        better=verdicts.count("gain"),
        worse=verdicts.count("loss"),
        unsure=verdicts.count("unsure"),
        in_points=factor is not None,
        **scale(scaled, factor),
    )


def _middle(values: Sequence[float | None], find: Callable[[Sequence[float]], float]) -> float | None:
    known = [value for value in values if value is not None]
    return find(known) if known else None
