"""Read a list of languages as rows (label, tokens) from lines, CSV, TSV, JSON, or a Parquet table.

A list of pairs gives each language once, with the amount of all its pairs: two columns of languages, or one of
`eng_Latn-swh_Latn`.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emma.errors import LanguageError
from emma.lang.language import LABEL
from emma.lang.lint_json import (
    AMOUNT_COLUMNS,
    LABEL_COLUMNS,
    PAIR,
    PAIR_COLUMNS,
    PAIR_SEPARATOR,
    SHORT,
    SIDE_COLUMNS,
    parse_amount,
    read_json_entries,
)


@dataclass(frozen=True)
class Entry:
    """An entry of a list of languages."""

    label: str
    tokens: int | None
    """Amount of text, in the list's own unit; None where it has none."""
    line: int
    """Place in the list, from 1."""


CELL_CHARS = 1 << 17
"""Characters of a cell, at most: what is longer is no name of a language."""


def read_entries(path: Path) -> list[Entry]:
    """All entries of a file. LanguageError if it cannot be read as a list of languages."""
    if not path.is_file():
        raise LanguageError(
            f"There is no list of languages at {path}: name a file, .txt, .csv or .json, or a recipe (.toml)."
        )
    if path.suffix == ".parquet":
        rows = _parse_table(_read_parquet(path))
    else:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise LanguageError(f"{path} is not text in UTF-8: {error}.") from None
        rows = read_json_entries(path, text) if path.suffix in (".json", ".jsonl") else _read_lines(path, text)
    entries = [Entry(label, tokens, line) for line, (label, tokens) in enumerate(rows, 1) if label]
    if any(PAIR.fullmatch(row.label) or PAIR_SEPARATOR in row.label for row in entries):
        entries = _split_pairs(entries)  # the audit is of languages: a pair says nothing about their codes
    if not entries:
        raise LanguageError(f"{path} has no entries; write one code_Script a line, or code_Script,tokens.")
    return entries


def _split_pairs(pairs: Sequence[Entry]) -> list[Entry]:
    """Each language of a list of pairs once, with the sum of its amounts."""
    entries: dict[str, Entry] = {}
    for row in pairs:
        pair = PAIR.fullmatch(row.label)
        for label in filter(None, pair.groups() if pair else row.label.split(PAIR_SEPARATOR)):
            before = entries.get(label, Entry(label, None, row.line))
            known = [amount for amount in (before.tokens, row.tokens) if amount is not None]
            entries[label] = Entry(label, sum(known) if known else None, before.line)
    return list(entries.values())


def _read_parquet(path: Path) -> list[list[str]]:
    # Not through `emma.store`, on which languages do not depend: this is anybody's file, and no shard.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise LanguageError(f"{path} is not a Parquet table: {error}.") from None
    cells = ([str(cell) if cell is not None else "" for cell in row.values()] for row in table.to_pylist())
    return [table.column_names, *cells]


def _read_lines(path: Path, text: str) -> Iterator[tuple[str, int | None]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    sample = "\n".join(lines[:20])
    delimiter = next((sign for sign in "\t,;" if sign in sample), None)
    if delimiter is None:
        split = [line.split() for line in lines]
        return _parse_table(
            [row if len(row) == 2 and parse_amount(row[1]) is not None else [" ".join(row)] for row in split]
        )
    try:
        csv.field_size_limit(CELL_CHARS)  # of the process: others may have set another
        return _parse_table(list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)))
    except csv.Error as error:
        raise LanguageError(f"{path} cannot be cut into cells: {error}.") from None


def _parse_table(cells: Sequence[Sequence[str]]) -> Iterator[tuple[str, int | None]]:
    """Read the label and the amount of each row."""
    at, amount, headers = _find_columns(cells)
    for row in cells[headers:]:
        value = parse_amount(row[amount]) if amount is not None and amount < len(row) else None
        label = PAIR_SEPARATOR.join(filter(None, (row[column].strip() for column in at if column < len(row))))
        short = SHORT.fullmatch(label) if headers and cells[0][at[0]].strip().lower() in PAIR_COLUMNS else None
        yield (PAIR_SEPARATOR.join(short.groups()) if short else label), value


def _find_columns(cells: Sequence[Sequence[str]]) -> tuple[tuple[int, ...], int | None, int]:
    """The columns of labels and amounts, by their names or by what is in them, and the number of header rows."""
    header = [name.strip().lower() for name in cells[0]] if cells else []
    at = _find_label_columns(header) or _find_two_label_columns(cells)
    amount = next((header.index(name) for name in AMOUNT_COLUMNS if name in header), None)
    if not at and amount is None and (column := _find_number_column(cells)) is not None:
        return (0,), column, 0
    if amount is None:
        amount = _find_number_column(cells[1:])
    first = cells[0][at[0] if at else 0].strip() if header else ""
    named = bool(_find_label_columns(header)) or (
        amount is not None and not LABEL.fullmatch(first) and not PAIR.fullmatch(first)
    )
    return at or (0,), amount, int(named)


def _find_label_columns(header: Sequence[str]) -> tuple[int, ...]:
    """The columns that are called languages: two in a bilingual table."""
    for sides in SIDE_COLUMNS:
        if all(name in header for name in sides):
            return tuple(header.index(name) for name in sides)
    return tuple(header.index(name) for name in (*LABEL_COLUMNS, *PAIR_COLUMNS) if name in header)[:1]


def _find_two_label_columns(cells: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """The columns, where there are two, that hold nothing but labels below the header."""
    width = min((len(row) for row in cells), default=0)
    rows = cells[1:] or cells
    columns = [at for at in range(width) if all(LABEL.fullmatch(row[at].strip()) for row in rows)]
    return tuple(columns) if len(columns) == 2 else ()


def _find_number_column(cells: Sequence[Sequence[str]]) -> int | None:
    """The first column that is numbers in every row."""
    width = min((len(row) for row in cells), default=0)
    return next(
        (column for column in range(1, width) if all(parse_amount(row[column]) is not None for row in cells)), None
    )
