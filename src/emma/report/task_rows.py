"""A row for each benchmark, asked one way: the means over languages, and how many of them are better or worse."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean, median

from emma.report.tasks import LanguageGain, Place, TaskTables, multiply, place_of, scale
from emma.schemas import Row


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
