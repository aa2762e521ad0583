"""Near duplicates: candidates from MinHash signatures (locality-sensitive hashing), and their true similarity."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from emma.kernels.sets import Indices
from emma.kernels.utf8 import GOLDEN, Hashes, Offsets, mix

Signatures = NDArray[np.uint32]
Sketches = NDArray[np.uint8]

REACH = 32
"""In a group that shares a band key, each document is compared with the first REACH and the last REACH before it:
all pairs up to 65 documents, and linear time in the giant groups that boilerplate makes."""
EARLIEST, BEST = 4, 4
"""Of those that look alike, the earliest, who are the likeliest to survive, and the most alike become candidates."""


@njit(nogil=True, cache=True)
def band_keys(signatures: Signatures, rows: int) -> Hashes:
    """A key of every `rows` consecutive values of every signature, uint64 (n, bands); bands never share keys."""
    bands = signatures.shape[1] // rows
    keys = np.empty((len(signatures), bands), np.uint64)
    for document in range(len(signatures)):
        for band in range(bands):
            value = mix(np.uint64(band + 1) * GOLDEN)
            for at in range(band * rows, (band + 1) * rows):
                value = mix(value + np.uint64(signatures[document, at]))
            keys[document, band] = value
    return keys


@njit(nogil=True, cache=True)
def bucketed(keys: Hashes, buckets: int) -> tuple[Indices, Indices]:
    """The places of the keys, bucket by bucket and in order within one, and where each bucket begins (buckets + 1).

    A key's bucket is `key % buckets`.
    """
    starts = np.zeros(buckets + 1, np.int64)
    for key in keys:
        starts[np.int64(key % np.uint64(buckets)) + 1] += 1
    starts = np.cumsum(starts)
    places, filled = np.empty(len(keys), np.int64), starts[:-1].copy()
    for at in range(len(keys)):
        bucket = np.int64(keys[at] % np.uint64(buckets))
        places[filled[bucket]] = at
        filled[bucket] += 1
    return places, starts


@njit(nogil=True, cache=True)
def shared(keys: Hashes) -> NDArray[np.bool_]:
    """Which keys may occur more than once: all that do, and some that do not. Spares sorting the others."""
    bits = 6
    while 1 << bits < 8 * len(keys):
        bits += 1
    seen = np.zeros(1 << bits, np.uint8)
    down = np.uint64(64 - bits)
    for key in keys:
        slot = np.int64(mix(key) >> down)
        seen[slot] = min(seen[slot] + 1, 2)
    found = np.empty(len(keys), np.bool_)
    for at in range(len(keys)):
        found[at] = seen[np.int64(mix(keys[at]) >> down)] > 1
    return found


@njit(nogil=True, cache=True)
def agreeing(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> int:
    """In how many places two sketches agree."""
    count = 0
    for at in range(len(left)):
        count += left[at] == right[at]
    return count


@njit(nogil=True, cache=True)
def likely(alike: NDArray[np.int64], needed: int, chosen: NDArray[np.int64]) -> int:
    """Write the places of the EARLIEST and then the BEST others with at least `needed` to `chosen`; how many.

    `alike` is used up: what is chosen becomes 0.
    """
    found = 0
    for place in range(len(alike)):
        if alike[place] >= needed:
            chosen[found] = place
            alike[place] = 0
            found += 1
            if found == EARLIEST:
                break
    while EARLIEST <= found < EARLIEST + BEST:
        place = int(np.argmax(alike))
        if alike[place] < needed:
            break
        chosen[found] = place
        alike[place] = 0
        found += 1
    return found


@njit(nogil=True, cache=True)
def candidates(keys: Hashes, members: Indices, sketches: Sketches, needed: int) -> tuple[Indices, Indices]:
    """Pairs of members, the earlier first, that share a key and agree in `needed` places of their sketches.

    `keys`, sorted, and `members`, ascending within a key, are columns of one table; a member is a row of `sketches`.
    A pair comes once for each key it shares.
    """
    left, right = np.empty(len(keys) + 64, np.int64), np.empty(len(keys) + 64, np.int64)
    alike, chosen = np.empty(2 * REACH, np.int64), np.empty(EARLIEST + BEST, np.int64)
    found = start = 0
    for at in range(len(keys)):
        if keys[at] != keys[start]:
            start = at
        before = min(at - start, 2 * REACH)
        if found + len(chosen) > len(left):
            left, right = np.append(left, np.empty_like(left)), np.append(right, np.empty_like(right))
        for step in range(before):
            other = start + step if step < REACH else at - before + step
            alike[step] = agreeing(sketches[members[other]], sketches[members[at]])
        for place in chosen[: likely(alike[:before], needed, chosen)]:
            left[found] = members[start + place if place < REACH else at - before + place]
            right[found] = members[at]
            found += 1
    return left[:found].copy(), right[:found].copy()


@njit(nogil=True, cache=True)
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


@njit(nogil=True, cache=True)
def jaccards(hashes: Hashes, starts: Offsets, left: Indices, right: Indices) -> NDArray[np.float64]:
    """The Jaccard similarity of pairs of documents, each of which has two sets: its sides, or its text and nothing.

    Set j of document i is `hashes[starts[2 * i + j]:starts[2 * i + j + 1]]`. Documents are as similar as the less
    similar of their sides, matched as they fit better.
    """
    found = np.empty(len(left), np.float64)
    for pair in range(len(left)):
        a, b = 2 * left[pair], 2 * right[pair]
        one, two = hashes[starts[a] : starts[a + 1]], hashes[starts[a + 1] : starts[a + 2]]
        three, four = hashes[starts[b] : starts[b + 1]], hashes[starts[b + 1] : starts[b + 2]]
        straight = min(jaccard(one, three), jaccard(two, four))
        crossed = min(jaccard(one, four), jaccard(two, three)) if len(two) else 0.0
        found[pair] = max(straight, crossed)
    return found


@njit(nogil=True, cache=True)
def first_allowed(roots: Indices, allowed: NDArray[np.bool_]) -> Indices:
    """For each node the smallest allowed one with the same root, -1 where there is none."""
    first = np.full(len(roots), -1, np.int64)
    for index in range(len(roots)):
        if allowed[index] and first[roots[index]] < 0:
            first[roots[index]] = index
    return first[roots]


@njit(nogil=True, cache=True)
def fit(sizes: Indices, limit: int) -> NDArray[np.bool_]:
    """Which of the sizes to take, going through them in order and taking each that still fits under `limit`."""
    taken = np.zeros(len(sizes), np.bool_)
    left = limit
    for index in range(len(sizes)):
        if sizes[index] <= left:
            taken[index] = True
            left -= sizes[index]
    return taken
