"""The beginning of a file, cut anywhere: rows of a table, records of JSON, and the documents of plain text."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

from emma.collect.readers.csv import stated_delimiter
from emma.collect.text.encodings import detect_mark, is_utf8
from emma.pipeline.draft.places import Place, PlaceFile, head_of, suffix_of

MAX_ROWS = 200
"""Rows that are looked at."""
DELIMITERS = "\t,;|"
CLOSERS = {"{": "}", "[": "]"}
MAX_HEADER_CHARS = 40
Record = Mapping[str, object]


def decode_head(head: bytes, encoding: str | None = None) -> str:
    """The beginning of a file as text, whatever it takes; the last character may be cut."""
    mark = detect_mark(head)
    name = encoding or (mark.name if mark else "utf-8" if is_utf8(head) else "latin-1")
    return head.decode(name, "ignore")


def read_json_lines(text: str) -> list[Record]:
    """The first records of JSON Lines; lines that are broken, or cut, are passed over."""
    records: list[Record] = []
    for line in islice(text.splitlines(), MAX_ROWS):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            records.append(value)
    return records


def parse_cut_json(text: str) -> object:
    """The value of JSON that is cut somewhere, up to the last whole element; None where there is none."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    end, closers = _find_last_element(text)
    try:
        return json.loads(text[:end] + closers)
    except ValueError:
        return None


def _find_last_element(text: str) -> tuple[int, str]:
    """The end of the last element that another follows, and what closes all that is open there."""
    stack: list[str] = []
    end, closers, in_string, escaped = 0, "", False, False
    for place, char in enumerate(text):
        if in_string:
            in_string, escaped = escaped or char != '"', not escaped and char == "\\"
        elif char == '"':
            in_string = True
        elif char in CLOSERS:
            stack.append(CLOSERS[char])
        elif char in "]}" and stack:
            stack.pop()
        elif char == ",":
            end, closers = place, "".join(reversed(stack))
    return end, closers


def read_table(name: str, text: str) -> tuple[list[list[str]], str]:
    """The first rows of a table, and its delimiter; the last row is left out, since it may be cut."""
    lines = text.splitlines(keepends=True)
    stated = stated_delimiter(text[:100].encode())
    if stated:
        lines = lines[1:]
    whole = lines[:-1] if len(lines) > 1 and len(text) > 1 << 14 else lines
    delimiter = stated or _choose_delimiter(name, whole[:MAX_ROWS])
    unquoted = delimiter == "\t" and _is_unquoted(whole, delimiter)
    reader = csv.reader(
        io.StringIO("".join(whole)), delimiter=delimiter, quoting=csv.QUOTE_NONE if unquoted else csv.QUOTE_MINIMAL
    )
    return list(_read_rows(reader)), delimiter


def _read_rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from islice((row for row in reader if row), MAX_ROWS)
    except csv.Error:  # a broken row ends the look; reading it for real counts it
        return


def _is_unquoted(lines: list[str], delimiter: str) -> bool:
    return not any(
        cell.startswith('"') and cell.endswith('"') for line in lines for cell in line.strip().split(delimiter)
    )


def _choose_delimiter(name: str, lines: list[str]) -> str:
    """The delimiter that divides most lines into as many cells as the first; the one of the suffix before others."""
    usual = "\t" if suffix_of(name) in (".tsv", ".tab") else ","
    first = lines[0] if lines else ""
    fitting = {
        mark: sum(line.count(mark) == first.count(mark) for line in lines) if mark in first else 0
        for mark in DELIMITERS
    }
    return max(DELIMITERS, key=lambda mark: (fitting[mark] > 0, (mark == usual) * 0.3 * len(lines) + fitting[mark]))


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names columns: short cells, all different, none of them a number, unlike those below."""
    first = [cell.strip() for cell in rows[0]]
    # pandas writes the numbers of rows under no name
    named = first[1:] if len(first) > 2 and not first[0] else first
    if len(set(first)) < len(first) or not all(named) or any(map(_is_number, first)):
        return False
    if any(len(cell) > MAX_HEADER_CHARS for cell in first):
        return False
    below = [row[0] for row in rows[1:]]
    # names are shorter than what they name; with one column alone nothing else tells
    return len(first) > 1 or not below or len(first[0]) * 2 < sum(map(len, below)) / len(below)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def read_parquet_head(path: Path) -> tuple[list[Record], list[str]]:
    """The first rows of a Parquet file and all of its columns; nothing where it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:  # pyarrow itself, since `store.shards` reads files of our own, which are not damaged
        table = pq.ParquetFile(path)
        names = table.schema_arrow.names
        plain = [name for name in dict.fromkeys(names) if names.count(name) == 1]
        batch = next(table.iter_batches(MAX_ROWS, columns=plain), None)
    except (pa.ArrowException, OSError, ValueError):
        return [], []
    return ([] if batch is None else batch.to_pylist()), names


def read_arrow_head(path: Path) -> tuple[list[Record], list[str]]:
    """The first rows of an Arrow stream, as `datasets` saves it, and all of its columns; none where it is damaged."""
    import pyarrow as pa

    try:
        with path.open("rb") as file:
            stream = pa.ipc.open_stream(file)
            batch = next(iter(stream), None)
    except (pa.ArrowException, OSError, ValueError):
        return [], []
    return ([] if batch is None else batch.slice(0, MAX_ROWS).to_pylist()), stream.schema.names


MAX_LOOKED = 12
"""Files that are looked at."""
BOOK_BYTES = 1_000_000
"""Bytes of a file from which blocks between empty lines are taken for documents."""
MIN_LINES, MIN_LINE_CHARS, MAX_WRAPPED = 20, 25, 100
"""Lines of a file of sentences, the characters of most of them, and those that a line broken to a page has at most."""


def find_unit(place: Place, files: Sequence[PlaceFile]) -> str:
    """The value of the option `unit`: what most of the files looked at are made of."""
    step = -(-len(files) // MAX_LOOKED)
    units = [_unit_of(decode_head(head_of(place, file)), file.size) for file in files[::step]]
    return max(("document", "paragraph", "line"), key=units.count)


def _unit_of(text: str, size: int) -> str:
    lines = text.splitlines()
    filled = [line.strip() for line in lines if line.strip()]
    if len(filled) < MIN_LINES:
        return "document"
    if len(filled) < len(lines[: len(lines) - 1]) * 0.98:  # there are empty lines in it
        return "paragraph" if size >= BOOK_BYTES else "document"
    return "line" if median(map(len, filled)) >= MIN_LINE_CHARS and not _is_wrapped(filled) else "document"


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines were broken to fit a page: nearly all are as long as the longest, and end in no full stop."""
    longest = sorted(map(len, lines))[int(0.95 * len(lines))]
    if longest > MAX_WRAPPED:
        return False
    full = sum(len(line) > 0.8 * longest for line in lines)
    stopped = sum(bool(re.search(r"\W$", line)) for line in lines)
    return full > 0.6 * len(lines) and stopped < 0.5 * len(lines)
