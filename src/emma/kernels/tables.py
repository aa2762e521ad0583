"""What Unicode says of each code point, as arrays that kernels index: its class, and its form in the normalised text.

Built once a process from Python's own `unicodedata`; an index is a code point, 0 to 0x10FFFF.
"""

import sys
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

OTHER, SPACE, LETTER, UPPER, MARK, DIGIT, PUNCT = range(7)
"""Classes: control, unassigned and the like; white space; letters; upper- or title-case letters; combining marks
and joiners; numbers; punctuation and symbols."""

SKIP, GAP = 0, 1
"""What `fold` says of code points that the normalised text leaves out, and of white space."""

_BY_CATEGORY = {"L": LETTER, "M": MARK, "N": DIGIT, "P": PUNCT, "S": PUNCT, "C": OTHER, "Z": SPACE}

# They separate words where no white space does: Ethiopic wordspace and the zero width space of Khmer and Burmese.
_WORD_SPACES = ("\u1361", "\u200b")
# Part of the spelling in Persian, Indic and Mongolian text, though Unicode files them under format controls.
_JOINERS = ("\u200c", "\u200d", "\u180e")


def kind(char: str) -> int:
    """The class of one character."""
    if char.isspace() or char in _WORD_SPACES:
        return SPACE
    if char in _JOINERS:
        return MARK
    category = unicodedata.category(char)
    return UPPER if category in {"Lu", "Lt"} else _BY_CATEGORY[category[0]]


def folded(char: str) -> int:
    """SKIP, GAP, or the code point of the lower-case form; letters, marks and numbers only.

    Marks stay, because Indic vowel signs, Arabic and Thai vowels and tone marks tell words apart. Joiners go:
    their use varies within one orthography.
    """
    what = kind(char)
    if what == SPACE:
        return GAP
    if what not in {LETTER, UPPER, MARK, DIGIT} or char in _JOINERS:
        return SKIP
    lower = char.lower()
    return ord(lower if len(lower) == 1 else char)


@lru_cache(maxsize=1)
def classes() -> NDArray[np.uint8]:
    """The class of every code point."""
    return np.array([kind(chr(point)) for point in range(sys.maxunicode + 1)], np.uint8)


@lru_cache(maxsize=1)
def fold() -> NDArray[np.uint32]:
    """SKIP, GAP, or the lower-case form of every code point."""
    return np.array([folded(chr(point)) for point in range(sys.maxunicode + 1)], np.uint32)
