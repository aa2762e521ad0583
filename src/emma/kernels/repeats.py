"""How much of a document repeats itself: whole lines, and short grams of characters."""

import numpy as np
from numba import njit

from emma.kernels.utf8 import FIRST, GOLDEN, Hashes, Points, mix

GRAM = 10
"""Characters a gram."""
BLOCK = 4096
"""Characters within which grams are compared. Without such a window a long book would look more repetitive than a
short one of the same prose."""
NEWLINE = 10


@njit(nogil=True, cache=True)
def table_bits(entries: int) -> int:
    """Bits of the smallest hash table that stays at most half full."""
    bits = 1
    while 1 << bits < 2 * entries:
        bits += 1
    return bits


@njit(nogil=True, cache=True)
def seen(table: Hashes, mask: int, key: np.uint64) -> bool:
    """Whether `key` was put into the open-addressing table before; it is there afterwards."""
    key = max(key, np.uint64(1))  # 0 marks a free slot
    slot = np.int64(key & np.uint64(mask))
    while table[slot] != 0:
        if table[slot] == key:
            return True
        slot = (slot + 1) & mask
    table[slot] = key
    return False


@njit(nogil=True, cache=True)
def repeated_grams(points: Points, table: Hashes) -> int:
    """Grams of GRAM characters that occurred before in their block of BLOCK characters."""
    again = 0
    base = GOLDEN | np.uint64(1)
    leaving = np.uint64(1)
    for _ in range(GRAM):
        leaving *= base
    for start in range(0, len(points) - GRAM + 1, BLOCK):
        stop = min(start + BLOCK + GRAM - 1, len(points))  # a gram belongs to the block it begins in
        mask = (1 << table_bits(stop - start)) - 1
        table[: mask + 1] = 0
        value = np.uint64(0)
        for at in range(start, stop):
            value = value * base + np.uint64(points[at])
            if at >= start + GRAM:
                value -= leaving * np.uint64(points[at - GRAM])
            if at >= start + GRAM - 1:
                again += seen(table, mask, mix(value))
    return again


@njit(nogil=True, cache=True)
def repeated_lines(points: Points, table: Hashes, lines: int) -> int:
    """Characters in lines that occurred before in the document; empty lines do not count."""
    if lines < 2:
        return 0
    mask = (1 << table_bits(lines)) - 1
    table[: mask + 1] = 0
    again, start, value = 0, 0, GOLDEN
    for at in range(len(points) + 1):
        if at == len(points) or points[at] == NEWLINE:
            if at > start and seen(table, mask, mix(value)):
                again += at - start
            start, value = at + 1, GOLDEN
        else:
            value = (value + np.uint64(points[at]) + GOLDEN) * FIRST
            value ^= value >> np.uint64(32)
    return again
