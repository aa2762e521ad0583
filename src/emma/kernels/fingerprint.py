"""Fingerprints of the normalised text: an exact 64-bit hash, and a MinHash signature of its shingles.

MinHash after Broder (SEQUENCES 1997), with linear permutations of 32-bit numbers. Shingles are 5-grams of words in long
text that spaces its words, else 5-grams of characters, and the whole text where it is shorter than that: no document is
without a signature.
"""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.normal import normalise
from emma.kernels.text import GOLDEN, Bytes, Hashes, Offsets, Points, decode, hash_points, longest, mix, power, sort

SHINGLE = 5
"""Words or characters per shingle."""
WORD_SHINGLES_FROM = 50
"""Words. One changed word alters five shingles of n - 4, which leaves a Jaccard similarity of (n - 9) / (n + 1):
at least 0.8 from here on. Shorter text is compared by characters."""

Signatures = NDArray[np.uint32]


@kernel
def permutations(count: int) -> tuple[Points, Points]:
    """Odd multipliers and addends of `count` permutations of 32-bit numbers, uint32 each; fixed for good."""
    multipliers, addends = np.empty(count, np.uint32), np.empty(count, np.uint32)
    for index in range(count):
        # Odd, since only odd multipliers permute the numbers of 32 bits.
        multipliers[index] = np.uint32(mix(np.uint64(2 * index + 1) * GOLDEN)) | np.uint32(1)
        addends[index] = np.uint32(mix(np.uint64(2 * index + 2) * GOLDEN))
    return multipliers, addends


@kernel
def shingle(units: Hashes, hashes: Hashes) -> int:
    """Write the hash of every SHINGLE consecutive units to `hashes`; returns how many, at least 1."""
    base, value = GOLDEN | np.uint64(1), np.uint64(0)
    leaving = power(base, SHINGLE)  # a rolling hash, as in `measure.count_repeated_grams`
    for at in range(len(units)):
        value = value * base + units[at]
        if at >= SHINGLE:
            value -= leaving * units[at - SHINGLE]
        if at >= SHINGLE - 1:
            hashes[at - SHINGLE + 1] = mix(value)
    # The number of units keeps a short text apart from the beginning of a shingle.
    if len(units) < SHINGLE:
        hashes[0] = mix(value + np.uint64(len(units)))
    return max(1, len(units) - SHINGLE + 1)


@kernel
def to_units(text: Points, fold: Points, spaced: bool, kept: Points, units: Hashes) -> tuple[int, int]:
    """Write what shingles are made of to `units`, the normalised text to `kept`; returns how many of each.

    Units are words in long text that spaces them, else characters: normalised ones, or where nothing is left (emoji,
    rules), the text as it is, and then the second number is 0.
    """
    size, words = normalise(text, fold, kept, units)
    if spaced and words >= WORD_SHINGLES_FROM:
        return words, size
    form = kept[:size] if size else text
    for at in range(len(form)):
        units[at] = form[at]
    return len(form), size


@kernel
def shingles(data: Bytes, offsets: Offsets, fold: Points, spaced: NDArray[np.bool_]) -> tuple[Hashes, Offsets]:
    """The sets of shingles that signatures stand for: hashes, uint64, and where each document's begin, int64 (n + 1).

    Each document's are sorted and distinct, so merging two runs gives the true Jaccard similarity. Arguments as for
    `fingerprint`.
    """
    documents, room = len(offsets) - 1, longest(offsets) + 1
    points, kept = np.empty(room, np.uint32), np.empty(room, np.uint32)
    units, hashes = np.empty(room, np.uint64), np.empty(room, np.uint64)
    sets = np.empty(offsets[-1] - offsets[0] + documents, np.uint64)  # a document has one a byte at most, or one
    starts = np.zeros(documents + 1, np.int64)
    for document in range(documents):
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        count = to_units(text, fold, spaced[document], kept, units)[0]
        end = starts[document]
        own = hashes[: shingle(units[:count], hashes)]
        sort(own)
        for value in own:
            if end == starts[document] or sets[end - 1] != value:
                sets[end] = value
                end += 1
        starts[document + 1] = end
    return sets[: starts[-1]].copy(), starts


@kernel
def sign(hashes: Hashes, multipliers: Points, addends: Points, signature: Signatures) -> None:
    """Fill `signature` with the smallest value of every permutation over the upper halves of all shingle hashes.

    The permutations are the inner loop, which so becomes a few vector instructions whatever the length of the text.
    """
    signature[:] = 0xFFFFFFFF
    for value in hashes:
        half = np.uint32(value >> np.uint64(32))
        for index in range(len(signature)):
            signature[index] = min(signature[index], np.uint32(multipliers[index] * half + addends[index]))


@kernel
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
        count, size = to_units(text, fold, spaced[document], kept, units)
        # The other hash keeps a text of signs apart from one that normalises to the same characters.
        exact[document] = hash_points(kept[:size]) if size else hash_points(text) ^ GOLDEN
        sign(hashes[: shingle(units[:count], hashes)], multipliers, addends, signatures[document])
    return exact, signatures


def pair_hashes(one: Hashes, other: Hashes) -> Hashes:
    """Exact hashes of pairs from those of their sides, uint64 (p); the same whichever side is first."""
    return scramble(np.minimum(one, other), np.maximum(one, other)) if len(one) else one


@kernel
def scramble(lower: Hashes, upper: Hashes) -> Hashes:
    """A hash of each two numbers, uint64 (p)."""
    hashes = np.empty(len(lower), np.uint64)
    for pair in range(len(lower)):
        hashes[pair] = mix(mix(lower[pair] + GOLDEN) + upper[pair])
    return hashes
