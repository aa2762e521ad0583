"""Rows of a table as text: how its cells are written, and where each row begins and ends.

Quotes may hide line ends, and a quote that is never closed swallows the lines after it. Those are read again, each for
itself; so no line is read more than three times, and one bad row costs one row.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from emma.collect.files.streams import InputFile
from emma.collect.records import Reject

QUOTE = '"'


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are written."""

    delimiter: str
    quoted: bool
    """Whether a quote at the beginning of a cell is none of its text."""
    guessed: bool = False
    """Whether they are taken for unquoted only because the beginning of the file looks so."""

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of each row; of an empty line none. Raises csv.Error for a broken row, and can go on after it."""
        return csv.reader(lines, **self._options())

    def fitting(self, lines: Sequence[str]) -> int:
        """Lines of rows that have as many cells as the first."""
        found, width, fitting, end = csv.reader(lines, **self._options()), 0, 0, 0
        while end < len(lines):
            try:
                row = next(found, [])
            except csv.Error:
                row = []
            width = width or len(row)
            fitting += (found.line_num - end) * (len(row) == width)
            end = found.line_num
        return fitting

    def _options(self) -> dict[str, Any]:
        quoting = csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE
        return {"delimiter": self.delimiter, "quoting": quoting, "strict": True}


def looks_quoted(sample: str, delimiter: str) -> bool:
    """Whether cells are quoted as spreadsheets do it: more lines fit then, or a cell has its quotes doubled.

    Where all cells of the first line stand in quotes, those are quotes too.
    """
    if QUOTE not in sample:
        return False
    lines = [f"{line}\n" for line in sample.split("\n") if line.strip()]
    as_quotes, as_text = (Dialect(delimiter, quoted).fitting(lines) for quoted in (True, False))
    if as_quotes != as_text:
        return as_quotes > as_text
    rows = [line.rstrip("\r\n").split(delimiter) for line in lines]
    return all(map(in_quotes, rows[0])) or any(is_doubled(cell) for row in rows for cell in row)


def in_quotes(cell: str) -> bool:
    """Whether a cell begins and ends with a quote."""
    return len(cell) > 1 and cell.startswith(QUOTE) and cell.endswith(QUOTE)


def is_doubled(cell: str) -> bool:
    """Whether a cell stands in quotes, and those inside of it are doubled."""
    if not in_quotes(cell):
        return False
    inner = cell[1:-1]
    return 2 * QUOTE in inner and QUOTE not in inner.replace(2 * QUOTE, "")


RETURN, SEPARATOR = "\r", "\u2028"
"""A carriage return within a line ends no row; Unicode's separator of lines stands for it, and becomes a line end."""
MOST_LINES = 100_000
"""Lines that a row may have: a missing quote holds no more of them in memory."""


@dataclass(slots=True)  # not frozen: see RawDocument
class Line:
    """A line of a file."""

    row: int
    data: bytes
    text: str
    bad: Reject | None = None
    """What is wrong with it."""
    alone: bool = False
    """Whether it is read again, as a row for itself."""


