"""The normalised text, without case, punctuation and spacing, and what is hashed of it: words, lines, bare letters.

Bare text has no diacritics either. Only marks that people leave out are diacritics here: those of Latin, Greek and
Cyrillic letters, the vowels and signs of Arabic and the points of Hebrew. Vowel signs and viramas of Indic scripts,
Thai and Khmer marks and voiced kana are how a word is spelt, whoever writes it.
"""

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.sets import Indices
from emma.kernels.tables import GAP, SKIP, fold
from emma.kernels.text import FIRST, GOLDEN, NEWLINE, Bytes, Hashes, Offsets, Points, decode, hash_points, longest, mix

LINE_COLUMNS = 20
"""Columns of normalised text below which a line is no evidence: three or four words of an alphabet, or ten characters
of Han, kana or Hangul, each of which says as much as two letters or more."""
_MARKS = (
    (0x300, 0x36F),
    (0x483, 0x487),
    (0x591, 0x5C7),
    (0x610, 0x61A),
    (0x64B, 0x65F),
    (0x670, 0x670),
    (0x6D6, 0x6ED),
)
_LETTERS = ((0xC0, 0x24F), (0x370, 0x52F), (0x622, 0x6D3), (0x1E00, 0x1FFF))
_STROKES = {"đ": "d", "ł": "l", "ø": "o", "ħ": "h", "ŧ": "t", "ı": "i"}
"""Letters that Unicode does not take apart."""


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
def count_lines(data: Bytes, offsets: Offsets) -> Offsets:
    """Count lines: where each document's begin among those of all, int64 (n + 1); an empty document has none."""
    starts = np.zeros(len(offsets), np.int64)
    for document in range(len(offsets) - 1):
        begin, end = offsets[document], offsets[document + 1]
        # A text has one line more than newlines, and an empty text has none.
        lines = end > begin
        for at in range(begin, end):
            lines += data[at] == NEWLINE
        starts[document + 1] = starts[document] + lines
    return starts


@kernel
def hash_lines(
    data: Bytes, offsets: Offsets, fold: Points, widths: NDArray[np.uint8], shortest: int
) -> tuple[Hashes, Offsets]:
    """Hash every line of every document, uint64; and where each document's begin, int64 (n + 1).

    A line's hash is that of its normalised characters, so the exact hash it would have as a document; it is 0 where
    they take fewer than `shortest` columns by `widths`. `fold` and `widths` are by code point.
    """
    starts, room = count_lines(data, offsets), longest(offsets)
    hashes = np.zeros(starts[-1], np.uint64)
    points, kept = np.empty(room, np.uint32), np.empty(room, np.uint32)
    for document in range(len(offsets) - 1):
        line, size, width = starts[document], 0, 0
        count = decode(data, offsets[document], offsets[document + 1], points)
        for point in points[:count]:
            form = fold[point]
            if point == NEWLINE:
                hashes[line] = hash_points(kept[:size]) if width >= shortest else np.uint64(0)
                line, size, width = line + 1, 0, 0
            elif form != SKIP and form != GAP:  # noqa: PLR1714 - a set would be built for every character
                kept[size] = form
                size, width = size + 1, width + widths[form]
        if width >= shortest:
            hashes[line] = hash_points(kept[:size])
    return hashes, starts


@lru_cache(maxsize=1)
def bare() -> Points:
    """Table of code points: `tables.fold`, with SKIP for diacritics and the letter alone for letters that have one."""
    table, folded = fold().copy(), fold()  # folded first: Ệ loses its case, then its marks
    for first, last in _LETTERS:
        for point in range(first, last + 1):
            base = _STROKES.get(chr(folded[point])) or unicodedata.normalize("NFD", chr(folded[point]))[0]
            table[point] = folded[ord(base)] if folded[point] > GAP else folded[point]
    for first, last in _MARKS:
        for point in range(first, last + 1):
            table[point] = SKIP if unicodedata.category(chr(point)) == "Mn" else folded[point]
    table.setflags(write=False)
    return table


@kernel
def bare_hashes(data: Bytes, offsets: Offsets, fold: Points, bare: Points) -> tuple[Hashes, Indices, Indices]:
    """Hash each text without diacritics, uint64; count the letters and numbers left, and diacritics, int64 (n each)."""
    points, documents = np.empty(longest(offsets) + 1, np.uint32), len(offsets) - 1
    hashes, sizes, marks = np.empty(documents, np.uint64), np.zeros(documents, np.int64), np.zeros(documents, np.int64)
    for document in range(documents):
        value = GOLDEN
        for point in points[: decode(data, offsets[document], offsets[document + 1], points)]:
            form = bare[point]
            # The bare form differs where a mark is left out, or a letter loses one.
            marks[document] += form != fold[point]
            if form > max(GAP, SKIP):
                value = (value + np.uint64(form) + GOLDEN) * FIRST
                value ^= value >> np.uint64(32)
                sizes[document] += 1
        hashes[document] = mix(value)
    return hashes, sizes, marks
