"""Sorting hashes in place. numba's own np.sort takes as long to compile as ten kernels, and is no faster."""

import numpy as np

from emma.kernels.compiling import kernel
from emma.kernels.utf8 import Hashes

SHORT = 16
"""Values that are left to the last pass, which is quick where all are near their places."""


@kernel
def sort(values: Hashes) -> None:
    """Quicksort (Hoare 1962) down to runs of SHORT, the longer part put off, so that 64 can wait; then by insertion."""
    lows, highs = np.empty(64, np.int64), np.empty(64, np.int64)
    low, high, waiting = 0, len(values) - 1, 0
    while high - low >= SHORT or waiting:
        if high - low < SHORT:
            waiting -= 1
            low, high = lows[waiting], highs[waiting]
            continue
        middle = split(values, int(low), int(high))
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
def split(values: Hashes, low: int, high: int) -> int:
    """Move what is small before what is large, between two places; returns the last of the small ones."""
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
