"""Grams long enough that a text which shares one with a benchmark has copied it.

A gram is the shortest run of units from one unit on that weighs `full`. With a word weighing 1/13 of that, or more
where it is long, a character of an unspaced script 1/50 and a wide one 1/25, it is 13 words, 50 characters of Thai or
25 of Han, or a mixture. Text that is shorter is compared whole: lines, and the document.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.units import WORD_LETTERS, Units, room_for, split
from emma.kernels.utf8 import GOLDEN, Bytes, Hashes, Offsets, Points, decode, longest, mix

BASE = GOLDEN | np.uint64(1)
SHORTEST_WORDS = 5
"""Words, or as much in characters, below which a whole text is no evidence either."""


class Scale(NamedTuple):
    """What units weigh, and how much a gram does."""

    letter: int
    """Of a word; one of WORD_LETTERS or fewer weighs as one of WORD_LETTERS."""
    character: int
    """Of an unspaced script; a wide one weighs twice as much."""
    full: int
    powers: Hashes
    """Of BASE, up to the units of the longest gram."""


class Tables(NamedTuple):
    """By code point: the normalised form, and the kind of unit (`units`)."""

    fold: Points
    kinds: NDArray[np.uint8]


def scale(words: int, characters: int) -> Scale:
    """The scale on which so many words, or characters of an unspaced script, or half as many wide ones, are a gram."""
    exponents = max(words, characters) + 1
    powers = np.cumprod(np.append(np.uint64(1), np.full(exponents, BASE)), dtype=np.uint64)
    return Scale(characters, WORD_LETTERS * words, WORD_LETTERS * words * characters, powers)


@kernel
def weight(units: Units, at: int, scale: Scale) -> int:
    """What a unit weighs."""
    return int(units.letters[at] * scale.letter + units.characters[at] * scale.character)


@kernel
def whole(units: Units, start: int, stop: int, scale: Scale) -> np.uint64:
    """The hash of some units, if they weigh less than a gram but as much as some words; else 0."""
    value, total = np.uint64(0), 0
    for at in range(start, stop):
        value = value * BASE + units.hashes[at]
        total += weight(units, at, scale)
        if total >= scale.full:
            return np.uint64(0)
    return mix(value ^ GOLDEN) if total >= SHORTEST_WORDS * WORD_LETTERS * scale.letter else np.uint64(0)


@kernel
def full_grams(units: Units, count: int, scale: Scale, grams: Hashes) -> int:
    """Write the hash of the gram at each unit from which there is one; returns how many."""
    end, total, value = 0, 0, np.uint64(0)
    for start in range(count):
        while end < count and total < scale.full:
            value = value * BASE + units.hashes[end]
            total += weight(units, end, scale)
            end += 1
        if total < scale.full:
            return start
        grams[start] = mix(value)
        value -= units.hashes[start] * scale.powers[end - start - 1]
        total -= weight(units, start, scale)
    return count


@kernel
def all_grams(units: Units, count: int, scale: Scale, lines: bool, grams: Hashes) -> int:
    """Write the hashes of a document's full grams, or of the whole where it is short; with `lines`, of its short lines
    too. Returns how many. `grams` needs room for two hashes a unit."""
    found, start = full_grams(units, count, scale, grams), 0
    if found == 0:
        grams[0] = whole(units, 0, count, scale)
        found += grams[0] != 0
    for stop in range(1, count + 1 if lines else 0):
        if stop == count or units.breaks[stop]:
            grams[found] = whole(units, start, stop, scale)
            found += grams[found] != 0 and stop - start < count  # the only line is the document
            start = stop
    return found


@kernel
def item_grams(data: Bytes, offsets: Offsets, tables: Tables, scale: Scale) -> tuple[Hashes, Offsets]:
    """The hashes of each benchmark item's grams, uint64, and where each item's begin, int64 (n + 1).

    An item that is shorter than a gram has one, of the whole, or none where it is hardly a text.
    """
    room, starts = longest(offsets), np.zeros(len(offsets), np.int64)
    points, units, grams = np.empty(room, np.uint32), room_for(room), np.empty(2 * room + 1, np.uint64)
    found = np.empty(offsets[-1] - offsets[0] + len(offsets), np.uint64)
    for item in range(len(offsets) - 1):
        text = points[: decode(data, offsets[item], offsets[item + 1], points)]
        count = all_grams(units, split(text, tables.fold, tables.kinds, units), scale, False, grams)
        starts[item + 1] = starts[item] + count
        for at in range(count):
            found[starts[item] + at] = grams[at]
    return found[: starts[-1]].copy(), starts
