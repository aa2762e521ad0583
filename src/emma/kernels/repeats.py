"""How much of a document repeats itself: whole lines, short grams of characters, and grams of words."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.utf8 import FIRST, GOLDEN, Points, mix

GRAM = 10
"""Characters a gram."""
WORD_GRAM = 5
"""Words a gram."""
BLOCK = 4096
"""Characters, or words, within which grams are compared. Without such a window a long book would look more repetitive
than a short one of the same prose."""
NEWLINE = 10

Table = NDArray[np.uint32]


@kernel
def table_bits(entries: int) -> int:
    """Bits of the smallest hash table that stays at most half full."""
    bits = 1
    while 1 << bits < 2 * entries:
        bits += 1
    return bits


@kernel
def seen(table: Table, mask: int, value: np.uint64) -> bool:
    """Whether a hash was put into the open-addressing table before; it is there afterwards.

    The table holds the upper half of each hash, so one in 2^32 of those that meet in it passes for another.
    """
    key = max(np.uint32(value >> np.uint64(32)), np.uint32(1))  # 0 marks a free slot
    slot = np.int64(value & np.uint64(mask))
    while table[slot] != 0:
        if table[slot] == key:
            return True
        slot = (slot + 1) & mask
    table[slot] = key
    return False


@kernel
def power(base: np.uint64, exponent: int) -> np.uint64:
    """`base` to a small power, modulo 2^64."""
    value = np.uint64(1)
    for _ in range(exponent):
        value *= base
    return value


@kernel
def repeated_grams(units: NDArray[np.unsignedinteger], gram: int, table: Table) -> int:
    """Grams of `gram` units, characters or hashes of words, that occurred before in their block of BLOCK units.

    `table` needs room for 2 ** table_bits(BLOCK).
    """
    again = 0
    base = GOLDEN | np.uint64(1)
    leaving = power(base, gram)
    for start in range(0, len(units) - gram + 1, BLOCK):
        stop = min(start + BLOCK + gram - 1, len(units))  # a gram belongs to the block it begins in
        mask = (1 << table_bits(stop - start - gram + 1)) - 1
        table[: mask + 1] = 0
        value = np.uint64(0)
        for at in range(start, stop):
            value = value * base + np.uint64(units[at])
            if at >= start + gram:
                value -= leaving * np.uint64(units[at - gram])
            if at >= start + gram - 1:
                again += seen(table, mask, mix(value))
    return again


@kernel
def repeated_lines(points: Points, table: Table, lines: int) -> int:
    """Characters in lines that occurred before in the document; empty lines do not count.

    `table` needs room for 2 ** table_bits(lines).
    """
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
