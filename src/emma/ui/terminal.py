"""Text in a terminal: tables aligned by the columns that text takes there, and snippets of texts in any script."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

WIDTH = 100
"""Columns of a terminal, or of paper, that tables are made for."""
ISOLATE, END = "\u2068", "\u2069"
"""First-strong isolates (UAX 9): text that runs from the right stays where it is put and moves nothing beside it."""
JOINERS = frozenset("\u200c\u200d")
CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), " ")
"""Characters that a terminal would obey or that turn the text beside them: rejects are shown as they were found."""
UNREADABLE = re.compile("\ufffd{2,}")
VIRAMA = 9
"""Canonical combining class of viramas, which bind the next consonant."""


def format_table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Lines of a table with aligned columns; the columns numbered in `right` are aligned to the right.

    Han takes two columns of a terminal, a combining mark none. What does not fit into the last column is folded.
    """
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]) - 1)]
    indent = sum(widths) + 2 * len(widths)
    for row in rows:
        cells = [pad_cell(cell, widths[at], at in right) for at, cell in enumerate(row[:-1])]
        line, *rest = fold_line(row[-1], WIDTH - indent)
        yield "  ".join([*cells, line]).rstrip()
        yield from (" " * indent + other for other in rest)


def pad_cell(cell: str, width: int, right: bool) -> str:
    """A cell filled with spaces to its column's width."""
    space = " " * (width - cell_len(cell))
    return space + cell if right else cell + space


def fold_line(line: str, width: int) -> list[str]:
    """A line broken between words into lines of at most `width` columns; a longer word stands alone."""
    lines = [""]
    for word in line.split(" "):
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def format_snippet(text: str, cells: int) -> str:
    """The beginning of `text` on one line, in at most `cells` columns of a terminal, between isolates.

    It never ends between a letter and the marks, joiners or virama that belong to it.
    """
    text = fold_unreadable(text)
    # A character takes no column at the least, but hardly four of them one: the rest of a long text is not looked at.
    line = " ".join(text[: 4 * cells].translate(CONTROLS).split())
    fits = len(text) <= 4 * cells and cell_len(line) <= cells
    return f"{ISOLATE}{line if fits else shorten_line(line, cells - 1) + '…'}{END}"


def fold_unreadable(text: str) -> str:
    """Runs of U+FFFD, which stands for bytes that are no text, as one of them and how many there were.

    In words, since �×12 reads as if a model had written ×12: �… (12 broken characters).
    """
    return UNREADABLE.sub(lambda run: f"\ufffd… ({len(run[0])} broken characters)", text)


def shorten_line(line: str, cells: int) -> str:
    """The longest beginning of `line` in at most `cells` columns that ends where a letter ends."""
    # Halved at first: letter by letter, a page of a thousand texts took half a minute.
    end = bisect_right(range(len(line) + 1), cells, key=lambda place: cell_len(line[:place])) - 1
    while end and (cell_len(line[:end]) > cells or is_inside_letter(line, end)):
        end -= 1
    return line[:end]


def is_inside_letter(line: str, place: int) -> bool:
    """Whether the characters before and after a place make one letter."""
    if place >= len(line):
        return False
    before, after = line[place - 1], line[place]
    # Marks go with the letter before them, joiners with both sides, and a virama binds the next consonant.
    joined = unicodedata.category(after).startswith("M") or after in JOINERS or before in JOINERS
    return joined or unicodedata.combining(before) == VIRAMA
