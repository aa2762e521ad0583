"""Apostrophes in wikitext: which are letters, and which turn italics and bold on and off.

Two are italics, three bold, five both; of four the first is a letter, and so are all beyond five. Lines are balanced
one by one: where italics and bold are both left open, one bold mark was an apostrophe before italics, namely the one
behind a single letter, else behind a longer word, else behind a space (MediaWiki's manual, Help:Formatting, and the
description of its parser's quotes).
"""

import re
from collections.abc import Iterator, Sequence

RUN = re.compile("''+")
BOLD, ITALIC, BOTH = 3, 2, 5


def without_quotes(line: str) -> str:
    """A line without the marks of italics and bold; apostrophes that are text stay."""
    texts = RUN.split(line)
    if len(texts) == 1:
        return line
    runs = [len(run) for run in RUN.findall(line)]
    letters = [_letters(run) for run in runs]
    marks = [run - extra for run, extra in zip(runs, letters, strict=True)]
    for place in list(_elisions(texts, marks)):
        marks[place], letters[place] = ITALIC, letters[place] + 1
    if _is_odd(marks, ITALIC) and _is_odd(marks, BOLD) and (at := _apostrophe(texts, marks, letters)) is not None:
        letters[at] += 1
    return "".join(text + "'" * extra for text, extra in zip(texts, [*letters, 0], strict=True))


def _letters(run: int) -> int:
    """How many apostrophes of a run are text."""
    return 1 if run == BOLD + 1 else max(0, run - BOTH)


def _is_odd(marks: Sequence[int], kind: int) -> bool:
    return sum(mark in (kind, BOTH) for mark in marks) % 2 == 1


def _elisions(texts: Sequence[str], marks: Sequence[int]) -> Iterator[int]:
    """Where bold begins inside a word and is followed by the end of italics: `L'''Iliade'' and d'''are''`.

    MediaWiki, which only counts, finds this line balanced and shows no apostrophe.
    """
    is_italic = is_bold = False
    for at, mark in enumerate(marks):
        if not (is_italic or is_bold) and marks[at : at + 2] == [BOLD, ITALIC] and _is_inside(*texts[at : at + 3]):
            yield at
            is_italic = not is_italic
        else:
            is_italic, is_bold = is_italic ^ (mark != BOLD), is_bold ^ (mark != ITALIC)


def _is_inside(before: str, between: str, after: str) -> bool:
    """Whether one mark opens within a word, and the next ends where a word ends."""
    ends = not between[-1:].isspace() and not after[:1].isalpha()
    return before[-1:].isalpha() and between[:1].isalpha() and ends


def _apostrophe(texts: Sequence[str], marks: Sequence[int], letters: Sequence[int]) -> int | None:
    """The bold mark whose first apostrophe is a letter; None where all bold comes with italics."""
    found: dict[str, int] = {}
    for at in (at for at, mark in enumerate(marks) if mark == BOLD):
        before = texts[at] + "'" * letters[at]
        where = "space" if before[-1:] == " " else "letter" if before[-2:-1] == " " else "word"
        found.setdefault(where, at)
    return next((found[where] for where in ("letter", "word", "space") if where in found), None)
