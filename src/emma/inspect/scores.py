"""The scores of benchmarks in a table: a row for each task, a column for each model, and the gain on the baseline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from emma.errors import ArtifactError
from emma.schemas import Row
from emma.store import shards
from emma.ui.numerals import MISSING, format_decimal, format_signed
from emma.ui.terminal import WIDTH, fold_line, format_table

GAIN = "gain,\N{NO-BREAK SPACE}95\N{NO-BREAK SPACE}%\N{NO-BREAK SPACE}interval"
FEW_ROWS = 40
"""Rows of languages, of all tasks together, that are listed one by one."""


@dataclass(frozen=True)
class ScoreSheet:
    """What benchmarks gave."""

    folder: str
    models: Sequence[str]
    averages: Sequence[Row]
    """Over languages (schemas.TASK_AVERAGES), the headline metric of each task and variant."""
    scores: Sequence[Row]
    """By language (schemas.TASK_SCORES), the headline alone."""
    absent: Sequence[Row]
    """Task and language of what was wanted and has no items."""


def read_scores(folder: Path) -> ScoreSheet:
    """Read what `emma evaluate` wrote into a folder. Raises ArtifactError where there is nothing of the kind."""
    place = folder / "tasks"
    if not (place / "scores.parquet").exists():
        raise ArtifactError(
            f"{folder} has no scores of benchmarks; `emma evaluate --model … --out {folder}` writes them."
        )
    scores = [row for row in shards.read(place / "scores.parquet").to_pylist() if row["headline"]]
    headlines = {_place(row) for row in scores}
    averages = shards.read(place / "averages.parquet").to_pylist()
    averages = [row for row in averages if row["task"] is None or _place(row) in headlines]
    models = list(dict.fromkeys(row["model"] for row in scores))
    return ScoreSheet(str(folder), models, averages, scores, shards.read(place / "absent.parquet").to_pylist())


def render_scores(sheet: ScoreSheet) -> Iterator[str]:
    """The averages over languages and, of tasks in few languages, each of them."""
    header = ["task", "variant", "metric", "languages", *sheet.models, GAIN]
    rows = [header, *_average_rows(sheet), *_language_rows(sheet)]
    yield from format_table(rows, right=range(4, len(header) - 1))
    yield ""
    for task, group in groupby(sheet.absent, lambda row: row["task"]):
        yield from fold_line(f"{task} has no items in {', '.join(row['lang'] for row in group)}", WIDTH)
    yield f"every language, item and answer: {sheet.folder}/tasks/*.parquet"


def _average_rows(sheet: ScoreSheet) -> Iterator[list[str]]:
    chosen = [row for row in sheet.averages if row["group_by"] == "all" and not row["clean"]]
    for key, group in groupby(sorted(chosen, key=_place), _place):
        rows = {row["model"]: row for row in group}
        gain = " ".join(_gain(row, named=len(rows) > 2) for row in rows.values() if row["delta"] is not None)
        languages = max(row["languages"] for row in rows.values())
        values = [format_decimal(rows[model]["value"], 3) if model in rows else MISSING for model in sheet.models]
        yield [*key, str(languages), *values, gain or MISSING]


def _language_rows(sheet: ScoreSheet) -> Iterator[list[str]]:
    chosen = sorted((row for row in sheet.scores if not row["clean"]), key=lambda row: (_place(row), row["lang"]))
    groups = [(key, list(rows)) for key, rows in groupby(chosen, lambda row: (_place(row), row["lang"]))]
    for (place, lang), rows in groups if len(groups) <= FEW_ROWS else ():
        values = {row["model"]: row["value"] for row in rows}
        yield [*place, lang, *(format_decimal(values.get(model), 3) for model in sheet.models), ""]


def _place(row: Row) -> tuple[str, str, str]:
    # What has no task is all of them together, translated and native ones apart.
    every = "all, native" if row["native"] else "all, translated"
    return row["task"] or every, row["variant"] or "", row["metric"]


def _gain(row: Row, *, named: bool) -> str:
    bounds = [format_signed(row[name]) for name in ("delta", "delta_low", "delta_high")]
    gain = "{} [{}, {}]".format(*bounds)
    # One word, so that a narrow column puts the gains below one another and breaks none.
    return (f"{row['model']} {gain}" if named else gain).replace(" ", "\N{NO-BREAK SPACE}")
