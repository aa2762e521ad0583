"""Which documents share grams with benchmark items: looking documents up in an index of the items' grams."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.gram_index import Index, Int32, find_gram
from emma.kernels.grams import PointTables, Scale, hash_grams, make_units, split_units
from emma.kernels.text import Bytes, Hashes, Offsets, decode, longest, sort

MIN_RUNS, MIN_SHARE = 2, 0.1
"""Runs of short grams of one item that a document must share, and the share of the item's grams that are in them. One
run is a quotation."""
MIN_ITEM_GRAMS = 8
"""Short grams of an item below which it is a phrase, which anybody may use: twelve words have eight."""
MIN_WHOLE_GRAMS = 4
"""Short grams of an item from which it is no quotation where all of it is there: eight words have four."""
MAX_ITEMS = 20
"""Items in which a short gram may be; one in more is a turn of phrase."""


class Hits(NamedTuple):
    """Counts of what documents share with items: each document's grams (n), those in any item (n), and those in each
    benchmark (n, b), all int32; whether each item was found (items); the documents that share a gram with each group
    (groups)."""

    grams: Int32
    hits: Int32
    by_benchmark: Int32
    items: NDArray[np.bool_]
    documents: Offsets


def make_hits(documents: int, benchmarks: int, items: NDArray[np.bool_], groups: NDArray[np.int64]) -> Hits:
    """Empty arrays for the hits of a batch; `items` and `groups` are added up over the whole shard."""
    grams, hits = np.zeros(documents, np.int32), np.zeros(documents, np.int32)
    return Hits(grams, hits, np.zeros((documents, max(1, benchmarks)), np.int32), items, groups)


class ItemSizes(NamedTuple):
    """The number of grams of each item in an index of short grams, int64 (items), and its group, int32 (items)."""

    sizes: Offsets
    groups: Int32


class LastCounted(NamedTuple):
    """The last places that were counted, so that nothing counts twice: the document of each group, and the number of
    the gram of each benchmark in the document at hand."""

    document: Offsets
    gram: Offsets


@kernel
def count_hit(at: int, document: int, index: Index, hits: Hits, last: LastCounted) -> None:
    """Count the gram at `at` of the index as found in a document."""
    hits.hits[document] += 1
    for place in range(index.item_starts[at], index.item_starts[at + 1]):
        hits.items[index.items[place]] = True
    for place in range(index.group_starts[at], index.group_starts[at + 1]):
        group = index.groups[place]
        benchmark = index.benchmark_of[group]
        if last.document[group] != document:
            last.document[group] = document
            hits.documents[group] += 1
        if last.gram[benchmark] != hits.hits[document]:
            last.gram[benchmark] = hits.hits[document]
            hits.by_benchmark[document, benchmark] += 1


@kernel
def find_overlap(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes, offsets: Offsets, tables: PointTables, scale: Scale, index: Index, hits: Hits
) -> None:
    """Fill `hits`, which is zero, for every document of `data` and `offsets`; short lines count as grams."""
    groups, benchmarks = len(hits.documents), hits.by_benchmark.shape[1]
    room, last = longest(offsets), LastCounted(np.full(groups, -1), np.empty(benchmarks, np.int64))
    points, units, grams = np.empty(room, np.uint32), make_units(room), np.empty(2 * room + 1, np.uint64)
    for document in range(len(offsets) - 1):
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        count = hash_grams(units, split_units(text, tables.fold, tables.kinds, units), scale, True, grams)
        hits.grams[document] = count
        # 0 is no number of a gram: hits are counted from 1.
        last.gram[:] = 0
        for gram in grams[:count]:
            at = find_gram(gram, index)
            if at >= 0:
                count_hit(at, document, index, hits, last)


@kernel
def find_loose_overlap(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes, offsets: Offsets, tables: PointTables, scale: Scale, index: Index, items: ItemSizes, hits: Hits
) -> None:
    """Add to `hits` the items of which a document without any hit has MIN_RUNS runs and MIN_SHARE of their grams.

    `index` has short grams. Each alone is no evidence, but several of one item here and there are, a copy in which
    words were left out or changed; and so are all of an item that is too short for any hit.
    """
    room, last = longest(offsets), np.full(len(hits.documents), -1)
    points, units, grams = np.empty(room, np.uint32), make_units(room), np.empty(2 * room + 1, np.uint64)
    # Arrays as long as the items, cleared where a document touched them: a document meets few of many items.
    counts, touched = np.zeros(len(hits.items), np.int32), np.empty(len(hits.items), np.int64)
    runs, ends = np.zeros(len(hits.items), np.int32), np.full(len(hits.items), -1)
    seen = np.full(len(index.grams), -1, np.int32)
    for document in range(len(offsets) - 1):
        if hits.hits[document]:
            continue
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        count = hash_grams(units, split_units(text, tables.fold, tables.kinds, units), scale, False, grams)
        count_runs(grams[:count], index, runs, ends, seen, document)
        touched_items = 0
        for at in find_rare_grams(grams[:count], index):
            for item in index.items[index.item_starts[at] : index.item_starts[at + 1]]:
                if counts[item] == 0:
                    touched[touched_items] = item
                    touched_items += 1
                counts[item] += 1
        for item in touched[:touched_items]:
            shared, apart = counts[item], runs[item]
            counts[item], runs[item], ends[item] = 0, 0, -1
            long, enough = items.sizes[item] >= MIN_ITEM_GRAMS, shared >= MIN_SHARE * items.sizes[item]
            whole = shared == items.sizes[item] >= MIN_WHOLE_GRAMS
            if whole or (long and enough and apart >= MIN_RUNS):
                group = items.groups[item]
                hits.items[item] = True
                hits.hits[document] += shared
                hits.by_benchmark[document, index.benchmark_of[group]] += shared
                hits.documents[group] += last[group] != document
                last[group] = document


@kernel
def count_runs(  # noqa: PLR0917 - compiled functions take arguments by position
    grams: Hashes, index: Index, runs: Int32, ends: Offsets, seen: Int32, document: int
) -> None:
    """Count for each item the runs of grams one after the other that it shares; `ends` is where its last one ends.

    A gram counts once: a formula that a document repeats is in one place of the item. `seen` is the last document that
    has each gram of the index.
    """
    for place in range(len(grams)):
        at = find_gram(grams[place], index)
        if at >= 0 and seen[at] != document and index.item_starts[at + 1] - index.item_starts[at] <= MAX_ITEMS:
            seen[at] = document
            for item in index.items[index.item_starts[at] : index.item_starts[at + 1]]:
                runs[item] += ends[item] < 0 or ends[item] != place - 1
                ends[item] = place


@kernel
def find_rare_grams(grams: Hashes, index: Index) -> Hashes:
    """Find the places in the index of those grams that are in it and in few items, each once; uses up `grams`."""
    count = 0
    for gram in grams:
        at = find_gram(gram, index)
        if at >= 0 and index.item_starts[at + 1] - index.item_starts[at] <= MAX_ITEMS:
            grams[count] = np.uint64(at)
            count += 1
    places = grams[:count]
    sort(places)
    distinct = 0
    for at in range(count):
        if at == 0 or places[at] != places[distinct - 1]:
            places[distinct] = places[at]
            distinct += 1
    return places[:distinct]
