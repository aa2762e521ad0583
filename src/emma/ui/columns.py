"""Running text in columns of a terminal, in any script: folded between words or letters, and framed so that it holds.

Terminals disagree on how wide a letter with its marks is, and some turn a line about where text runs from the right.
Each cell therefore stands between isolates, and on a real terminal the cursor is put where the next column begins,
however wide the one before it came out.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len

from emma.ui.terminal import CONTROLS, END, is_inside_letter

BORDER = " │ "
FROM_LEFT, FROM_RIGHT = "\u2066", "\u2067"
"""Isolates (UAX 9) of text in either direction."""
SEPARATORS = {0x2028: " ", 0x2029: " "}
"""Breaks of lines and paragraphs that a terminal might obey."""


@dataclass(frozen=True)
class Column:
    """Lines that stand one under another, and the side that they begin at."""

    lines: Sequence[str]
    from_right: bool = False


def make_column(text: str, width: int) -> Column:
    """A text folded into a column."""
    return Column(fold_text(text, width), runs_from_right(text))


def fold_text(text: str, width: int) -> list[str]:
    """The lines of a text in at most `width` columns: broken between words if it has some, else between letters."""
    return [line for part in text.split("\n") for line in fold_paragraph(part, width)]


def fold_paragraph(text: str, width: int) -> list[str]:
    """The lines of a text without line breaks."""
    lines = [""]
    for word in text.translate(CONTROLS | SEPARATORS).split(" "):
        line = f"{lines[-1]} {word}" if lines[-1] else word
        if count_most_cells(line) <= width:
            lines[-1] = line
        else:
            lines += cut_word(word, width)
    return lines if lines[0] or len(lines) == 1 else lines[1:]


def cut_word(word: str, width: int) -> Iterator[str]:
    """A word in pieces of at most `width` columns that end where a letter ends."""
    while count_most_cells(word) > width:
        # A character takes no column at the least, but hardly four of them one.
        end = min(len(word), 4 * width)
        while end > 1 and (count_most_cells(word[:end]) > width or is_inside_letter(word, end)):
            end -= 1
        yield word[:end]
        word = word[end:]
    yield word


def count_cells(text: str) -> int:
    """The columns that a text takes in most terminals, which count them character by character."""
    # `cell_len` of a whole text takes what stands behind a joiner for a part of an emoji.
    return sum(map(cell_len, text))


def count_most_cells(text: str) -> int:
    """The columns that a text takes in any terminal: some give a vowel sign that stands beside its letter (general
    category Mc, as in Devanagari, Khmer and Burmese) a column of its own."""
    return count_cells(text) + sum(unicodedata.category(character) == "Mc" for character in text)


def runs_from_right(text: str) -> bool:
    """Whether most letters that have a direction are written from the right."""
    counts = Counter(unicodedata.bidirectional(character) for character in text)
    return counts["R"] + counts["AL"] > counts["L"]


def pad_line(line: str, width: int, *, from_right: bool = False) -> str:
    """A line between isolates in a column of this width, at the side that it begins at."""
    space = " " * (width - count_cells(line))
    isolated = f"{FROM_RIGHT if from_right else FROM_LEFT}{line}{END}" if line else ""
    return space + isolated if from_right else isolated + space


def draw_columns(columns: Sequence[Column], width: int, *, is_terminal: bool = False) -> Iterator[str]:
    """The rows of columns that are all `width` wide, with a border between them."""
    for cells in zip_longest(*(column.lines for column in columns), fillvalue=""):
        padded = [
            pad_line(cell, width, from_right=column.from_right) for cell, column in zip(cells, columns, strict=True)
        ]
        row = padded[0]
        for number, cell in enumerate(padded[1:], 1):
            # CHA (ECMA-48, 8.3.9): the cursor goes to a column counted from 1.
            place = number * (width + len(BORDER)) - len(BORDER) + 1
            row += (f"\x1b[{place}G" if is_terminal else "") + BORDER + cell
        yield row.rstrip()
