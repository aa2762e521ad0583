"""Texts without their diacritics: a hash of what is left, and how many there were.

Only marks that people leave out are diacritics here: those of Latin, Greek and Cyrillic letters, the vowels and signs
of Arabic and the points of Hebrew. Vowel signs and viramas of Indic scripts, Thai and Khmer marks and voiced kana are
how a word is spelt, whoever writes it.
"""

import unicodedata
from functools import lru_cache

import numpy as np

from emma.kernels.compiling import kernel
from emma.kernels.sets import Indices
from emma.kernels.tables import GAP, SKIP, fold
from emma.kernels.utf8 import FIRST, GOLDEN, Bytes, Hashes, Offsets, Points, decode, longest, mix

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


@lru_cache(maxsize=1)
def bare() -> Points:
    """`tables.fold`, with SKIP for diacritics and the letter alone for letters that have one."""
    table, folded = fold().copy(), fold()
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
    """Of each text a hash, uint64, and the number of letters and numbers left, and of diacritics, int64 (n each)."""
    points, documents = np.empty(longest(offsets) + 1, np.uint32), len(offsets) - 1
    hashes, sizes, marks = np.empty(documents, np.uint64), np.zeros(documents, np.int64), np.zeros(documents, np.int64)
    for document in range(documents):
        value = GOLDEN
        for point in points[: decode(data, offsets[document], offsets[document + 1], points)]:
            form = bare[point]
            marks[document] += form != fold[point]
            if form > max(GAP, SKIP):
                value = (value + np.uint64(form) + GOLDEN) * FIRST
                value ^= value >> np.uint64(32)
                sizes[document] += 1
        hashes[document] = mix(value)
    return hashes, sizes, marks
