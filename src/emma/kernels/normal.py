"""The normalised text: what is left when case, punctuation and spacing do not count, as characters and as words."""

import numpy as np

from emma.kernels.compiling import kernel
from emma.kernels.tables import GAP, SKIP
from emma.kernels.utf8 import FIRST, GOLDEN, Hashes, Points, mix


@kernel
def normalise(points: Points, fold: Points, kept: Points, words: Hashes) -> tuple[int, int]:
    """Write the normalised characters to `kept` and the hash of each word to `words`; returns how many of each.

    A word is a run without white space, of which at least one character is kept.
    """
    size, count, value, inside = 0, 0, GOLDEN, False
    for point in points:
        form = fold[point]
        if form == GAP:
            if inside:
                words[count] = mix(value)
                count += 1
            value, inside = GOLDEN, False
        elif form != SKIP:
            kept[size] = form
            size += 1
            value = (value + np.uint64(form) + GOLDEN) * FIRST
            value ^= value >> np.uint64(32)
            inside = True
    if inside:
        words[count] = mix(value)
        count += 1
    return size, count


@kernel
def hash_points(points: Points) -> np.uint64:
    """A 64-bit hash of code points and their number."""
    value = np.uint64(0)
    for point in points:
        value = (value + np.uint64(point) + GOLDEN) * FIRST
        value ^= value >> np.uint64(32)
    return mix(value + np.uint64(len(points)))
