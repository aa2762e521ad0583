"""Reader of tables as text, CSV, TSV and their kin: a document a row; the source's `fields` name the columns.

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
from emma.collect.formats.cells import Dialect, TableLines, has_doubled_quotes, looks_quoted, read_rows
from emma.collect.formats.record import Fields
from emma.collect.readers.reader import Option, reader
from emma.collect.records import RawDocument, Reject
from emma.collect.text.encodings import SAMPLE_BYTES

TAB_SUFFIXES = (".tsv", ".tab")
QUOTES_ADVICE = (
    "it has quotes as spreadsheets write them; set the option `quotes` to true, or to false if they are text"
)
OTHER_DELIMITERS = ";\t|,"
"""Delimiters that an error proposes; spreadsheets write `;` in half of Europe."""
DELIMITER_LINE = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=([;,|\t])"?\r?\n', re.IGNORECASE)


def is_unquoted(source: SourceConfig) -> bool:
    """Whether no cell is quoted, so that no row is more than a line."""
    return source.options.get("quotes") is False


@reader(
    options={
        "delimiter": Option(
            str,
            "The character between cells. Unless said, what a first line `sep=;` says, else a tab in files named .tsv "
            "or .tab, and a comma in others.",
        ),
        "quotes": Option(
            bool,
            'Whether cells may stand in quotes, "so, for instance". Unless said, yes where the delimiter is no tab, '
            "else as the beginning of the file looks.",
        ),
        "header": Option(
            bool, 'Whether the first row names the columns; where it is data, they are called "1", "2" and so on.', True
        ),
    },
    rows_are_lines=is_unquoted,
    reads_lines=True,
    purpose="tables as text (CSV, TSV): a document a row, or a pair of translations with `text2` in `fields`",
    language="The column `lang`, or the one that `fields` names for it.",
    suffixes=(".csv", ".tsv", ".tab"),
    has_fields=True,
    metadata={"*": "a column"},
    example="""\
path = "radio/*.csv"
fields = { text = "body", lang = "locale", url = "link" }
options = { delimiter = ";" }
""",
)
def read_csv(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a table: a document a row, numbered by its first line.

    A row with more or fewer cells than there are columns is rejected.
    """
    try:
        dialect = detect_dialect(file, source)
    except DAMAGE_ERRORS as error:
        yield Reject(0, "broken file", describe_error(error))
        return
    csv.field_size_limit(file.max_row_bytes)  # of the process, since the module has no other; 128 KiB unless said
    fields, lines, has_header = Fields(source), TableLines(file), bool(source.options.get("header", True))
    rows = read_rows(lines, dialect.parse(lines))
    if not file.row and stated_delimiter(file.read_sample()):
        next(lines, None)  # `sep=;` is no row
    first = parse_header(file, dialect) if file.row and has_header else next(rows, None)
    while isinstance(first, Reject) and not has_header:  # a header that is broken costs the file, a row only itself
        yield first
        first = next(rows, None)
    if first is None:
        return
    names = name_columns(first, lines, fields, has_header)
    if isinstance(names, Reject):
        yield names
        return
    is_open = False
    for row in rows if has_header else chain([first], rows):
        document = row if isinstance(row, Reject) else read_cells(row, names, lines, fields, dialect)
        if dialect.is_guessed:
            document, is_open = reject_cell_end(document, lines, is_open)
        yield document


def name_columns(first: list[str] | Reject, lines: TableLines, fields: Fields, has_header: bool) -> list[str] | Reject:
    """The names of the columns, or a reject for all rows where they will not do."""
    if isinstance(first, Reject):
        rejected: Reject | None = first
    else:
        names = [cell.strip() for cell in first] if has_header else number_columns(first)
        rejected = fields.check_columns(lines.row, names, lines.raw)
        if rejected is not None and len(first) == 1 and (other := guess_delimiter(first[0])):
            rejected = replace(rejected, detail=f"{rejected.detail}, or its option `delimiter` to {other!r}")
    if rejected is None:
        return names
    # all rows are lost, so they are counted
    count, unread = lines.skip_rest()
    return replace(rejected, units=max(1, count + (not has_header)), unread=unread)


def guess_delimiter(line: str) -> str:
    """The most frequent other delimiter of a line that should have several cells; empty if it has none."""
    return max(OTHER_DELIMITERS, key=line.count) if any(mark in line for mark in OTHER_DELIMITERS) else ""


def read_cells(
    row: Sequence[str], names: Sequence[str], lines: TableLines, fields: Fields, dialect: Dialect
) -> RawDocument | Reject:
    """The document in a row of cells, or a reject that says why there is none."""
    if len(row) != len(names):
        why = f"{len(row)} cells under {len(names)} columns"
        return Reject(lines.row, "ragged row", why, lines.raw, units=lines.count)
    if lines.count > 1 and lines.hides_rows(row, dialect.delimiter):
        broken = lines.reject_row("broken CSV", "a quote that is closed only inside of another row")
        lines.reread(to_end=False)
        return broken
    if dialect.is_guessed and any(map(has_doubled_quotes, row)):
        return Reject(lines.row, "quoted cell", QUOTES_ADVICE, lines.raw)
    return fields.read_record(lines.row, dict(zip(names, row, strict=True)), lines.raw)


def reject_cell_end(
    document: RawDocument | Reject, lines: TableLines, is_open: bool
) -> tuple[RawDocument | Reject, bool]:
    """A row's document, or a reject where it ends a cell that an earlier, broken row began; whether one is open then.

    `"line one`, then `line two"<tab>sw`: the second looks like a row, and is half of one.
    """
    is_odd = lines.raw.count(b'"') % 2 == 1
    if is_open and is_odd and isinstance(document, RawDocument):
        return Reject(lines.row, "quoted cell", QUOTES_ADVICE, lines.raw), False
    return document, isinstance(document, Reject) and is_open != is_odd


def detect_dialect(file: InputFile, source: SourceConfig) -> Dialect:
    """Detect how the cells of a file are written. Raises DAMAGE_ERRORS."""
    stated = stated_delimiter(file.read_sample()) or ("\t" if file.plain_name.suffix in TAB_SUFFIXES else ",")
    delimiter = str(source.options.get("delimiter", stated))
    if "quotes" in source.options or delimiter != "\t":
        return Dialect(delimiter, bool(source.options.get("quotes", True)))
    sample = file.read_sample()
    if len(sample) == SAMPLE_BYTES:  # its last line may be cut
        sample = sample[: sample.rfind(b"\n") + 1]
    quoted = looks_quoted(sample.decode(file.encoding or "utf-8-sig", "replace"), delimiter)
    return Dialect(delimiter, quoted, is_guessed=not quoted)


def stated_delimiter(head: bytes) -> str:
    """The delimiter that a line before the header states; empty if there is no such line."""
    match = DELIMITER_LINE.match(head)
    return match[1].decode() if match else ""


def parse_header(file: InputFile, dialect: Dialect) -> list[str] | Reject:
    """The header of a file, of which this is a range that begins later."""
    head = file.head or b""
    line = head.split(b"\n", 2)[1 if stated_delimiter(head) else 0]
    first = decode(line.rstrip(b"\r"), 1, file.encoding)
    return first if isinstance(first, Reject) else next(dialect.parse([first]), [])


def number_columns(row: Sequence[str]) -> list[str]:
    """Names for columns that have none."""
    return [str(number) for number in range(1, len(row) + 1)]
