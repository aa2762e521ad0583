"""Finding near duplicates from MinHash signatures, and joining pairs into sets."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from emma.kernels.utf8 import GOLDEN, Hashes, mix

Signatures = NDArray[np.uint32]
Indices = NDArray[np.int64]

REACH = 32
"""In a group that shares a band key, each document is compared with the first REACH and the last REACH before it:
all pairs up to 65 documents, and linear time in the giant groups that boilerplate makes."""


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
def agreeing(left: NDArray[np.uint32], right: NDArray[np.uint32], needed: int) -> bool:
    """Whether two signatures agree in at least `needed` places."""
    spare = len(left) - needed
    for at in range(len(left)):
        if left[at] != right[at]:
            spare -= 1
            if spare < 0:
                return False
    return True


@njit(nogil=True, cache=True)
def root(parents: Indices, index: int) -> int:
    """The smallest member of a set; shortens the path on the way."""
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


@njit(nogil=True, cache=True)
def join(parents: Indices, left: int, right: int) -> None:
    """Make one set of two; the smaller root stays."""
    left, right = root(parents, left), root(parents, right)
    parents[max(left, right)] = min(left, right)


@njit(nogil=True, cache=True)
def connect(left: Indices, right: Indices, count: int) -> Indices:
    """The smallest index in the connected component of each of `count` nodes, given edges as two columns."""
    parents = np.arange(count)
    for edge in range(len(left)):
        join(parents, left[edge], right[edge])
    for index in range(count):  # roots come first, so one step is enough
        parents[index] = parents[parents[index]]
    return parents


@njit(nogil=True, cache=True)
def near_pairs(
    keys: Hashes, members: Indices, signatures: Signatures, languages: Hashes, needed: int
) -> tuple[Indices, Indices]:
    """Pairs of members that share a key and agree in `needed` places of their signatures.

    `keys` (m) sorted, `members` (m) the rows of `signatures` and `languages` that hold them, ascending within a key.
    Pairs already joined are left out, in such a way that the components are those of all pairs, both over all
    languages and within each one.
    """
    across, within = np.arange(len(signatures)), np.arange(len(signatures))
    left, right = np.empty(2 * len(signatures), np.int64), np.empty(2 * len(signatures), np.int64)
    found = start = 0
    for at in range(len(keys)):
        if keys[at] != keys[start]:
            start = at
        before = at - start
        for step in range(min(before, 2 * REACH)):
            other = start + step if step < REACH else at - min(before, 2 * REACH) + step
            first, second = members[other], members[at]
            sets = within if languages[first] == languages[second] else across
            if root(sets, first) == root(sets, second):
                continue
            if agreeing(signatures[first], signatures[second], needed):
                join(sets, first, second)
                join(across, first, second)
                left[found], right[found] = first, second
                found += 1
    return left[:found].copy(), right[:found].copy()


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
