"""The headline of all benchmarks: how many comparisons are better or worse, and the means in points."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypedDict

from emma.report.task_rows import TaskRow
from emma.report.tasks import LanguageGain, TaskTables
from emma.schemas import Row


class GroupMean(TypedDict):
    """The mean of all benchmarks that all models have, in points, over a group of languages."""

    native: bool
    clean: bool
    group_by: str
    group: str
    languages: int
    baseline: float | None
    value: float
    gain: float | None
    low: float | None
    high: float | None


class TaskSummary(TypedDict):
    """What `report.json` says of benchmarks."""

    model: str
    baseline: str | None
    comparisons: int
    """Benchmarks, variants and languages in which the two were compared."""
    better: int
    """Of them, those whose gain holds after all languages of its benchmark were tested."""
    worse: int
    unsure: int
    means: list[GroupMean]
    tasks: list[dict[str, Any]]
    """The rows of each benchmark (report.task_rows.TaskRow)."""


def summarise_tasks(tables: TaskTables, gains: Sequence[LanguageGain], rows: Sequence[TaskRow]) -> TaskSummary:
    """The headline of all benchmarks."""
    over_all = [row for row in tables.averages if row["task"] is None]
    bases = {_group_of(row): row["value"] for row in over_all if row["model"] == tables.baseline}
    verdicts = [gain.verdict for gain in gains]
    return {
        "model": tables.model,
        "baseline": tables.baseline,
        "comparisons": len(verdicts) - verdicts.count("none"),
        "better": verdicts.count("gain"),
        "worse": verdicts.count("loss"),
        "unsure": verdicts.count("unsure"),
        "means": [
            {
                "native": row["native"],
                "clean": row["clean"],
                "group_by": row["group_by"],
                "group": row["group"],
                "languages": row["languages"],
                "baseline": bases.get(_group_of(row)),
                "value": row["value"],
                "gain": row["delta"],
                "low": row["delta_low"],
                "high": row["delta_high"],
            }
            for row in over_all
            if row["model"] == tables.model
        ],
        "tasks": [asdict(row) for row in rows],
    }


def _group_of(row: Row) -> tuple[object, ...]:
    return row["native"], row["clean"], row["group_by"], row["group"]
