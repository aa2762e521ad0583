"""Tables of code points that kernels index: class, form in the normalised text, width and value as a digit.

Built once a process from Python's own `unicodedata`, so each asks only about the code points that it may concern; an
index is a code point, 0 to 0x10FFFF.
"""

import sys
import unicodedata
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)

OTHER, SPACE, LETTER, UPPER, MARK, DIGIT, PUNCT, SYMBOL = range(8)
"""Classes: control, unassigned and the like; white space; letters; upper- or title-case letters; combining marks
and joiners; numbers; punctuation; symbols."""

SKIP, GAP = 0, 1
"""Forms in `fold` of code points that the normalised text leaves out, and of white space."""

NOT_DIGIT = 255
"""Value in `digits` of all that is not a decimal digit."""

_BY_CATEGORY = {
    **{"Lu": UPPER, "Ll": LETTER, "Lt": UPPER, "Lm": LETTER, "Lo": LETTER},
    **dict.fromkeys(("Mn", "Mc", "Me"), MARK),
    **dict.fromkeys(("Nd", "Nl", "No"), DIGIT),
    **dict.fromkeys(("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"), PUNCT),
    **dict.fromkeys(("Sm", "Sc", "Sk", "So"), SYMBOL),
    **dict.fromkeys(("Zs", "Zl", "Zp"), SPACE),
    **dict.fromkeys(("Cc", "Cf", "Cs", "Co", "Cn"), OTHER),
}

# They separate words where no white space does: Ethiopic wordspace and the zero width space of Khmer and Burmese.
_WORD_SPACES = ("\u1361", "\u200b")
# Part of the spelling in Persian, Indic and Mongolian text, though Unicode files them under format controls.
_JOINERS = ("\u200c", "\u200d", "\u180e")
_CONTROLS = 0x100
"""The only other white space is among the control characters, which are below."""
_DENSE = np.r_[0:0x40000, 0xE0000:0xF0000]
"""Nothing is assigned in planes 4 to 13, and 15 and 16 are for private use: none of those has anything."""


def kind(char: str) -> int:
    """The class of one character."""
    if char.isspace() or char in _WORD_SPACES:
        return SPACE
    if char in _JOINERS:
        return MARK
    return _BY_CATEGORY[unicodedata.category(char)]


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
    """Columns that a character of the normalised text takes: 2 for the wide ones of East Asia (UAX 11), 0 for none."""
    wide = unicodedata.east_asian_width(char) == "W"
    return 0 if folded(char) in {SKIP, GAP} else 1 + wide


@lru_cache(maxsize=1)
def classes() -> NDArray[np.uint8]:
    """The class of every code point."""
    table = _table(OTHER, np.uint8)
    table[_DENSE] = [_BY_CATEGORY[unicodedata.category(char)] for char in map(chr, _DENSE.tolist())]
    for char in (*map(chr, range(_CONTROLS)), *_WORD_SPACES, *_JOINERS):
        table[ord(char)] = kind(char)
    return _make_read_only(table)


@lru_cache(maxsize=1)
def fold() -> NDArray[np.uint32]:
    """SKIP, GAP, or the form without case of every code point."""
    table = _table(SKIP, np.uint32)
    table[classes() == SPACE] = GAP
    written = np.flatnonzero(np.isin(classes(), (LETTER, UPPER, MARK, DIGIT)))
    table[written] = written
    for char in (*(char for char in map(chr, written.tolist()) if char.casefold() != char), *_JOINERS):
        table[ord(char)] = folded(char)
    return _make_read_only(table)


@lru_cache(maxsize=1)
def widths() -> NDArray[np.uint8]:
    """The columns of every code point: 0, 1 or 2."""
    table = _table(0, np.uint8)
    counted = np.flatnonzero(~np.isin(fold(), (SKIP, GAP)))
    table[counted] = [1 + (unicodedata.east_asian_width(char) == "W") for char in map(chr, counted.tolist())]
    return _make_read_only(table)


@lru_cache(maxsize=1)
def digits() -> NDArray[np.uint8]:
    """The value of every decimal digit of any script, 0 to 9, else NOT_DIGIT."""
    table = _table(NOT_DIGIT, np.uint8)
    numbers = np.flatnonzero(classes() == DIGIT)
    table[numbers] = [unicodedata.decimal(char, NOT_DIGIT) for char in map(chr, numbers.tolist())]
    return _make_read_only(table)


@lru_cache(maxsize=1)
def letters_only() -> NDArray[np.uint32]:
    """Text as OpenLID and the models trained here want it: letters in lower case, marks, joiners, spaces."""
    spelling = fold().copy()
    spelling[classes() == DIGIT] = SKIP
    for joiner in (0x200C, 0x200D):
        spelling[joiner] = joiner
    for mark in (0x1361, 0x200B):  # they part words, but OpenLID's cleaning takes them away
        spelling[mark] = SKIP
    return spelling


def _table(value: int, number: type[Number]) -> NDArray[Number]:
    return np.full(sys.maxunicode + 1, value, number)


def _make_read_only(table: NDArray[Number]) -> NDArray[Number]:
    # Processes hold one table for all kernels, so that a kernel that wrote into it would change all others.
    table.setflags(write=False)
    return table
