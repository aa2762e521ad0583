"""Text as units that compare across scripts: words where the script spaces them, else single characters.

The script of each character decides, not that of the document, so the same sentence gives the same units wherever it
stands: a Thai quotation in an English page, a Latin name in a Chinese one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.repeats import NEWLINE
from emma.kernels.utf8 import FIRST, GOLDEN, Hashes, Points, mix

NOTHING, BETWEEN, IN_WORD, NARROW, WIDE = range(5)
"""What `kinds` says of a code point: left out by the normalisation; white space; part of a word; a unit of its own
because its script does not space words; such a unit that says as much as two (Han, kana, Yi: wide in UAX 11)."""


WORD_LETTERS = 8
"""Letters, marks and digits above which a word counts by its letters: the long words of Greenlandic or Malayalam say
what other languages say in several."""


class Units(NamedTuple):
    """Room for the units of one document, each array as long as its code points and one more."""

    hashes: Hashes
    letters: NDArray[np.int32]  # of a word, WORD_LETTERS at least; 0 for a character
    characters: NDArray[np.uint8]  # 1 or, where it is wide, 2 for a character, 0 for a word
    breaks: NDArray[np.bool_]  # whether a line begins with the unit


@kernel
def room_for(longest: int) -> Units:
    """Room for a document of `longest` code points."""
    size = longest + 1
    return Units(
        np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.uint8), np.empty(size, np.bool_)
    )


@kernel
def split(points: Points, fold: Points, kinds: NDArray[np.uint8], units: Units) -> int:
    """Write the units of a document's code points; returns how many.

    `fold` is the normalised form and `kinds` the kind of each code point.
    """
    count, value, letters, fresh = 0, GOLDEN, 0, True
    for at in range(len(points) + 1):
        kind = kinds[points[at]] if at < len(points) else BETWEEN
        if kind == NOTHING:
            continue
        if kind == IN_WORD:
            value = (value + np.uint64(fold[points[at]]) + GOLDEN) * FIRST
            value ^= value >> np.uint64(32)
            letters += 1
            continue
        if letters:
            units.hashes[count], units.breaks[count] = mix(value), fresh
            units.letters[count], units.characters[count] = max(WORD_LETTERS, letters), 0
            count, value, letters, fresh = count + 1, GOLDEN, 0, False
        if kind != BETWEEN:
            units.hashes[count], units.breaks[count] = mix(np.uint64(fold[points[at]])), fresh
            units.letters[count], units.characters[count] = 0, 1 + (kind == WIDE)
            count, fresh = count + 1, False
        elif at < len(points) and points[at] == NEWLINE:
            fresh = True
    return count
