"""What benchmarks say: did adapting help, where, how sure is it, and what was lost.

A gain is called better or worse where its test still holds after all languages of the benchmark were tested (q of
Benjamini and Hochberg at most 5 %): of a hundred called so, about five are none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
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
