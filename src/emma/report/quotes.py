"""What the report quotes of texts: beginnings on one line, and of text that may not be passed on its length alone.

A report is sent around, and what it quotes is passed on with it.
"""

from emma.ui.terminal import fold_unreadable, is_inside_letter, shorten_line

LETTERS = 280
"""Columns of a terminal that a text is shown of; of a question the last ones, where it asks."""
Quote = str | int
"""A text, or the number of characters of one that is not quoted."""


def quote(text: str, letters: int, characters: int | None = None, *, is_withheld: bool = False) -> Quote:
    """The beginning of a text, or its length where it is withheld; `characters` are those of the whole text."""
    return (len(text) if characters is None else characters) if is_withheld else shorten(text, letters)


def shorten(text: str, letters: int = LETTERS) -> str:
    """The beginning of a text on one line, cut where a letter ends."""
    text = fold_unreadable(text)
    line = " ".join(text[: 4 * letters].split())
    short = shorten_line(line, letters)
    return short if short == line and len(text) <= 4 * letters else f"{short}…"


def shorten_end(text: str) -> str:
    """The end of a text on one line, from the beginning of a letter on."""
    line = " ".join(fold_unreadable(text)[-4 * LETTERS :].split())
    start = max(0, len(line) - LETTERS)
    while start and is_inside_letter(line, start):
        start += 1
    return f"…{line[start:]}" if start else line
