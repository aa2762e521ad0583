"""Near duplicates: candidates from MinHash signatures (locality-sensitive hashing), and their true similarity."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.sets import Indices
from emma.kernels.text import GOLDEN, Hashes, Offsets, mix

Signatures = NDArray[np.uint32]
Sketches = NDArray[np.uint8]

NEIGHBOURS = 32
"""In a group that shares a band key, each document is compared with so many at the beginning, and so many before it:
all pairs up to 65 documents, and linear time in the giant groups that boilerplate makes."""
EARLIEST, BEST = 4, 4
"""Candidates among those that look alike: the earliest, who are the likeliest to survive, and the most alike."""


@kernel
def band_keys(signatures: Signatures, rows: int) -> Hashes:
    """Key every `rows` consecutive values of every signature, uint64 (n, bands); bands never share keys."""
    bands = signatures.shape[1] // rows
    keys = np.empty((len(signatures), bands), np.uint64)
    for document in range(len(signatures)):
        for band in range(bands):
            # The band's number goes into the hash, since equal values in different bands say nothing.
            value = mix(np.uint64(band + 1) * GOLDEN)
            for at in range(band * rows, (band + 1) * rows):
                value = mix(value + np.uint64(signatures[document, at]))
            keys[document, band] = value
    return keys


@kernel
def group_by_bucket(keys: Hashes, buckets: int) -> tuple[Indices, Indices]:
    """Order the places of the keys bucket by bucket, in order within one; and where each bucket begins (buckets + 1).

    A key's bucket is `key % buckets`.
    """
    starts = np.zeros(buckets + 1, np.int64)
    for key in keys:
        starts[np.int64(key % np.uint64(buckets)) + 1] += 1
    for before in range(buckets):
        starts[before + 1] += starts[before]
    places, filled = np.empty(len(keys), np.int64), starts[:-1].copy()
    for at in range(len(keys)):
        bucket = np.int64(keys[at] % np.uint64(buckets))
        places[filled[bucket]] = at
        filled[bucket] += 1
    return places, starts


@kernel
def may_repeat(keys: Hashes) -> NDArray[np.bool_]:
    """Whether each key may occur more than once: all that do, and some that do not. Spares sorting the others."""
    bits = 6
    while 1 << bits < 8 * len(keys):
        bits += 1
    counters = np.zeros(1 << bits, np.uint8)  # a counter up to 2, in eight slots for a key: most lone keys meet nobody
    down = np.uint64(64 - bits)
    for key in keys:
        slot = np.int64(mix(key) >> down)
        counters[slot] = min(counters[slot] + 1, 2)
    repeats = np.empty(len(keys), np.bool_)
    for at in range(len(keys)):
        repeats[at] = counters[np.int64(mix(keys[at]) >> down)] > 1
    return repeats


@kernel
def count_equal(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> int:
    """Count the places in which two sketches agree."""
    count = 0
    for at in range(len(left)):
        count += left[at] == right[at]
    return count


@kernel
def choose_candidates(alike: NDArray[np.int64], needed: int, chosen: NDArray[np.int64]) -> int:
    """Write the places of the EARLIEST and then the BEST others with at least `needed` to `chosen`; returns how many.

    `alike` is used up: what is chosen becomes 0.
    """
    count = 0
    for place in range(len(alike)):
        if alike[place] >= needed:
            chosen[count] = place
            alike[place] = 0
            count += 1
            if count == EARLIEST:
                break
    while EARLIEST <= count < EARLIEST + BEST:  # the most alike one after the other; sorting all would take longer
        place = 0
        for other in range(len(alike)):
            place = other if alike[other] > alike[place] else place
        if alike[place] < needed:
            break
        chosen[count] = place
        alike[place] = 0
        count += 1
    return count


@kernel
def double_room(values: Indices) -> Indices:
    """Copy the values into an array twice as long."""
    larger = np.empty(2 * len(values), np.int64)
    for at in range(len(values)):
        larger[at] = values[at]
    return larger


@kernel
def pair_candidates(keys: Hashes, members: Indices, sketches: Sketches, needed: int) -> tuple[Indices, Indices]:
    """Pair members, the earlier first, that share a key and agree in `needed` places of their sketches.

    `keys`, sorted, and `members`, ascending within a key, are columns of one table; a member is a row of `sketches`.
    A pair comes once for each key it shares.
    """
    left, right = np.empty(len(keys) + 64, np.int64), np.empty(len(keys) + 64, np.int64)
    alike, chosen = np.empty(2 * NEIGHBOURS, np.int64), np.empty(EARLIEST + BEST, np.int64)
    count = start = 0
    for at in range(len(keys)):
        if keys[at] != keys[start]:
            start = at
        before = min(at - start, 2 * NEIGHBOURS)
        if count + len(chosen) > len(left):
            left, right = double_room(left), double_room(right)
        for step in range(before):
            other = start + step if step < NEIGHBOURS else at - before + step
            alike[step] = count_equal(sketches[members[other]], sketches[members[at]])
        for place in chosen[: choose_candidates(alike[:before], needed, chosen)]:
            left[count] = members[start + place if place < NEIGHBOURS else at - before + place]
            right[count] = members[at]
            count += 1
    return left[:count].copy(), right[:count].copy()


@kernel
def jaccard(left: Hashes, right: Hashes) -> float:
    """The Jaccard similarity of two sets, sorted and distinct; 1 where both are empty."""
    one, two, both = 0, 0, 0
    while one < len(left) and two < len(right):
        a, b = left[one], right[two]
        both += a == b
        one += a <= b
        two += b <= a
    total = len(left) + len(right) - both
    return both / total if total else 1.0


@kernel
def jaccard_of_pairs(hashes: Hashes, starts: Offsets, left: Indices, right: Indices) -> NDArray[np.float64]:
    """Compute the Jaccard similarity of pairs of documents.

    Each document has three sets, number j of document i in `hashes[starts[3 * i + j]:starts[3 * i + j + 1]]`: of its
    text, of its text in another way of shingling, and of its other side; the last two may be empty. Where one of two
    texts is shingled both ways, the ways that fit count. Two pairs are as similar as the less similar of their sides,
    matched as they fit better, and never similar to a text alone.
    """
    similarities = np.empty(len(left), np.float64)
    for pair in range(len(left)):
        at = starts[3 * left[pair] : 3 * left[pair] + 4]
        text, also, side = hashes[at[0] : at[1]], hashes[at[1] : at[2]], hashes[at[2] : at[3]]
        at = starts[3 * right[pair] : 3 * right[pair] + 4]
        text2, also2, side2 = hashes[at[0] : at[1]], hashes[at[1] : at[2]], hashes[at[2] : at[3]]
        alike = jaccard(text, text2)
        # Only one of the two is shingled both ways: the longer one, whose other way is the way of the shorter.
        if len(also) and not len(also2):
            alike = max(alike, jaccard(also, text2))
        if len(also2) and not len(also):
            alike = max(alike, jaccard(text, also2))
        similarities[pair] = min(alike, jaccard(side, side2))
        # A pair may have its sides the other way round.
        if len(side):
            similarities[pair] = max(similarities[pair], min(jaccard(text, side2), jaccard(side, text2)))
    return similarities
