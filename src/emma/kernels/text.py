"""Text as arrays: an Arrow column's bytes and offsets, their code points, and the 64-bit hashes made of them."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.kernels.compiling import kernel

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]
Points = NDArray[np.uint32]
Hashes = NDArray[np.uint64]

NEWLINE = 10
INSERTION_VALUES = 16
"""Values that are left to the last pass, which is quick where all are near their places."""

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


def buffers(column: pa.LargeStringArray) -> tuple[Bytes, Offsets]:
    """The UTF-8 bytes and the offsets, int64 (n + 1), of a column without nulls; nothing is copied."""
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data or b"", np.uint8), places


@kernel
def decode(data: Bytes, start: int, stop: int, points: Points) -> int:
    """Write the code points of `data[start:stop]`, which is valid UTF-8, to `points`; returns how many."""
    at, count = start, 0
    while at < stop:  # Arrow has checked the bytes: what follows a lead is there
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
    """Bytes of the longest document; no document has more code points."""
    most = 0
    for document in range(len(offsets) - 1):
        most = max(most, offsets[document + 1] - offsets[document])
    return most


@kernel
def power(base: np.uint64, exponent: int) -> np.uint64:
    """`base` to a small power, modulo 2^64."""
    value = np.uint64(1)
    for _ in range(exponent):
        value *= base
    return value


@kernel
def hash_points(points: Points) -> np.uint64:
    """Hash code points and their number into 64 bits."""
    value = np.uint64(0)
    for point in points:
        value = (value + np.uint64(point) + GOLDEN) * FIRST
        value ^= value >> np.uint64(32)
    return mix(value + np.uint64(len(points)))


@kernel
def hash_bytes(data: Bytes, offsets: Offsets, seed: int) -> Hashes:
    """Hash each document's bytes as they are into 64 bits, for ids and labels; differently for another seed."""
    hashes = np.empty(len(offsets) - 1, np.uint64)
    start = mix(np.uint64(seed))
    for document in range(len(hashes)):
        # The length goes in first: hashes of texts that begin alike then differ from the first byte on.
        value = start + np.uint64(offsets[document + 1] - offsets[document])
        for at in range(offsets[document], offsets[document + 1]):
            value = (value + np.uint64(data[at]) + GOLDEN) * FIRST
            value ^= value >> np.uint64(32)
        hashes[document] = mix(value)
    return hashes


@kernel
def sort(values: Hashes) -> None:
    """Sort hashes in place: quicksort (Hoare 1962) down to INSERTION_VALUES values, then insertion sort.

    numba's own np.sort takes as long to compile as ten kernels, and is no faster.
    """
    # The longer part is put off and the shorter one done first, so that never more than 64 parts wait.
    lows, highs = np.empty(64, np.int64), np.empty(64, np.int64)
    low, high, waiting = 0, len(values) - 1, 0
    while high - low >= INSERTION_VALUES or waiting:
        if high - low < INSERTION_VALUES:
            waiting -= 1
            low, high = lows[waiting], highs[waiting]
            continue
        middle = partition(values, low, high)
        if middle - low > high - middle:
            lows[waiting], highs[waiting] = low, middle
            low = middle + 1
        else:
            lows[waiting], highs[waiting] = middle + 1, high
            high = middle
        waiting += 1
    for at in range(1, len(values)):
        value, place = values[at], at
        while place > 0 and values[place - 1] > value:
            values[place] = values[place - 1]
            place -= 1
        values[place] = value


@kernel
def partition(values: Hashes, low: int, high: int) -> int:
    """Move what is small before what is large, between two places (Hoare); returns the last of the small ones."""
    pivot = values[(low + high) // 2]
    left, right = low, high
    while True:
        while values[left] < pivot:
            left += 1
        while values[right] > pivot:
            right -= 1
        if left >= right:
            return right
        values[left], values[right] = values[right], values[left]
        left += 1
        right -= 1
