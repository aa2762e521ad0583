"""The rows of a table as text: how its cells are written, and where each row begins and ends.

Quotes may hide line ends, and a quote that is never closed swallows the lines after it. Those are read again, each for
itself; so no line is read more than three times, and one bad row costs one row.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from emma.collect.files.streams import InputFile
from emma.collect.records import Reject

QUOTE = '"'


@dataclass(frozen=True, slots=True)
class Dialect:
    """The way in which the cells of a table are written."""

    delimiter: str
    is_quoted: bool
    """Whether a quote at the beginning of a cell is a mark, and no part of its text."""
    is_guessed: bool = False
    """Whether cells are taken for unquoted only because the beginning of the file looks so."""

    def parse(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of each row, none for an empty line. Raises csv.Error for a broken row, and can go on after it."""
        return csv.reader(lines, delimiter=self.delimiter, quoting=self._quoting, strict=True)

    def count_fitting(self, lines: Sequence[str]) -> int:
        """Count the lines whose rows have as many cells as the first row."""
        rows = csv.reader(lines, delimiter=self.delimiter, quoting=self._quoting, strict=True)
        width = fitting = end = 0
        while end < len(lines):
            try:
                row = next(rows, [])
            except csv.Error:
                row = []
            width = width or len(row)
            fitting += (rows.line_num - end) * (len(row) == width)
            end = rows.line_num
        return fitting

    @property
    def _quoting(self) -> Literal[0, 3]:
        return csv.QUOTE_MINIMAL if self.is_quoted else csv.QUOTE_NONE


def looks_quoted(sample: str, delimiter: str) -> bool:
    """Whether cells are quoted as spreadsheets do it: more lines have the same width then.

    Where as many have it either way: whether all cells of the first line stand in quotes, or the quotes in any cell
    are doubled.
    """
    if QUOTE not in sample:
        return False
    lines = [f"{line}\n" for line in sample.split("\n") if line.strip()]
    as_quotes, as_text = (Dialect(delimiter, quoted).count_fitting(lines) for quoted in (True, False))
    if as_quotes != as_text:
        return as_quotes > as_text
    rows = [line.rstrip("\r\n").split(delimiter) for line in lines]
    return all(map(is_quoted, rows[0])) or any(has_doubled_quotes(cell) for row in rows for cell in row)


def is_quoted(cell: str) -> bool:
    """Whether a cell begins and ends with a quote."""
    return len(cell) > 1 and cell.startswith(QUOTE) and cell.endswith(QUOTE)


def has_doubled_quotes(cell: str) -> bool:
    """Whether a cell stands in quotes, and the quotes inside of it are doubled."""
    if not is_quoted(cell):
        return False
    inner = cell[1:-1]
    return 2 * QUOTE in inner and QUOTE not in inner.replace(2 * QUOTE, "")


RETURN, LINE_SEPARATOR = "\r", "\u2028"
"""The csv module ends a row at a carriage return, so Unicode's line separator stands for one inside a line."""
MAX_ROW_LINES = 100_000
"""Lines that a row may have, so that a missing quote does not hold all of the file in memory."""


@dataclass(slots=True)  # not frozen: see RawDocument
class TableLine:
    """A line of a table's file."""

    row: int
    data: bytes
    text: str
    reject: Reject | None = None
    """The reject of a line that is no text."""
    alone: bool = False
    """Whether it is read again, as a row by itself, since a broken row had swallowed it."""


