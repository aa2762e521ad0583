"""Which documents share grams with benchmark items: an index of the items' grams, and looking documents up in it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.grams import Scale, Tables, all_grams
from emma.kernels.sorting import sort
from emma.kernels.units import room_for, split
from emma.kernels.utf8 import Bytes, Hashes, Offsets, decode, longest

BITS_PER_GRAM = 16
"""Bits of the filter a gram: one document gram in sixteen or fewer passes that is in no item."""
LEAST_RUNS, LEAST_SHARE = 2, 0.1
"""Runs of short grams of one item that a document must share, and the share of the item's grams that are in them. One
run is a quotation."""
LEAST_SIZE = 8
"""Short grams of an item below which it is a phrase, which anybody may use: twelve words have eight."""
LEAST_WHOLE = 4
"""Short grams of an item from which it is no quotation where all of it is there: eight words have four."""
COMMON = 20
"""Items in which a short gram may be; one in more is a turn of phrase."""
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


class Loose(NamedTuple):
    """Of each item: how many grams it has in an index of short grams, and its group; int64 and int32 (items)."""

    sizes: Offsets
    groups: Int32


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


@kernel
def look_up_loosely(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes, offsets: Offsets, tables: Tables, scale: Scale, index: Index, loose: Loose, found: Found
) -> None:
    """Add to `found` the items of which a document without any hit has LEAST_RUNS and LEAST_SHARE of their grams.

    `index` has short grams. Each alone is no evidence, but several of one item here and there are, a copy in which
    words were left out or changed; and so are all of an item that is too short for any hit.
    """
    room, last = longest(offsets), np.full(len(found.documents), -1)
    points, units, grams = np.empty(room, np.uint32), room_for(room), np.empty(2 * room + 1, np.uint64)
    counts, touched = np.zeros(len(found.items), np.int32), np.empty(len(found.items), np.int64)
    runs, ends = np.zeros(len(found.items), np.int32), np.full(len(found.items), -1)
    seen = np.full(len(index.grams), -1, np.int32)
    for document in range(len(offsets) - 1):
        if found.hits[document]:
            continue
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        count = all_grams(units, split(text, tables.fold, tables.kinds, units), scale, False, grams)
        runs_of(grams[:count], index, runs, ends, seen, document)
        met = 0
        for at in hits_of(grams[:count], index):
            for item in index.items[index.item_starts[at] : index.item_starts[at + 1]]:
                if counts[item] == 0:
                    touched[met] = item
                    met += 1
                counts[item] += 1
        for item in touched[:met]:
            shared, apart = counts[item], runs[item]
            counts[item], runs[item], ends[item] = 0, 0, -1
            long, enough = loose.sizes[item] >= LEAST_SIZE, shared >= LEAST_SHARE * loose.sizes[item]
            whole = shared == loose.sizes[item] >= LEAST_WHOLE
            if whole or (long and enough and apart >= LEAST_RUNS):
                group = loose.groups[item]
                found.items[item] = True
                found.hits[document] += shared
                found.by_benchmark[document, index.benchmark_of[group]] += shared
                found.documents[group] += last[group] != document
                last[group] = document


@kernel
def runs_of(  # noqa: PLR0917 - compiled functions take arguments by position
    grams: Hashes, index: Index, runs: Int32, ends: Offsets, seen: Int32, document: int
) -> None:
    """Count for each item the runs of grams one after the other that it shares; `ends` is where its last one ends.

    A gram counts once: a formula that a document repeats is in one place of the item. `seen` is the last document that
    has each gram of the index.
    """
    for place in range(len(grams)):
        at = place_of(grams[place], index)
        if at >= 0 and seen[at] != document and index.item_starts[at + 1] - index.item_starts[at] <= COMMON:
            seen[at] = document
            for item in index.items[index.item_starts[at] : index.item_starts[at + 1]]:
                runs[item] += ends[item] < 0 or ends[item] != place - 1
                ends[item] = place


@kernel
def hits_of(grams: Hashes, index: Index) -> Hashes:
    """Where those grams are in the index that are in it and in few items, each once; uses up `grams`."""
    count = 0
    for gram in grams:
        at = place_of(gram, index)
        if at >= 0 and index.item_starts[at + 1] - index.item_starts[at] <= COMMON:
            grams[count] = np.uint64(at)
            count += 1
    some = grams[:count]
    sort(some)
    distinct = 0
    for at in range(count):
        if at == 0 or some[at] != some[distinct - 1]:
            some[distinct] = some[at]
            distinct += 1
    return some[:distinct]
