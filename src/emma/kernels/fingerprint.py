"""Fingerprints of the normalised text: an exact 64-bit hash, and a MinHash signature of its shingles.

MinHash after Broder (SEQUENCES 1997), with multiply-shift permutations (Dietzfelbinger et al., J. Algorithms 25, 1997)
from 64 to 32 bits. Shingles are 5-grams of words in long text that spaces its words, else 5-grams of characters, and
the whole text where it is shorter than that: no document is without a signature.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from emma.kernels.tables import GAP, SKIP
from emma.kernels.utf8 import FIRST, GOLDEN, Bytes, Hashes, Offsets, Points, decode, longest, mix

SHINGLE = 5
"""Words or characters a shingle."""
WORD_SHINGLES_FROM = 50
"""Words. One changed word alters five shingles of n - 4, which leaves a Jaccard similarity of (n - 9) / (n + 1):
at least 0.8 from here on. Shorter text is compared by characters."""
CHUNK = 1024
"""Shingles that stay in the first-level cache while all permutations pass over them."""


@njit(nogil=True, cache=True)
def permutations(count: int) -> tuple[Hashes, Hashes]:
    """Odd multipliers and addends of `count` permutations, uint64 each; fixed for good."""
    multipliers, addends = np.empty(count, np.uint64), np.empty(count, np.uint64)
    for index in range(count):
        multipliers[index] = mix(np.uint64(2 * index + 1) * GOLDEN) | np.uint64(1)
        addends[index] = mix(np.uint64(2 * index + 2) * GOLDEN)
    return multipliers, addends


@njit(nogil=True, cache=True)
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


@njit(nogil=True, cache=True)
def hash_points(points: Points) -> np.uint64:
    """A 64-bit hash of code points and their number."""
    value = np.uint64(0)
    for point in points:
        value = (value + np.uint64(point) + GOLDEN) * FIRST
        value ^= value >> np.uint64(32)
    return mix(value + np.uint64(len(points)))


@njit(nogil=True, cache=True)
def shingle(units: Hashes, hashes: Hashes) -> int:
    """Write the hash of every SHINGLE consecutive units to `hashes`; returns how many, at least 1."""
    base, leaving, value = GOLDEN | np.uint64(1), np.uint64(1), np.uint64(0)
    for _ in range(SHINGLE):
        leaving *= base
    for at in range(len(units)):
        value = value * base + units[at]
        if at >= SHINGLE:
            value -= leaving * units[at - SHINGLE]
        if at >= SHINGLE - 1:
            hashes[at - SHINGLE + 1] = mix(value)
    if len(units) < SHINGLE:
        hashes[0] = mix(value + np.uint64(len(units)))
    return max(1, len(units) - SHINGLE + 1)


@njit(nogil=True, cache=True)
def sign(hashes: Hashes, multipliers: Hashes, addends: Hashes, signature: NDArray[np.uint32]) -> None:
    """Fill `signature` with the smallest value of every permutation over all shingle hashes."""
    signature[:] = 0xFFFFFFFF
    for start in range(0, len(hashes), CHUNK):
        chunk = hashes[start : start + CHUNK]
        for index in range(len(signature)):
            smallest = np.uint64(signature[index])
            for value in chunk:
                smallest = min(smallest, (multipliers[index] * value + addends[index]) >> np.uint64(32))
            signature[index] = smallest


@njit(nogil=True, cache=True)
def fingerprint(
    data: Bytes, offsets: Offsets, fold: Points, spaced: NDArray[np.bool_], length: int
) -> tuple[Hashes, NDArray[np.uint32]]:
    """Exact hashes, uint64 (n), and signatures, uint32 (n, length).

    `fold` tells the normalised form of each code point; `spaced`, bool (n), whether the document's script spaces its
    words. Text of which normalisation leaves nothing (emoji, rules, an empty string) is hashed as it is.
    """
    documents, room = len(offsets) - 1, longest(offsets) + 1
    exact, signatures = np.empty(documents, np.uint64), np.empty((documents, length), np.uint32)
    points, kept = np.empty(room, np.uint32), np.empty(room, np.uint32)
    units, hashes = np.empty(room, np.uint64), np.empty(room, np.uint64)
    multipliers, addends = permutations(length)
    for document in range(documents):
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        size, words = normalise(text, fold, kept, units)
        form = kept[:size] if size else text
        exact[document] = hash_points(form) ^ (np.uint64(0) if size else GOLDEN)
        if not spaced[document] or words < WORD_SHINGLES_FROM:
            words = len(form)
            units[:words] = form
        sign(hashes[: shingle(units[:words], hashes)], multipliers, addends, signatures[document])
    return exact, signatures
