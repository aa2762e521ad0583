"""What the page shows of benchmarks: one table, one picture, and every language with its scores and answers."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from statistics import fmean

from emma.lang.tiers import TIER_NAMES
from emma.report.answers import ShownAnswer, read_answers
from emma.report.charts import VERDICTS
from emma.report.task_rows import TaskRow, list_task_rows
from emma.report.task_summary import GroupMean, TaskSummary, summarise_tasks
from emma.report.tasks import LanguageGain, TaskTables, list_language_gains
from emma.ui.axes import linear_axis, row_axis
from emma.ui.svg import Chart, LabelledPoint

CHART_WIDTH, ROW_HEIGHT, NAMES_WIDTH = 960, 34, 230
"""Of the picture, in CSS pixels at full width: a row for each benchmark, its name on the left."""


def draw_task_gains(rows: Sequence[TaskRow], gains: Sequence[LanguageGain]) -> str:
    """Every language a dot at its gain, in the row of its benchmark, beneath the mean with its interval.

    Of benchmarks in points alone, as others have no scale in common.
    """
    shown = [row for row in rows if row.in_points and row.gain is not None]
    if not shown:
        return ""
    ends = [end for row in shown for end in (row.low, row.high) if end is not None]
    dots = [gain for gain in gains if gain.in_points and gain.gain is not None]
    names = [f"{row.task}, {row.variant}" for row in shown]
    x = linear_axis("gain, points", [0.0, *ends, *(gain.gain or 0.0 for gain in dots)])
    chart = Chart(x, row_axis(names), CHART_WIDTH, 70 + ROW_HEIGHT * len(shown), NAMES_WIDTH)
    marks = [chart.line(0, chart.y.low, 0, chart.y.high, "zero")]
    for place, row in enumerate(reversed(shown)):
        mine = [gain for gain in dots if (gain.task, gain.variant, gain.metric) == (row.task, row.variant, row.metric)]
        marks += [
            chart.dots([_find_dot(place, gain) for gain in mine if gain.verdict == verdict], verdict, 2.4)
            for verdict in VERDICTS
        ]
        marks += _draw_mean(chart, place, row)
    return chart.draw("Gain of every language on every benchmark", marks)


def _find_dot(place: float, gain: LanguageGain) -> LabelledPoint:
    # Off the middle of its row by a hash of its label, so that equal gains are seen to be several.
    drift = hashlib.blake2b(gain.lang.encode(), digest_size=1).digest()[0] / 255
    return gain.gain or 0.0, place - 0.38 + 0.5 * drift, gain.lang


def _draw_mean(chart: Chart, place: float, row: TaskRow) -> list[str]:
    height, mean = place + 0.3, row.gain or 0.0
    ends = [] if row.low is None or row.high is None else [chart.line(row.low, height, row.high, height, "mean")]
    return [*ends, chart.dot(mean, height, "mean", 4)]


@dataclass(frozen=True)
class TaskLanguage:
    """A language among the benchmarks: its scores."""

    lang: str
    gains: Sequence[LanguageGain]

    @property
    def name(self) -> str:
        """The language's name."""
        return self.gains[0].name

    @property
    def mean(self) -> float | None:
        """The mean gain in points, of what is in points."""
        known = [gain.gain for gain in self.gains if gain.in_points and gain.gain is not None]
        return fmean(known) if known else None

    @property
    def better(self) -> int:
        """Comparisons that are better."""
        return sum(gain.verdict == "gain" for gain in self.gains)

    @property
    def worse(self) -> int:
        """Comparisons that are worse."""
        return sum(gain.verdict == "loss" for gain in self.gains)

    @property
    def compared(self) -> int:
        """Comparisons in all."""
        return sum(gain.verdict != "none" for gain in self.gains)

    @property
    def verdict(self) -> str:
        """As that of most comparisons that have one."""
        return "gain" if self.better > self.worse else "loss" if self.worse > self.better else "unsure"


@dataclass(frozen=True)
class TaskSection:
    """What the page shows of benchmarks."""

    summary: TaskSummary
    rows: Sequence[TaskRow]
    languages: Sequence[TaskLanguage]
    answers: Mapping[str, Sequence[ShownAnswer]]
    """Three of each language, side by side."""
    chart: str
    others: Sequence[str]
    absent: Mapping[str, Sequence[str]]
    """By benchmark, the languages that were wanted and that it does not have."""
    rejects: Mapping[str, int]
    """By benchmark, rows of its data that are no items."""

    @property
    def models(self) -> list[str]:
        """The models whose answers stand side by side."""
        return [name for name in (self.summary["baseline"], self.summary["model"]) if name]

    @property
    def has_clean(self) -> bool:
        """Whether the corpus was searched for the items of any benchmark."""
        return any(row.clean_gain is not None for row in self.rows)

    @property
    def means(self) -> list[GroupMean]:
        """Over all benchmarks and languages: of translated ones, and of native ones."""
        return [mean for mean in self._gains if mean["group_by"] == "all"]

    @property
    def groups(self) -> list[GroupMean]:
        """By tier, then family, then script."""
        return sorted((mean for mean in self._gains if mean["group_by"] != "all"), key=_group_order)

    @property
    def _gains(self) -> list[GroupMean]:
        return [mean for mean in self.summary["means"] if not mean["clean"] and mean["gain"] is not None]

    @property
    def lost(self) -> list[LanguageGain]:
        """Comparisons that are worse, the largest losses first."""
        worse = [gain for each in self.languages for gain in each.gains if gain.verdict == "loss"]
        return sorted(worse, key=lambda gain: (not gain.in_points, gain.gain or 0.0, gain.lang))


def _group_order(mean: GroupMean) -> tuple[bool, str, int, str]:
    tier = TIER_NAMES.index(mean["group"]) if mean["group"] in TIER_NAMES else 0
    return mean["native"], {"tier": "", "family": " "}.get(mean["group_by"], mean["group_by"]), -tier, mean["group"]


def describe_tasks(tables: TaskTables, items: Path) -> TaskSection:
    """Everything that the page shows, with answers from `items.parquet`."""
    gains = list_language_gains(tables)
    rows = list_task_rows(tables, gains)
    summary = summarise_tasks(tables, gains, rows)
    answers = read_answers(items, [name for name in (tables.baseline, tables.model) if name])
    by_lang: dict[str, list[LanguageGain]] = {}
    for gain in gains:
        by_lang.setdefault(gain.lang, []).append(gain)
    languages = [TaskLanguage(lang, found) for lang, found in sorted(by_lang.items())]
    absent = {task: [row["lang"] for row in found] for task, found in groupby(tables.absent, itemgetter("task"))}
    rejects = Counter(row["task"] for row in tables.rejects)
    return TaskSection(summary, rows, languages, answers, draw_task_gains(rows, gains), tables.others, absent, rejects)
