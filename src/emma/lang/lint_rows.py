"""Rows (label, tokens) out of whatever a list of languages comes in: lines, CSV, TSV, JSON, or a Parquet table."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.errors import LanguageError
from emma.lang.codes import LABEL

LABELS = ("lang", "language", "label", "code", "lang_code", "language_code", "lang_script")
"""What the column of labels may be called; else it is the first."""
AMOUNTS = ("tokens", "num_tokens", "token_count", "words", "bytes", "count", "size", "documents")
"""What the column of amounts may be called, best first."""


@dataclass(frozen=True)
class Row:
    """One entry of a list of languages."""

    label: str
    tokens: int | None
    """In the list's own unit; None where it has none."""
    line: int
    """From 1, the place in the list."""


def rows(path: Path) -> list[Row]:
    """All entries of a file. LanguageError if it cannot be read as a list of languages."""
    if not path.is_file():
        raise LanguageError(f"There is no list of languages at {path}.")
    if path.suffix == ".parquet":
        found = _table(_parquet(path))
    else:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise LanguageError(f"{path} is not text in UTF-8: {error}.") from None
        found = _json(path, text) if path.suffix in (".json", ".jsonl") else _lines(text)
    made = [Row(label, tokens, line) for line, (label, tokens) in enumerate(found, 1) if label]
    if not made:
        raise LanguageError(f"{path} has no entries; write one code_Script a line, or code_Script,tokens.")
    return made


def _parquet(path: Path) -> list[list[str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise LanguageError(f"{path} is not a Parquet table: {error}.") from None
    cells = ([str(each) if each is not None else "" for each in row.values()] for row in table.to_pylist())
    return [table.column_names, *cells]


def _lines(text: str) -> Iterator[tuple[str, int | None]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    sample = "\n".join(lines[:20])
    delimiter = next((each for each in "\t,;" if each in sample), None)
    if delimiter is None:
        split = [line.split() for line in lines]
        return _table([row if len(row) == 2 and _amount(row[1]) is not None else [" ".join(row)] for row in split])
    return _table(list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)))


def _table(cells: Sequence[Sequence[str]]) -> Iterator[tuple[str, int | None]]:
    """Label and amount of each row."""
    at, amount, headers = _columns(cells)
    for row in cells[headers:]:
        value = _amount(row[amount]) if amount is not None and amount < len(row) else None
        yield (row[at].strip() if at < len(row) else ""), value


def _columns(cells: Sequence[Sequence[str]]) -> tuple[int, int | None, int]:
    """The columns of labels and amounts, by their names or by what is in them, and the number of header rows."""
    header = [each.strip().lower() for each in cells[0]] if cells else []
    at = next((header.index(each) for each in LABELS if each in header), None)
    amount = next((header.index(each) for each in AMOUNTS if each in header), None)
    if at is None and amount is None and (found := _numbers(cells)) is not None:
        return 0, found, 0
    if amount is None:
        amount = _numbers(cells[1:])
    named = at is not None or (amount is not None and not LABEL.fullmatch(cells[0][0].strip()))
    return at or 0, amount, int(named)


def _numbers(cells: Sequence[Sequence[str]]) -> int | None:
    """The first column that is numbers in every row."""
    width = min((len(row) for row in cells), default=0)
    return next((column for column in range(1, width) if all(_amount(row[column]) is not None for row in cells)), None)


def _amount(cell: str) -> int | None:
    plain = cell.strip().replace(",", "").replace("_", "").replace(" ", "")
    try:
        return int(float(plain))
    except (ValueError, OverflowError):
        return None


def _json(path: Path, text: str) -> Iterator[tuple[str, int | None]]:
    try:
        parsed = (
            json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines() if line]
        )
    except ValueError as error:
        raise LanguageError(f"{path} is not JSON: {error}.") from None
    if isinstance(parsed, Mapping):
        parsed = [{"lang": key, **_values(value)} for key, value in parsed.items()]
    if not isinstance(parsed, list):
        raise LanguageError(f"{path} is neither a JSON list of languages nor an object with languages as keys.")
    return (_entry(path, each) for each in parsed)


def _values(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {"tokens": value}


def _entry(path: Path, entry: Any) -> tuple[str, int | None]:
    if isinstance(entry, str):
        return entry, None
    if not isinstance(entry, Mapping) or not (label := next((entry[key] for key in LABELS if key in entry), None)):
        raise LanguageError(f"{path}: {json.dumps(entry, ensure_ascii=False)[:80]} names no language (a key `lang`).")
    amount = next((entry[key] for key in AMOUNTS if key in entry), None)
    return str(label), None if amount is None else _amount(str(amount))
