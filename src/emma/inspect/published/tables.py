"""Read the published result tables: a row for each model, a column for each language, and averages as stated.

A folder may hold several files of one benchmark, and a file several metrics; each is a table. Shares that stand in per
cent are divided by a hundred.
"""

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from emma.errors import LanguageError, SourceError
from emma.inspect.published.names import Benchmark, find_benchmark, model_names
from emma.lang.codes import resolve
from emma.lang.language import ENGLISH, LABEL, Pair

Floats = NDArray[np.float64]
AVERAGES = re.compile(r"(avg|average|all)([_ ].*)?", re.IGNORECASE)
METRICS = ("acc", "acc_norm", "exact_match", "f1")
"""Metrics that stand in the name of a column; one that stands alone is an average of it."""


@dataclass(frozen=True)
class Column:
    """What the heading of a column says."""

    place: int
    lang: str = ""
    """A label, or that of a pair; empty for an average."""
    metric: str = ""
    is_error: bool = False


@dataclass(frozen=True)
class PublishedTable:
    """Scores of some models in some languages."""

    benchmark: Benchmark
    file: str
    metric: str
    """As in the headings; empty where they name none."""
    models: tuple[str, ...]
    langs: tuple[str, ...]
    values: Floats
    """(models, languages), NaN where a cell is empty."""
    errors: Floats
    """Standard errors alike, NaN where there are none."""
    stated: Floats
    """(models): the average that the table states, NaN where it states none."""
    digits: int
    """Decimals to which the stated averages are given."""
    unread: tuple[str, ...] = ()
    """Columns and cells that could not be read, and why."""

    @property
    def averages(self) -> Floats:
        """The mean over languages of each model, (models)."""
        return mean_known(self.values, 1)

    def row(self, model: str) -> Floats | None:
        """The scores of a model, (languages); None where the table does not have it."""
        return self.values[self.models.index(model)] if model in self.models else None


def mean_known(values: Floats, axis: int) -> Floats:
    """The mean of those that are not NaN, NaN where there are none."""
    with np.errstate(invalid="ignore"):
        mean: Floats = np.nansum(values, axis) / np.sum(~np.isnan(values), axis)
    return mean


def read_tables(folder: Path) -> list[PublishedTable]:
    """All tables below a folder, in the order of their files. Raises SourceError where there is none."""
    files = sorted(path for path in folder.rglob("*.csv") if path.is_file())
    tables = [table for path in files for table in read_table(path, path.relative_to(folder).as_posix())]
    if not tables:
        raise SourceError(
            f"{folder} has no result tables. Give the folder `evaluation_results` of the authors' repository "
            "(github.com/MaLA-LM/emma-500), or one with tables like theirs: .csv, a row for each model and a column "
            "for each language."
        )
    return tables


def read_table(path: Path, name: str) -> Iterator[PublishedTable]:
    """The tables of one file, one for each metric; none for a file whose first column is not called `model`."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        heading, *rows = list(csv.reader(stream)) or [[]]
    if not heading or heading[0].strip().lower() != "model":
        return
    columns, unread = read_heading(heading)
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    for metric in dict.fromkeys(column.metric for column in columns if column.lang and not column.is_error):
        yield scale_shares(_make_table(name, metric, columns, rows, unread))


def read_heading(heading: Sequence[str]) -> tuple[list[Column], list[str]]:
    """The columns after the first, and what is wrong with those that are none."""
    columns, unread = [Column(0)], list[str]()
    for place, name in enumerate(map(str.strip, heading[1:]), 1):
        try:
            columns.append(read_column(place, name, columns[-1]))
        except LanguageError as error:
            unread.append(f"column {place + 1}, '{name}': {error}")
    return columns[1:], unread


def read_column(place: int, name: str, before: Column) -> Column:
    """Read a heading such as `et-acc`, `bn-stderr`, `eng_Latn-fra_Latn`, `Avg`, or the `stderr` of the one before."""
    if name == "stderr":
        return replace(before, place=place, is_error=True)
    plain = re.sub(r"[-_]stderr$", "", name)
    is_error = plain != name
    if plain in METRICS or AVERAGES.fullmatch(plain):
        return Column(place, "", plain if plain in METRICS else "", is_error)
    code, _, metric = plain.rpartition("-")
    code, metric = (code, metric) if metric in METRICS else (plain, "")
    return Column(place, read_label(code), metric, is_error)


def read_label(code: str) -> str:
    """The label of a column's code; of a translation, that of the side which is not English.

    Labels stand as they were published, also where the language has another by now. Raises LanguageError.
    """
    if "-" in code:
        pair = Pair.parse(code)
        sides = [side for side in (pair.first, pair.second) if side != ENGLISH]
        return sides[0].label if len(sides) == 1 else pair.label
    return code if LABEL.fullmatch(code) else resolve(code).lang.label


def _make_table(
    name: str, metric: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], unread: Sequence[str]
) -> PublishedTable:
    scores = [column for column in columns if column.lang and column.metric == metric and not column.is_error]
    errors = {column.lang: column for column in columns if column.is_error and column.metric == metric}
    averages = [column for column in columns if not column.lang and not column.is_error]
    # `Avg` may be of any metric; one that is named for this metric is closer.
    averages = [each for each in averages if each.metric == metric] or [each for each in averages if not each.metric]
    bad = list(unread)

    def read(column: Column | None) -> list[float]:
        return [read_cell(row, number, column, bad) for number, row in enumerate(rows, 2)]

    stated = averages[0] if averages else None
    return PublishedTable(
        find_benchmark(PurePath(name).stem),
        name,
        metric,
        model_names([row[0] for row in rows]),
        tuple(column.lang for column in scores),
        np.array([read(column) for column in scores]).T.reshape(len(rows), len(scores)),
        np.array([read(errors.get(column.lang)) for column in scores]).T.reshape(len(rows), len(scores)),
        np.array(read(stated)),
        max((count_decimals(row[stated.place]) for row in rows if stated and len(row) > stated.place), default=0),
        tuple(bad),
    )


def read_cell(row: Sequence[str], number: int, column: Column | None, bad: list[str]) -> float:
    """The number in a cell, NaN where it is empty or is none; the latter is noted in `bad`."""
    text = row[column.place].strip() if column and column.place < len(row) else ""
    try:
        return float(text) if text else math.nan
    except ValueError:
        bad.append(f"row {number}, column {column.place + 1 if column else 0}: '{text[:40]}' is no number")
        return math.nan


def count_decimals(text: str) -> int:
    """Digits after the decimal point."""
    return len(text.strip().partition(".")[2])


def scale_shares(table: PublishedTable) -> PublishedTable:
    """The table with accuracies as shares, whether they stand as such or in per cent."""
    if not table.benchmark.is_accuracy or not np.nanmax(table.values, initial=0) > 1:
        return table
    scaled = {name: getattr(table, name) / 100 for name in ("values", "errors", "stated")}
    return replace(table, **scaled, digits=table.digits + 2)
