"""Grams long enough that a text which shares one with a benchmark has copied it, and the units they are made of.

Units compare across scripts: words where the script spaces them, else single characters. The script of each character
decides, not that of the document, so the same sentence gives the same units wherever it stands: a Thai quotation in an
English page, a Latin name in a Chinese one.

A gram is the shortest run of units from one unit on that weighs `full`. With a word weighing 1/13 of that, or more
where it is long, a character of an unspaced script 1/50 and a wide one 1/25, it is 13 words, 50 characters of Thai or
25 of Han, or a mixture. Text that is shorter is compared whole: lines, and the document.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.text import FIRST, GOLDEN, NEWLINE, Bytes, Hashes, Offsets, Points, decode, longest, mix

SKIPPED, BETWEEN, IN_WORD, NARROW, WIDE = range(5)
"""Kinds of code points: left out by the normalisation; white space; part of a word; a unit of its own
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
def make_units(longest: int) -> Units:
    """Make room for the units of a document of `longest` code points."""
    size = longest + 1
    return Units(
        np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.uint8), np.empty(size, np.bool_)
    )


@kernel
def split_units(points: Points, fold: Points, kinds: NDArray[np.uint8], units: Units) -> int:
    """Write the units of a document's code points; returns how many.

    `fold` is the normalised form and `kinds` the kind of each code point.
    """
    count, value, letters, fresh = 0, GOLDEN, 0, True
    for at in range(len(points) + 1):
        kind = kinds[points[at]] if at < len(points) else BETWEEN
        if kind == SKIPPED:
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


BASE = GOLDEN | np.uint64(1)
SHORT_GRAM = (5, 20)
"""Words, and characters where they are not spaced, of the grams by which corrupted copies are found: of an item in
which words are left out or replaced, grams of this length still stand."""
MIN_WORDS = 5
"""Words, or as much in characters, below which a whole text is no evidence either."""


class Scale(NamedTuple):
    """Weights of units, and the weight that makes a gram."""

    letter: int
    """Weight of a letter of a word; a word of WORD_LETTERS or fewer weighs as one of WORD_LETTERS."""
    character: int
    """Weight of a character of an unspaced script; a wide one weighs twice as much."""
    full: int
    powers: Hashes
    """Powers of BASE, up to the units of the longest gram."""


class PointTables(NamedTuple):
    """Tables by code point: the normalised form, and the kind of unit that the character is, or is part of."""

    fold: Points
    kinds: NDArray[np.uint8]


def make_scale(words: int, characters: int) -> Scale:
    """Scale on which so many words, or characters of an unspaced script, or half as many wide ones, are a gram."""
    exponents = max(words, characters) + 1
    powers = np.cumprod(np.append(np.uint64(1), np.full(exponents, BASE)), dtype=np.uint64)
    return Scale(characters, WORD_LETTERS * words, WORD_LETTERS * words * characters, powers)


@kernel
def weight(units: Units, at: int, scale: Scale) -> int:
    """Weigh a unit."""
    return int(units.letters[at] * scale.letter + units.characters[at] * scale.character)


@kernel
def hash_short(units: Units, start: int, stop: int, scale: Scale) -> np.uint64:
    """Hash some units, if they weigh less than a gram but as much as MIN_WORDS words; else 0."""
    value, total = np.uint64(0), 0
    for at in range(start, stop):
        value = value * BASE + units.hashes[at]
        total += weight(units, at, scale)
        if total >= scale.full:
            return np.uint64(0)
    return mix(value ^ GOLDEN) if total >= MIN_WORDS * WORD_LETTERS * scale.letter else np.uint64(0)


@kernel
def hash_full_grams(units: Units, count: int, scale: Scale, grams: Hashes) -> int:
    """Write the hash of the gram at each unit from which there is one; returns how many."""
    end, total, value = 0, 0, np.uint64(0)
    for start in range(count):
        while end < count and total < scale.full:
            value = value * BASE + units.hashes[end]
            total += weight(units, end, scale)
            end += 1
        if total < scale.full:
            return start  # what is left weighs less than a gram, from here on and from every later unit
        grams[start] = mix(value)
        # A rolling hash (Karp and Rabin 1987): the unit that leaves is taken out with the power that it has by then.
        value -= units.hashes[start] * scale.powers[end - start - 1]
        total -= weight(units, start, scale)
    return count


@kernel
def hash_grams(units: Units, count: int, scale: Scale, lines: bool, grams: Hashes) -> int:
    """Write the hashes of a document's full grams, or of the whole where it is short; with `lines`, of its short lines
    too. Returns how many. `grams` needs room for two hashes a unit."""
    found, start = hash_full_grams(units, count, scale, grams), 0
    if found == 0:
        grams[0] = hash_short(units, 0, count, scale)
        found += grams[0] != 0
    for stop in range(1, count + 1 if lines else 0):
        if stop == count or units.breaks[stop]:
            grams[found] = hash_short(units, start, stop, scale)
            found += grams[found] != 0 and stop - start < count  # the only line is the document
            start = stop
    return found


@kernel
def hash_item_grams(data: Bytes, offsets: Offsets, tables: PointTables, scale: Scale) -> tuple[Hashes, Offsets]:
    """The hashes of each benchmark item's grams, uint64, and where each item's begin, int64 (n + 1).

    An item that is shorter than a gram has one, of the whole, or none where it is hardly a text.
    """
    room, starts = longest(offsets), np.zeros(len(offsets), np.int64)
    points, units, grams = np.empty(room, np.uint32), make_units(room), np.empty(2 * room + 1, np.uint64)
    hashes = np.empty(offsets[-1] - offsets[0] + len(offsets), np.uint64)
    for item in range(len(offsets) - 1):
        text = points[: decode(data, offsets[item], offsets[item + 1], points)]
        count = hash_grams(units, split_units(text, tables.fold, tables.kinds, units), scale, False, grams)
        starts[item + 1] = starts[item] + count
        for at in range(count):
            hashes[starts[item] + at] = grams[at]
    return hashes[: starts[-1]].copy(), starts
