"""UTF-8 bytes to code points, and the 64-bit mixing that every hash here is made of."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]
Points = NDArray[np.uint32]
Hashes = NDArray[np.uint64]

# The finaliser constants of splitmix64 (Steele, Lea and Flood, OOPSLA 2014, figure 16).
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


@kernel
def mix(value: np.uint64) -> np.uint64:
    """A bijection of 64-bit numbers in which every input bit flips half of the output bits."""
    value = (value ^ (value >> np.uint64(30))) * FIRST
    value = (value ^ (value >> np.uint64(27))) * SECOND
    return value ^ (value >> np.uint64(31))


@kernel
def decode(data: Bytes, start: int, stop: int, points: Points) -> int:
    """Write the code points of `data[start:stop]`, which is valid UTF-8, to `points`; returns how many."""
    at, count = start, 0
    while at < stop:
        lead = np.uint32(data[at])
        if lead < 0x80:
            points[count] = lead
            at += 1
        elif lead < 0xE0:
            points[count] = (lead & 0x1F) << 6 | (data[at + 1] & 0x3F)
            at += 2
        elif lead < 0xF0:
            points[count] = (lead & 0x0F) << 12 | (data[at + 1] & 0x3F) << 6 | (data[at + 2] & 0x3F)
            at += 3
        else:
            high = (lead & 0x07) << 18 | (data[at + 1] & 0x3F) << 12
            points[count] = high | (data[at + 2] & 0x3F) << 6 | (data[at + 3] & 0x3F)
            at += 4
        count += 1
    return count


@kernel
def longest(offsets: Offsets) -> int:
    """Bytes of the longest document: no document has more code points."""
    most = 0
    for document in range(len(offsets) - 1):
        most = max(most, offsets[document + 1] - offsets[document])
    return most


@kernel
def hash_bytes(data: Bytes, offsets: Offsets, seed: int) -> Hashes:
    """A 64-bit hash of each document's bytes as they are, for ids and labels; another one for another seed."""
    hashes = np.empty(len(offsets) - 1, np.uint64)
    start = mix(np.uint64(seed))
    for document in range(len(hashes)):
        value = start + np.uint64(offsets[document + 1] - offsets[document])
        for at in range(offsets[document], offsets[document + 1]):
            value = (value + np.uint64(data[at]) + GOLDEN) * FIRST
            value ^= value >> np.uint64(32)
        hashes[document] = mix(value)
    return hashes