class Lines:
    """The lines of a file as text, and those that the current row has taken."""

    def __init__(self, file: InputFile) -> None:
        self._file, self._lines, self._limit = file, file.read_lines(), file.max_row_bytes
        self._taken: list[Line] = []
        self._again: deque[Line] = deque()
        self._size = 0
        self._unreadable: Reject | None = None

    def begin(self) -> None:
        """Begin a row."""
        self._taken, self._size = [], 0

    @property
    def row(self) -> int:
        """Number of the current row's first line."""
        return self._taken[0].row if self._taken else self._file.row

    @property
    def count(self) -> int:
        """Lines of the current row."""
        return len(self._taken)

    @property
    def bad(self) -> Reject | None:
        """The first line of the current row that is no text, if any."""
        return next((line.bad for line in self._taken if line.bad), None)

    @property
    def raw(self) -> bytes:
        """The current row as the file has it."""
        return b"\n".join(line.data for line in self._taken)

    def holds_rows(self, row: Sequence[str], delimiter: str) -> bool:
        """Whether the lines of the current row but its last are rows themselves, each with a cell that is its own too.

        Then a quote that nobody closed met one that is text: `"never closed,sw`, some rows, `5" long,sw`.
        """
        behind = (
            next((at for at, cell in enumerate(row) if "\n" in cell), len(row)) + 1
        )  # before, the first line has them anyhow
        first, *inner = [each.text.split(delimiter) for each in self._taken[:-1]]
        lines = [(first, behind)] * (behind < len(row)) + [(cells, 0) for cells in inner]
        return bool(lines) and all(
            len(cells) == len(row) and any(cells[at] == row[at] != "" for at in range(begin, len(row)))
            for cells, begin in lines
        )

    def broken(self, kind: str, detail: str) -> Reject:
        """What to say of the current row's first line."""
        return Reject(self.row, kind, detail, self._taken[0].data if self._taken else b"")

    def again(self, *, to_end: bool) -> None:
        """Give back what a broken row took after its first line, each line a row for itself.

        The last one may begin a row as any other, unless the file ended in it: it is where the mistake was noticed.
        """
        swallowed = self._taken[1:]
        for line in swallowed if to_end else swallowed[:-1]:
            line.alone = True
        self._again.extendleft(reversed(swallowed))

    def skip(self) -> tuple[int, int]:
        """Read the rest for nothing: how many lines, and bytes."""
        left = [len(each.data) + 1 for each in self._again]
        lines, size = len(left), sum(left)
        for line in self._lines:
            lines, size = lines + 1, size + len(line.raw if isinstance(line, Reject) else line[1]) + 1
        return lines, size

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._taken and self._taken[0].alone:
            raise BrokenRow("broken CSV", "a quote that its line does not close")
        line = self._again.popleft() if self._again else self._next()
        self._taken.append(line)
        self._size += len(line.data)
        if self._size > self._limit or len(self._taken) > MOST_LINES:
            raise BrokenRow("row too long", f"more than {self._limit} bytes (max_row_bytes) or {MOST_LINES} lines")
        return f"{line.text.replace(RETURN, SEPARATOR)}\n"

    def _next(self) -> Line:
        """The file's next line. What cannot be read ends the row before it, and is a row itself."""
        line, self._unreadable = self._unreadable or next(self._lines), None
        if not isinstance(line, Reject):
            return self._decoded(*line)
        if self._taken:
            self._unreadable = line
            raise BrokenRow("broken CSV", "a quote that is not closed before a line that cannot be read")
        raise BrokenRow(line.kind, line.detail, line)

    def _decoded(self, row: int, data: bytes) -> Line:
        text = self._file.decode(data, row)
        if isinstance(text, Reject):  # its quotes still count
            return Line(row, data, data.decode(self._file.encoding or "utf-8", "replace"), text)
        return Line(row, data, text)


class BrokenRow(Exception):  # noqa: N818 - it becomes a reject
    """A row that ends where it should not."""

    def __init__(self, kind: str, detail: str, line: Reject | None = None) -> None:
        super().__init__(detail)
        self._kind, self._line = kind, line

    def bad(self, lines: Lines) -> Reject:
        """What to say of it."""
        return self._line or lines.broken(self._kind, str(self))


def rows(lines: Lines, found: Iterator[list[str]]) -> Iterator[list[str] | Reject]:
    """The rows, each with what it took from `lines`; a broken one is a reject, and what it swallowed is read again."""
    while True:
        lines.begin()
        try:
            row = next(found, None)
        except (BrokenRow, csv.Error) as error:
            bad = error.bad(lines) if isinstance(error, BrokenRow) else lines.broken("broken CSV", str(error))
            lines.again(to_end="end of data" in str(error))
            yield bad
        else:
            if row is None:
                return
            if wrong := lines.bad:
                yield Reject(lines.row, wrong.kind, wrong.detail, lines.raw)
            elif row:
                yield row
