"""Tables as text: CSV, TSV and their kin, one unit a row; the source's `fields` name the columns.

Options: `delimiter`, else a tab for names in `.tsv` or `.tab` and a comma for others; `quotes`, whether cells may be
quoted, else as the beginning of the file looks where the delimiter is a tab, and yes where it is none; `header = false`
where the first line is data already: its columns are then called "1", "2" and so on. A first line `sep=;`, as Excel
reads it, says the delimiter too.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from emma.collect.config import SourceConfig
from emma.collect.files.streams import DAMAGE_ERRORS, InputFile, decode, describe_error
from emma.collect.formats.cells import Dialect, Lines, is_doubled, looks_quoted, rows
from emma.collect.formats.record import Fields
from emma.collect.readers import reader
from emma.collect.records import RawDocument, Reject
from emma.collect.text.encodings import SAMPLE_BYTES

TABBED = (".tsv", ".tab")
QUOTED = "it has quotes as spreadsheets write them; set the option `quotes` to true, or to false if they are text"
OTHERS = ";\t|,"
SEPARATOR = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=([;,|\t])"?\r?\n', re.IGNORECASE)


def is_unquoted(source: SourceConfig) -> bool:
    """Where nothing is quoted, no row is more than a line."""
    return source.options.get("quotes") is False


@reader(options={"delimiter": str, "quotes": bool, "header": bool}, rows_are_lines=is_unquoted)
def read_csv(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a row, numbered by its first line. A row with more or fewer cells than there are columns is a reject."""
    try:
        dialect = dialect_of(file, source)
    except DAMAGE_ERRORS as error:
        yield Reject(0, "broken file", describe_error(error))
        return
    csv.field_size_limit(file.max_row_bytes)
    fields, lines, titled = Fields(source), Lines(file), bool(source.options.get("header", True))
    found = rows(lines, dialect.rows(lines))
    if not file.row and separator(file.read_sample()):
        next(lines, None)
    first = header_of(file, dialect) if file.row and titled else next(found, None)
    while isinstance(first, Reject) and not titled:
        yield first
        first = next(found, None)
    if first is None:
        return
    names = columns(first, lines, fields, titled)
    if isinstance(names, Reject):
        yield names
        return
    is_open = False
    for row in found if titled else chain([first], found):
        unit = row if isinstance(row, Reject) else unit_of(row, names, lines, fields, dialect)
        if dialect.guessed:
            unit, is_open = in_open_cell(unit, lines, is_open)
        yield unit


def columns(first: list[str] | Reject, lines: Lines, fields: Fields, titled: bool) -> list[str] | Reject:
    """The names of the columns, or a reject for all rows where they will not do."""
    if isinstance(first, Reject):
        refused: Reject | None = first
    else:
        names = [each.strip() for each in first] if titled else numbered(first)
        refused = fields.refused(lines.row, names, lines.raw)
        if refused is not None and len(first) == 1 and (other := other_delimiter(first[0])):
            refused = replace(refused, detail=f"{refused.detail}, or its option `delimiter` to {other!r}")
    if refused is None:
        return names
    count, unread = lines.skip()
    return replace(refused, units=max(1, count + (not titled)), unread=unread)


def other_delimiter(line: str) -> str:
    """What a line that should have several cells has between them: spreadsheets write `;` in half of Europe."""
    return max(OTHERS, key=line.count) if any(each in line for each in OTHERS) else ""


def unit_of(
    row: Sequence[str], names: Sequence[str], lines: Lines, fields: Fields, dialect: Dialect
) -> RawDocument | Reject:
    """The unit in a row of cells."""
    if len(row) != len(names):
        why = f"{len(row)} cells under {len(names)} columns"
        return Reject(lines.row, "ragged row", why, lines.raw, units=lines.count)
    if lines.count > 1 and lines.holds_rows(row, dialect.delimiter):
        broken = lines.broken("broken CSV", "a quote that is closed only inside of another row")
        lines.again(to_end=False)
        return broken
    if dialect.guessed and any(map(is_doubled, row)):
        return Reject(lines.row, "quoted cell", QUOTED, lines.raw)
    return fields.unit(lines.row, dict(zip(names, row, strict=True)), lines.raw)


def in_open_cell(unit: RawDocument | Reject, lines: Lines, is_open: bool) -> tuple[RawDocument | Reject, bool]:
    """The unit, or a reject where it is the end of a cell that an earlier, broken row began; whether one is open then.

    `"line one`, then `line two"<tab>sw`: the second looks like a row, and is half of one.
    """
    is_odd = lines.raw.count(b'"') % 2 == 1
    if is_open and is_odd and isinstance(unit, RawDocument):
        return Reject(lines.row, "quoted cell", QUOTED, lines.raw), False
    return unit, isinstance(unit, Reject) and is_open != is_odd


def dialect_of(file: InputFile, source: SourceConfig) -> Dialect:
    """How the cells of a file are written. Raises what damage raises."""
    said = separator(file.read_sample()) or ("\t" if file.plain_name.suffix in TABBED else ",")
    delimiter = str(source.options.get("delimiter", said))
    if "quotes" in source.options or delimiter != "\t":
        return Dialect(delimiter, bool(source.options.get("quotes", True)))
    sample = file.read_sample()
    if len(sample) == SAMPLE_BYTES:  # its last line may be cut
        sample = sample[: sample.rfind(b"\n") + 1]
    quoted = looks_quoted(sample.decode(file.encoding or "utf-8-sig", "replace"), delimiter)
    return Dialect(delimiter, quoted, guessed=not quoted)


def separator(head: bytes) -> str:
    """The delimiter that a line before the header states; empty if there is no such line."""
    found = SEPARATOR.match(head)
    return found[1].decode() if found else ""


def header_of(file: InputFile, dialect: Dialect) -> list[str] | Reject:
    """The header of a file, where a range of it begins later."""
    head = file.head or b""
    line = head.split(b"\n", 2)[1 if separator(head) else 0]
    first = decode(line.rstrip(b"\r"), 1, file.encoding)
    return first if isinstance(first, Reject) else next(dialect.rows([first]), [])


def numbered(row: Sequence[str]) -> list[str]:
    """Names for columns that have none."""
    return [str(number) for number in range(1, len(row) + 1)]
