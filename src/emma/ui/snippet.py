"""A glance at a text: its first words on one line, cut where its script allows, and set apart from what is beside."""

import unicodedata

from rich.cells import cell_len

ISOLATE, END = "\u2068", "\u2069"
"""First-strong isolates (UAX 9): text that runs from the right stays where it is put and moves nothing beside it."""
JOINERS = frozenset("\u200c\u200d")
CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), " ")
"""What a terminal would obey, and what turns the text beside it: rejects are shown as they were found."""
VIRAMA = 9
"""Canonical combining class of viramas, which bind the next consonant."""


def snippet(text: str, cells: int) -> str:
    """The beginning of `text` in at most `cells` columns of a terminal, between isolates.

    Never cut between a letter and the marks, joiners or virama that belong to it.
    """
    line = " ".join(text[: 4 * cells].translate(CONTROLS).split())
    shown = line if len(text) <= 4 * cells and cell_len(line) <= cells else f"{cut(line, cells - 1)}…"
    return f"{ISOLATE}{shown}{END}"


def cut(line: str, cells: int) -> str:
    """The longest beginning of `line` in at most `cells` columns that ends where a letter ends."""
    end = len(line)
    while end and (cell_len(line[:end]) > cells or binds(line, end)):
        end -= 1
    return line[:end]


def binds(line: str, place: int) -> bool:
    """Whether the characters before and after a place make one letter."""
    if place >= len(line):
        return False
    before, after = line[place - 1], line[place]
    joined = unicodedata.category(after).startswith("M") or after in JOINERS or before in JOINERS
    return joined or unicodedata.combining(before) == VIRAMA
