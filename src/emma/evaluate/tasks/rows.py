"""Rows of the files in which benchmarks are published, whatever their format, compressed or not."""

import csv
import gzip
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import zstandard

from emma.errors import SourceError
from emma.store import shards

Values = tuple[Mapping[str, Any], str]
"""The columns of a row, and why it could not be read; empty if it could."""
QUOTED = re.compile(r'"((?:[^"]|"")*)"')


class RowError(ValueError):
    """Why a row is no item."""


@dataclass(frozen=True)
class Row:
    """A row of a file."""

    file: str
    """Relative to the task's folder."""
    number: int
    """From 1 on; a header is not counted."""
    values: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    """Why it could not be read."""

    def value(self, *names: str) -> Any:
        """The value in the first of these columns that there is. Raises RowError where there is none."""
        if self.fault:
            raise RowError(self.fault)
        for name in names:
            if self.values.get(name) is not None:
                return self.values[name]
        raise RowError(f"it has no '{names[0]}' among its columns {', '.join(self.values)}")

    def text(self, *names: str) -> str:
        """The text in one of these columns, without space around it. Raises RowError where it is empty or damaged."""
        text = str(self.value(*names)).strip()
        if not text:
            raise RowError(f"its '{names[0]}' is empty")
        if re.search("[\ud800-\udfff]", text):
            raise RowError(f"its '{names[0]}' is not UTF-8")
        return text

    def name(self, *names: str) -> str:
        """An id from the first of these columns that has one, else the row's number."""
        return str(next((id_ for id_ in map(self.values.get, names) if id_ not in (None, "")), self.number))

    def choose(self, choices: Sequence[str], *names: str) -> int:
        """The number of the choice that one of these columns names. Raises RowError where it names another one."""
        if (label := self.text(*names)) not in choices:
            raise RowError(f"'{label}' is none of {', '.join(choices)}")
        return choices.index(label)


def read_rows(path: Path, root: Path, columns: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a table (.tsv, .csv, .jsonl, .json, .parquet), or the lines of any other file in a column `text`.

    `columns` are those of a table without a header. Raises SourceError for a file that cannot be read as a whole.
    """
    name = path.relative_to(root).as_posix()
    try:
        for number, (values, fault) in enumerate(_read_values(path, columns), 1):
            yield Row(name, number, values, fault)
    except (OSError, EOFError, ValueError, TypeError, zstandard.ZstdError, csv.Error) as error:
        raise SourceError(f"{path} cannot be read ({error}). Fetch it again.") from None


def read_bytes(path: Path) -> bytes:
    """What a file holds, decompressed. Raises OSError, EOFError or ZstdError where it is damaged."""
    if path.suffix == ".zst":
        with path.open("rb") as file:
            return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True).read()
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _read_values(path: Path, columns: Sequence[str]) -> Iterator[Values]:
    kind = Path(path.stem).suffix if path.suffix in (".gz", ".zst") else path.suffix
    if kind == ".parquet":
        return map(_as_values, shards.read(path).to_pylist())
    content = read_bytes(path)
    if kind == ".json":
        whole = orjson.loads(content)
        return map(_as_values, whole.get("data", ()) if isinstance(whole, dict) else whole)
    if kind == ".jsonl":
        return map(_parse_line, filter(bytes.strip, content.split(b"\n")))
    # What is not UTF-8 is seen when a column is asked for, and so costs its row alone.
    text = content.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n")
    lines = text.split("\n")[: -1 if text.endswith("\n") else None] if text else []
    if kind == ".tsv":
        return _read_table(map(_split_line, lines), columns)
    if kind == ".csv":
        # Strict, since a quote that is never closed would take all rows after it into one cell.
        return _read_table(csv.reader(io.StringIO(text, newline=""), strict=True), columns)
    return (({"text": line}, "") for line in lines)


def _as_values(value: Any) -> Values:
    return (value, "") if isinstance(value, dict) else ({}, "it is no JSON object")


def _parse_line(line: bytes) -> Values:
    try:
        return _as_values(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        return {}, f"it is not JSON ({error})"


def _read_table(cells: Iterator[list[str]], columns: Sequence[str]) -> Iterator[Values]:
    header = columns or next(cells, [])
    for row in filter(None, cells):
        fault = "" if len(row) == len(header) else f"it has {len(row)} columns where there should be {len(header)}"
        yield dict(zip(header, row, strict=False)), fault


def _split_line(line: str) -> list[str]:
    """The cells of a line of TSV. A quote that is never closed is text, and costs no more than itself."""
    cells = line.split("\t") if line else []
    return [match[1].replace('""', '"') if (match := QUOTED.fullmatch(cell)) else cell for cell in cells]
