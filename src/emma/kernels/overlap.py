"""Which documents share grams with benchmark items: an index of the items' grams, and looking documents up in it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.grams import Scale, Tables, all_grams
from emma.kernels.units import room_for, split
from emma.kernels.utf8 import Bytes, Hashes, Offsets, decode, longest

BITS_PER_GRAM = 16
"""Bits of the filter a gram: one document gram in sixteen or fewer passes that is in no item."""
Int32 = NDArray[np.int32]


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


class Found(NamedTuple):
    """What was found: of each document its grams (n), those in any item (n), and those in each benchmark (n, b), all
    int32; whether each item was found (items); and the documents that share a gram with each group (groups)."""

    grams: Int32
    hits: Int32
    by_benchmark: Int32
    items: NDArray[np.bool_]
    documents: Offsets


class Last(NamedTuple):
    """What was counted last, so that nothing is counted twice: the document of each group, and of the document at hand
    the number of the gram of each benchmark."""

    document: Offsets
    gram: Offsets


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
def place_of(gram: np.uint64, index: Index) -> int:
    """Where a gram is in the index, -1 when it is not there."""
    place = gram & np.uint64(len(index.bits) * 64 - 1)
    if not index.bits[place >> np.uint64(6)] >> (place & np.uint64(63)) & np.uint64(1):
        return -1
    at = int(np.searchsorted(index.grams, gram))
    return at if at < len(index.grams) and index.grams[at] == gram else -1


@kernel
def note(at: int, document: int, index: Index, found: Found, last: Last) -> None:
    """Count the gram at `at` of the index as found in a document."""
    found.hits[document] += 1
    for place in range(index.item_starts[at], index.item_starts[at + 1]):
        found.items[index.items[place]] = True
    for place in range(index.group_starts[at], index.group_starts[at + 1]):
        group = index.groups[place]
        benchmark = index.benchmark_of[group]
        if last.document[group] != document:
            last.document[group] = document
            found.documents[group] += 1
        if last.gram[benchmark] != found.hits[document]:
            last.gram[benchmark] = found.hits[document]
            found.by_benchmark[document, benchmark] += 1


@kernel
def look_up(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes, offsets: Offsets, tables: Tables, scale: Scale, index: Index, found: Found
) -> None:
    """Fill `found`, which is zero, for every document of `data` and `offsets`; short lines count as grams."""
    groups, benchmarks = len(found.documents), found.by_benchmark.shape[1]
    room, last = longest(offsets), Last(np.full(groups, -1), np.empty(benchmarks, np.int64))
    points, units, grams = np.empty(room, np.uint32), room_for(room), np.empty(2 * room + 1, np.uint64)
    for document in range(len(offsets) - 1):
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        count = all_grams(units, split(text, tables.fold, tables.kinds, units), scale, True, grams)
        found.grams[document] = count
        last.gram[:] = 0
        for gram in grams[:count]:
            at = place_of(gram, index)
            if at >= 0:
                note(at, document, index, found, last)
