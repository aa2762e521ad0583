"""How the cells of a table are written: between which delimiters, and whether in quotes, as its beginning shows."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

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
