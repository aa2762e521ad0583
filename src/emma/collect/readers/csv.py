"""Tables as text: CSV, TSV and their kin, one unit a row; the source's `fields` name the columns.

Options: `delimiter`, else a tab for names in `.tsv` or `.tab` and a comma for others; `quotes`, whether cells may be
quoted, else where the delimiter is no tab; `header = false` where the first line is data already: its columns are then
called "1", "2" and so on.
"""

import csv
from collections.abc import Iterator, Sequence

from emma.collect.config import SourceConfig
from emma.collect.record import Fields
from emma.collect.streams import InputFile, decode
from emma.collect.unit import Bad, Unit

OPTIONS = {"delimiter": str, "quotes": bool, "header": bool}
TABBED = (".tsv", ".tab")


def by_lines(source: SourceConfig) -> bool:
    """Where nothing is quoted, no row is more than a line."""
    return source.options.get("quotes") is False


def read(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """One unit a row, numbered by its first line. A row with more or fewer cells than there are columns is a Bad."""
    fields, lines = Fields(source), Lines(file)
    found = rows(lines, cells(lines, file, source))
    names = _names(file, source)
    for row in found:
        if isinstance(row, Bad):
            yield row
        elif names is None:
            names = row if source.options.get("header", True) else numbered(row)
            if missing := fields.missing(names):
                yield Bad(lines.row, "missing column", missing, lines.raw)
                return
            if names is not row:
                yield fields.unit(lines.row, dict(zip(names, row, strict=True)), lines.raw)
        elif len(row) != len(names):
            yield Bad(lines.row, "ragged row", f"{len(row)} cells under {len(names)} columns", lines.raw)
        else:
            yield fields.unit(lines.row, dict(zip(names, row, strict=True)), lines.raw)


def numbered(row: Sequence[str]) -> list[str]:
    """Names for columns that have none."""
    return [str(number) for number in range(1, len(row) + 1)]


def _names(file: InputFile, source: SourceConfig) -> list[str] | None:
    """The columns, where a range of a large file begins after the line that names them; else None."""
    if not file.row or not file.head:
        return None
    first = decode(file.head.split(b"\n", 1)[0].rstrip(b"\r"), 1, file.encoding)
    row: list[str] = [] if isinstance(first, Bad) else next(cells(iter([first]), file, source), [])
    return row if source.options.get("header", True) else numbered(row)


def cells(lines: Iterator[str], file: InputFile, source: SourceConfig) -> Iterator[list[str]]:
    """The cells of each row; of an empty line none."""
    delimiter = str(source.options.get("delimiter", "\t" if file.inner.suffix in TABBED else ","))
    quoted = source.options.get("quotes", delimiter != "\t")
    csv.field_size_limit(file.max_row_bytes)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE, strict=True)


class Lines:
    """The lines of a file as text, and those that the current row has taken."""

    def __init__(self, file: InputFile) -> None:
        self._file, self._lines = file, file.lines()
        self._taken: list[bytes] = []
        self.row = file.row
        """Number of the current row's first line."""

    def begin(self) -> None:
        """Begin a row."""
        self._taken = []

    @property
    def raw(self) -> bytes:
        """The current row as the file has it."""
        return b"\n".join(self._taken)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        row, data = (line.row, line.raw) if isinstance(line, Bad) else line
        if not self._taken:
            self.row = row
        self._taken.append(data)
        text = line if isinstance(line, Bad) else self._file.decode(data, row)
        if isinstance(text, Bad):
            raise BadLine(text)
        return f"{text}\n"


class BadLine(Exception):  # noqa: N818 - it becomes a Bad
    """A line that is no text."""

    def __init__(self, bad: Bad) -> None:
        super().__init__(bad.reason)
        self.bad = bad


def rows(lines: Lines, found: Iterator[list[str]]) -> Iterator[list[str] | Bad]:
    """The rows, each with what it took from `lines`; one that is broken is a Bad, and the next line begins another."""
    while True:
        lines.begin()
        try:
            row = next(found, None)
        except BadLine as error:
            yield Bad(lines.row, error.bad.kind, error.bad.detail, lines.raw)
        except csv.Error as error:
            yield Bad(lines.row, "broken CSV", str(error), lines.raw)
        else:
            if row is None:
                return
            if row:
                yield row
