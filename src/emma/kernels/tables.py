"""What Unicode says of each code point, as arrays that kernels index: its class, its form in the normalised text, its
width and its value as a digit.

Built once a process from Python's own `unicodedata`; an index is a code point, 0 to 0x10FFFF.
"""

import sys
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

OTHER, SPACE, LETTER, UPPER, MARK, DIGIT, PUNCT, SYMBOL = range(8)
"""Classes: control, unassigned and the like; white space; letters; upper- or title-case letters; combining marks
and joiners; numbers; punctuation; symbols."""

SKIP, GAP = 0, 1
"""What `fold` says of code points that the normalised text leaves out, and of white space."""

NOT_DIGIT = 255
"""What `digits` says of all that is not a decimal digit."""

_BY_CATEGORY = {"L": LETTER, "M": MARK, "N": DIGIT, "P": PUNCT, "S": SYMBOL, "C": OTHER, "Z": SPACE}

# They separate words where no white space does: Ethiopic wordspace and the zero width space of Khmer and Burmese.
_WORD_SPACES = ("\u1361", "\u200b")
# Part of the spelling in Persian, Indic and Mongolian text, though Unicode files them under format controls.
_JOINERS = ("\u200c", "\u200d", "\u180e")
# Nothing is assigned in planes 4 to 13, and 15 and 16 are for private use: each is like its first code point.
_SPARSE = (range(0x40000, 0xE0000), range(0xF0000, sys.maxunicode + 1))


def kind(char: str) -> int:
    """The class of one character."""
    if char.isspace() or char in _WORD_SPACES:
        return SPACE
    if char in _JOINERS:
        return MARK
    category = unicodedata.category(char)
    return UPPER if category in {"Lu", "Lt"} else _BY_CATEGORY[category[0]]


def folded(char: str) -> int:
    """SKIP, GAP, or the code point without its case (Unicode's case folding); letters, marks and numbers only.

    Marks stay, because Indic vowel signs, Arabic and Thai vowels and tone marks tell words apart; so does the dot of
    the Turkic i. Joiners go: their use varies within one orthography.
    """
    what = kind(char)
    if what == SPACE:
        return GAP
    if what not in {LETTER, UPPER, MARK, DIGIT} or char in _JOINERS:
        return SKIP
    forms = ("i" if char == "İ" else char.casefold(), char.lower(), char)
    return ord(next(form for form in forms if len(form) == 1))


def columns(char: str) -> int:
    """How much room a character of the normalised text takes: 2 for the wide ones of East Asia (UAX 11), 0 for none."""
    wide = unicodedata.east_asian_width(char) == "W"
    return 0 if folded(char) in {SKIP, GAP} else 1 + wide


def _table(of: Callable[[str], int], kind_of_number: DTypeLike) -> NDArray[Any]:
    """`of` every code point."""
    table = np.empty(sys.maxunicode + 1, kind_of_number)
    dense = [*range(_SPARSE[0].start), *range(_SPARSE[0].stop, _SPARSE[1].start)]
    table[dense] = [of(chr(point)) for point in dense]
    for points in _SPARSE:
        table[points.start : points.stop] = of(chr(points.start))
    table.setflags(write=False)
    return table


@lru_cache(maxsize=1)
def classes() -> NDArray[np.uint8]:
    """The class of every code point."""
    return _table(kind, np.uint8)


@lru_cache(maxsize=1)
def fold() -> NDArray[np.uint32]:
    """SKIP, GAP, or the form without case of every code point."""
    return _table(folded, np.uint32)


@lru_cache(maxsize=1)
def widths() -> NDArray[np.uint8]:
    """The columns of every code point: 0, 1 or 2."""
    return _table(columns, np.uint8)


@lru_cache(maxsize=1)
def digits() -> NDArray[np.uint8]:
    """The value of every decimal digit of any script, 0 to 9, else NOT_DIGIT."""
    return _table(lambda char: unicodedata.decimal(char, NOT_DIGIT), np.uint8)
