"""Text as units that compare across scripts: words where the script spaces them, else single characters.

The script of each character decides, not that of the document, so the same sentence gives the same units wherever it
stands: a Thai quotation in an English page, a Latin name in a Chinese one.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from emma.kernels.repeats import NEWLINE
from emma.kernels.utf8 import FIRST, GOLDEN, Hashes, Points, mix

NOTHING, BETWEEN, IN_WORD, NARROW, WIDE = range(5)
"""What `kinds` says of a code point: left out by the normalisation; white space; part of a word; a unit of its own
because its script does not space words; such a unit that says as much as two (Han, kana, Yi: wide in UAX 11)."""


class Units(NamedTuple):
    """Room for the units of one document, each array as long as its code points and one more."""

    hashes: Hashes
    kinds: NDArray[np.uint8]  # IN_WORD for a word, NARROW or WIDE for a character
    breaks: NDArray[np.bool_]  # whether a line begins with the unit


@njit(nogil=True, cache=True)
def room_for(longest: int) -> Units:
    """Room for a document of `longest` code points."""
    return Units(np.empty(longest + 1, np.uint64), np.empty(longest + 1, np.uint8), np.empty(longest + 1, np.bool_))


@njit(nogil=True, cache=True)
def split(points: Points, fold: Points, kinds: NDArray[np.uint8], units: Units) -> int:
    """Write the units of a document's code points; returns how many.

    `fold` is the normalised form and `kinds` the kind of each code point.
    """
    count, value, inside, fresh = 0, GOLDEN, False, True
    for at in range(len(points) + 1):
        kind = kinds[points[at]] if at < len(points) else BETWEEN
        if kind == NOTHING:
            continue
        if kind == IN_WORD:
            value = (value + np.uint64(fold[points[at]]) + GOLDEN) * FIRST
            value ^= value >> np.uint64(32)
            inside = True
            continue
        if inside:
            units.hashes[count], units.kinds[count], units.breaks[count] = mix(value), IN_WORD, fresh
            count, value, inside, fresh = count + 1, GOLDEN, False, False
        if kind != BETWEEN:
            hashed = mix(np.uint64(fold[points[at]]))
            units.hashes[count], units.kinds[count], units.breaks[count] = hashed, kind, fresh
            count, fresh = count + 1, False
        elif at < len(points) and points[at] == NEWLINE:
            fresh = True
    return count
