"""Compare the two sides of a pair: words that were copied, and numbers that stand on both sides."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.grams import make_units, split_units
from emma.kernels.tables import NOT_DIGIT
from emma.kernels.text import Bytes, Hashes, Offsets, Points, decode, longest, sort

COPIED, SHORTER, SAME_NUMBERS, ALL_NUMBERS = range(4)
"""Columns of what `compare_sides` counts: units (words, or characters where they are not spaced) that both sides have,
units of the side that has fewer, numbers that both have, and numbers of either. A unit or number counts as often as it
stands there."""
GROUP = 3
"""Digits after a separator that belong to the number before it: 1,000 is 1.000 and 1000, but 12.05 are two."""
SEPARATORS = np.array([ord(char) for char in ".,'\u2019\u066c\u066b\u00a0\u202f\u2009"], np.uint32)


@kernel
def count_common(left: Hashes, right: Hashes) -> int:
    """Count the values that two sorted arrays share; of equal ones in both, as many as the one with fewer has."""
    one, other, shared = 0, 0, 0
    while one < len(left) and other < len(right):
        shared += left[one] == right[other]
        before = left[one] <= right[other]
        other += right[other] <= left[one]
        one += before
    return shared


@kernel
def count_digits(points: Points, start: int, digits: NDArray[np.uint8]) -> int:
    """Count the decimal digits in a row from `start` on."""
    stop = start
    while stop < len(points) and digits[points[stop]] != NOT_DIGIT:
        stop += 1
    return stop - start


@kernel
def is_separator(point: np.uint32) -> bool:
    """Whether the character may stand between groups of three digits."""
    for separator in SEPARATORS:  # noqa: SIM110 - compiled, and quicker to compile than any()
        if point == separator:
            return True
    return False


@kernel
def read_numbers(points: Points, digits: NDArray[np.uint8], values: Hashes) -> int:
    """Write the value, modulo 2^64, of every number written in decimal digits of any script; returns how many."""
    count, at = 0, 0
    while at < len(points):
        run = count_digits(points, at, digits)
        if run == 0:
            at += 1
            continue
        value = np.uint64(0)
        while run:
            for point in points[at : at + run]:
                value = value * np.uint64(10) + np.uint64(digits[point])
            at += run
            # `1,234` is one number and `1, 2, 3` are three: groups have three digits, the first perhaps fewer.
            grouped = run <= GROUP and at < len(points) and is_separator(points[at])
            run = count_digits(points, at + 1, digits) if grouped else 0
            if run != GROUP:
                break
            at += 1
        values[count] = value
        count += 1
    return count


@kernel
def write_sorted(hashes: Hashes, room: Hashes) -> None:
    """Write some hashes to `room`, sorted."""
    for at in range(len(hashes)):
        room[at] = hashes[at]
    sort(room[: len(hashes)])


@kernel
def compare_sides(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes,
    offsets: Offsets,
    pairs: Offsets,
    fold: Points,
    kinds: NDArray[np.uint8],
    digits: NDArray[np.uint8],
) -> NDArray[np.int64]:
    """Count what the two sides of every pair share, int64 (p, 4).

    `pairs` int64 (p, 2) says which two texts of `data` and `offsets` are a pair; `fold`, `kinds` (of `grams`) and
    `digits` are by code point.
    """
    counts, room = np.zeros((len(pairs), 4), np.int64), longest(offsets)
    points, units = np.empty(room, np.uint32), make_units(room)
    words, values = np.empty((2, room + 1), np.uint64), np.empty((2, room + 1), np.uint64)
    sizes = np.empty((2, 2), np.int64)
    for pair in range(len(pairs)):
        for side in range(2):
            text = pairs[pair, side]
            form = points[: decode(data, offsets[text], offsets[text + 1], points)]
            sizes[side, 0] = split_units(form, fold, kinds, units)
            write_sorted(units.hashes[: sizes[side, 0]], words[side])
            sizes[side, 1] = read_numbers(form, digits, units.hashes)
            write_sorted(units.hashes[: sizes[side, 1]], values[side])
        same = count_common(values[0, : sizes[0, 1]], values[1, : sizes[1, 1]])
        counts[pair, COPIED] = count_common(words[0, : sizes[0, 0]], words[1, : sizes[1, 0]])
        counts[pair, SHORTER] = min(sizes[0, 0], sizes[1, 0])
        counts[pair, SAME_NUMBERS] = same
        counts[pair, ALL_NUMBERS] = sizes[0, 1] + sizes[1, 1] - same
    return counts
