"""An index of the grams of benchmark items: who has each gram, and finding one."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.text import Hashes, Offsets

Int32 = NDArray[np.int32]
BITS_PER_GRAM = 16
"""Bits of the filter per gram: one document gram in sixteen or fewer passes that is in no item."""


class Index(NamedTuple):
    """Grams of benchmark items, and who has each: items, and groups (a benchmark in one language) of items.

    `grams` uint64 (g), sorted and distinct; the items of gram i are `items[item_starts[i] : item_starts[i + 1]]`, its
    groups alike. `benchmark_of` int32 (groups) numbers the benchmark of each group. `bits` uint64 is a filter: bit
    `gram % size` is set for every gram.
    """

    grams: Hashes
    bits: Hashes
    item_starts: Offsets
    items: Int32
    group_starts: Offsets
    groups: Int32
    benchmark_of: Int32


@kernel
def make_filter(grams: Hashes) -> Hashes:
    """The bits of an `Index`; their number is a power of two."""
    words = 1
    while words * 64 < len(grams) * BITS_PER_GRAM:
        words *= 2
    bits = np.zeros(words, np.uint64)
    for gram in grams:
        place = gram & np.uint64(words * 64 - 1)
        bits[place >> np.uint64(6)] |= np.uint64(1) << (place & np.uint64(63))
    return bits


@kernel
def find_gram(gram: np.uint64, index: Index) -> int:
    """Find the place of a gram in the index, -1 when it is not there."""
    place = gram & np.uint64(len(index.bits) * 64 - 1)
    # The filter first: most grams are in no item, and one bit is looked at sooner than a table is searched.
    if not index.bits[place >> np.uint64(6)] >> (place & np.uint64(63)) & np.uint64(1):
        return -1
    at = int(np.searchsorted(index.grams, gram))
    return at if at < len(index.grams) and index.grams[at] == gram else -1


def make_index(
    hashes: Hashes, owners: NDArray[np.int64], group_by_item: NDArray[np.int32], benchmark_of: NDArray[np.int32]
) -> Index:
    """Make the index of grams, given the item of each, the group of each item and the benchmark of each group."""
    grams, numbers = np.unique(hashes, return_inverse=True)
    return Index(
        grams,
        make_filter(grams),
        *owners_by_gram(numbers, owners, len(grams)),
        *owners_by_gram(numbers, group_by_item[owners], len(grams)),
        benchmark_of,
    )


def owners_by_gram(
    numbers: NDArray[np.int64], owners: NDArray[np.integer], grams: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """List where each gram's owners begin, int64 (grams + 1), and the owners, int32, each once a gram and ascending."""
    # One number for a gram and its owner: sorting these is several times faster than sorting rows of two.
    width = int(owners.max(initial=0)) + 1
    pairs = np.unique(numbers * width + owners)
    return np.searchsorted(pairs // width, np.arange(grams + 1)), (pairs % width).astype(np.int32)