class TableLines:
    """The lines of a file as text, and those that the current row has taken."""

    def __init__(self, file: InputFile) -> None:
        self._file, self._lines, self._limit = file, file.read_lines(), file.max_row_bytes
        self._taken: list[TableLine] = []
        self._again: deque[TableLine] = deque()
        self._size = 0
        self._unreadable: Reject | None = None

    def begin_row(self) -> None:
        """Begin the next row, which has taken no line yet."""
        self._taken, self._size = [], 0

    @property
    def row(self) -> int:
        """The number of the current row's first line."""
        return self._taken[0].row if self._taken else self._file.row

    @property
    def count(self) -> int:
        """The number of lines that the current row has taken."""
        return len(self._taken)

    @property
    def reject(self) -> Reject | None:
        """The reject of the current row's first line that is no text, if any."""
        return next((line.reject for line in self._taken if line.reject), None)

    @property
    def raw(self) -> bytes:
        """The bytes of the current row."""
        return b"\n".join(line.data for line in self._taken)

    def hides_rows(self, row: Sequence[str], delimiter: str) -> bool:
        """Whether the lines of the current row, except the last, are rows themselves that share a cell with it.

        Then a quote that nobody closed met one that is text: `"never closed,sw`, some rows, `5" long,sw`.
        """
        # cells up to the one that goes over lines are the same in the first line anyhow
        behind = next((at for at, cell in enumerate(row) if "\n" in cell), len(row)) + 1
        first, *inner = [line.text.split(delimiter) for line in self._taken[:-1]]
        lines = [(first, behind)] * (behind < len(row)) + [(cells, 0) for cells in inner]
        return bool(lines) and all(
            len(cells) == len(row) and any(cells[at] == row[at] != "" for at in range(begin, len(row)))
            for cells, begin in lines
        )

    def reject_row(self, kind: str, detail: str) -> Reject:
        """A reject for the current row's first line."""
        return Reject(self.row, kind, detail, self._taken[0].data if self._taken else b"")

    def reread(self, *, to_end: bool) -> None:
        """Give back the lines that a broken row took after its first, each to be read as a row by itself.

        The last one, where the mistake was noticed, may begin a row as any other, unless the file ended in it.
        """
        swallowed = self._taken[1:]
        for line in swallowed if to_end else swallowed[:-1]:
            line.alone = True
        self._again.extendleft(reversed(swallowed))

    def skip_rest(self) -> tuple[int, int]:
        """Pass over the rest of the file; returns how many lines and bytes it has."""
        left = [len(line.data) + 1 for line in self._again]
        lines, size = len(left), sum(left)
        for line in self._lines:
            lines, size = lines + 1, size + len(line.raw if isinstance(line, Reject) else line[1]) + 1
        return lines, size

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._taken and self._taken[0].alone:
            raise BrokenRow("broken CSV", "a quote that its line does not close")
        line = self._again.popleft() if self._again else self._read_line()
        self._taken.append(line)
        self._size += len(line.data)
        if self._size > self._limit or len(self._taken) > MAX_ROW_LINES:
            raise BrokenRow("row too long", f"more than {self._limit} bytes (max_row_bytes) or {MAX_ROW_LINES} lines")
        return f"{line.text.replace(RETURN, LINE_SEPARATOR)}\n"

    def _read_line(self) -> TableLine:
        """The file's next line. A line that cannot be read ends the row before it, and is a row itself."""
        line, self._unreadable = self._unreadable or next(self._lines), None
        if not isinstance(line, Reject):
            return self._decode(*line)
        if self._taken:
            self._unreadable = line
            raise BrokenRow("broken CSV", "a quote that is not closed before a line that cannot be read")
        raise BrokenRow(line.kind, line.detail, line)

    def _decode(self, row: int, data: bytes) -> TableLine:
        """A line as text; one that is no text is kept with its reject."""
        text = self._file.decode(data, row)
        if isinstance(text, Reject):  # its quotes still open and close cells
            return TableLine(row, data, data.decode(self._file.encoding or "utf-8", "replace"), text)
        return TableLine(row, data, text)


class BrokenRow(Exception):  # noqa: N818 - it becomes a reject
    """A row that ends where it should not."""

    def __init__(self, kind: str, detail: str, line: Reject | None = None) -> None:
        super().__init__(detail)
        self._kind, self._line = kind, line

    def reject(self, lines: TableLines) -> Reject:
        """The reject that the row becomes."""
        return self._line or lines.reject_row(self._kind, str(self))


def read_rows(lines: TableLines, parsed: Iterator[list[str]]) -> Iterator[list[str] | Reject]:
    """The rows parsed from `lines`; a broken one is a reject, and the lines that it swallowed are read again."""
    while True:
        lines.begin_row()
        try:
            row = next(parsed, None)
        except (BrokenRow, csv.Error) as error:
            reject = error.reject(lines) if isinstance(error, BrokenRow) else lines.reject_row("broken CSV", str(error))
            lines.reread(to_end="end of data" in str(error))  # what the csv module says of a file that ends in quotes
            yield reject
        else:
            if row is None:
                return
            if unreadable := lines.reject:
                yield Reject(lines.row, unreadable.kind, unreadable.detail, lines.raw)
            elif row:
                yield row
