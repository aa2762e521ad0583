"""Which documents share text with a benchmark: an index of the benchmarks' grams, and every document looked up in it.

Numbers of items are theirs in the index's `items.parquet`; a side of a pair is an item of its own.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.annotate.sides import Sides
from emma.annotate.texts import both_sides, read_batches, unit_kinds
from emma.kernels.arrow import buffers
from emma.kernels.grams import Tables, item_grams, scale
from emma.kernels.overlap import Found, Index, look_up, make_filter
from emma.kernels.tables import fold
from emma.kernels.utf8 import Hashes
from emma.schemas import CONTAMINATION
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.shards import ShardWriter

ITEMS = pa.schema([("benchmark", pa.string()), ("lang", pa.string()), ("item", pa.string())])
GROUPS = pa.schema([("benchmark", pa.string()), ("lang", pa.string()), ("items", pa.int64())])
"""The items of a benchmark in one language."""
HITS = pa.schema([*ITEMS, ("number", pa.int64())])
REPORT = pa.schema([*GROUPS, ("items_hit", pa.int64()), ("documents_hit", pa.int64())])


def index_benchmarks(out: Path, benchmarks: tuple[Artifact, ...], words: int, characters: int) -> dict[str, int]:
    """Write the index of all benchmark items: `items.parquet`, `groups.parquet`, and the arrays of an `Index`."""
    found = [read_items(part, words, characters) for part in benchmarks]
    items = pa.concat_tables([ITEMS.empty_table(), *(table for table, _, _ in found)])
    groups = items.group_by(["benchmark", "lang"]).aggregate([("item", "count")]).rename_columns(GROUPS.names)
    groups = groups.cast(GROUPS).sort_by([("benchmark", "ascending"), ("lang", "ascending")])
    hashes = np.concatenate([np.empty(0, np.uint64), *(each for _, each, _ in found)])
    owners = np.repeat(np.arange(items.num_rows), np.concatenate([np.empty(0, np.int64), *(n for _, _, n in found)]))
    index = make_index(hashes, owners, group_of(items, groups), groups)
    for name in Index._fields:
        np.save(out / f"{name}.npy", getattr(index, name))
    shards.write(out / "items.parquet", items)
    shards.write(out / "groups.parquet", groups)
    return {"items": items.num_rows, "grams": len(index.grams)}


def read_items(benchmark: Artifact, words: int, characters: int) -> tuple[pa.Table, Hashes, NDArray[np.int64]]:
    """The items of one shard (ITEMS), the hashes of their grams, and how many grams each item has."""
    tables, hashes, counts = [ITEMS.empty_table()], [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    path = benchmark.file("documents.parquet")
    for batch in read_batches(path, ["id", "source", "text", "lang", "text2", "lang2"]):
        sides = Sides.of(batch)
        rows = pa.array(sides.rows)
        labels = pa.array(sides.labels, pa.string()).take(pa.array(sides.label_of))
        tables.append(pa.table([batch["source"].take(rows), labels, batch["id"].take(rows)], schema=ITEMS))
        grams, starts = item_grams(sides.data, sides.offsets, tables_by_point(), scale(words, characters))
        hashes.append(grams)
        counts.append(np.diff(starts))
    return pa.concat_tables(tables), np.concatenate(hashes), np.concatenate(counts)


def group_of(items: pa.Table, groups: pa.Table) -> NDArray[np.int32]:
    """The row of `groups` that each item is of."""
    keys = [pc.binary_join_element_wise(table["benchmark"], table["lang"], "\n") for table in (items, groups)]
    found: NDArray[np.int32] = pc.index_in(keys[0], keys[1]).to_numpy()
    return found


def make_index(hashes: Hashes, owners: NDArray[np.int64], group_by_item: NDArray[np.int32], groups: pa.Table) -> Index:
    """The index of grams, given the item of each."""
    grams, numbers = np.unique(hashes, return_inverse=True)
    benchmarks = groups["benchmark"].to_pylist()
    names = sorted(set(benchmarks))
    return Index(
        grams,
        make_filter(grams),
        *owners_by_gram(numbers, owners, len(grams)),
        *owners_by_gram(numbers, group_by_item[owners], len(grams)),
        np.array([names.index(name) for name in benchmarks], np.int32),
    )


def owners_by_gram(
    numbers: NDArray[np.int64], owners: NDArray[np.integer], grams: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where each gram's owners begin, int64 (grams + 1), and the owners, int32, each once a gram and ascending."""
    pairs = np.unique(np.stack([numbers, owners], axis=1), axis=0)
    return np.searchsorted(pairs[:, 0], np.arange(grams + 1)), pairs[:, 1].astype(np.int32)


@lru_cache(maxsize=1)
def tables_by_point() -> Tables:
    """What the kernels look up of each code point."""
    return Tables(fold(), unit_kinds())


def find_contamination(out: Path, documents: Artifact, index: Artifact, words: int, characters: int) -> dict[str, int]:
    """Look one shard up.

    Writes `contamination.parquet`, row for row like `documents`; `items.parquet`, the items found in this shard; and
    `groups.npy`, int64, how many of its documents share a gram with each group.
    """
    known, groups = load_index(index), shards.read(index.file("groups.parquet"))
    names = sorted(set(groups["benchmark"].to_pylist()))
    items, hit = np.zeros(index.counts["items"], np.bool_), np.zeros(groups.num_rows, np.int64)
    with ShardWriter(out / "contamination.parquet", CONTAMINATION) as writer:
        for batch in read_batches(documents.file("documents.parquet"), ["text", "text2"]):
            data, offsets = buffers(both_sides(batch["text"], batch["text2"]))
            found = room(batch.num_rows, len(names), items, hit)
            look_up(data, offsets, tables_by_point(), scale(words, characters), known, found)
            writer.add_table(columns(found, names))
    numbers = pa.array(np.flatnonzero(items))
    table = shards.read(index.file("items.parquet")).take(numbers).append_column("number", numbers)
    shards.write(out / "items.parquet", table.cast(HITS))
    np.save(out / "groups.npy", hit)
    return {"rows": writer.rows, "items": len(numbers)}


def load_index(index: Artifact) -> Index:
    """The index, mapped into memory."""
    return Index(*(np.asarray(np.load(index.file(f"{name}.npy"), mmap_mode="r")) for name in Index._fields))


def room(documents: int, benchmarks: int, items: NDArray[np.bool_], groups: NDArray[np.int64]) -> Found:
    """Where the findings on a batch go; `items` and `groups` are those of the whole shard."""
    grams, hits = np.zeros(documents, np.int32), np.zeros(documents, np.int32)
    return Found(grams, hits, np.zeros((documents, benchmarks), np.int32), items, groups)


def columns(found: Found, names: Sequence[str]) -> pa.Table:
    """The findings on a batch as a table (CONTAMINATION)."""
    rows, benchmarks = np.nonzero(found.by_benchmark)
    starts = np.searchsorted(rows, np.arange(len(found.grams) + 1))
    all_names = pa.array(names, pa.string())
    return pa.table(
        {
            "benchmark": all_names.take(pa.array(found.by_benchmark.argmax(axis=1), mask=found.hits == 0)),
            "benchmark_grams": found.hits,
            "benchmark_share": (found.hits / np.maximum(found.grams, 1)).astype(np.float32),
            "benchmarks": pa.ListArray.from_arrays(pa.array(starts, pa.int32()), all_names.take(pa.array(benchmarks))),
        },
        schema=CONTAMINATION,
    )


def report(found: Sequence[Artifact], index: Artifact) -> pa.Table:
    """How much of each benchmark and language stands in the corpus, and how many documents share text with it.

    `documents_hit` counts documents of any language; the language is the items'.
    """
    items, groups = (shards.read(index.file(f"{name}.parquet")) for name in ("items", "groups"))
    hit, documents = np.zeros(items.num_rows, np.bool_), np.zeros(groups.num_rows, np.int64)
    for part in found:
        hit[shards.read(part.file("items.parquet"), ["number"])["number"].to_numpy()] = True
        documents += np.load(part.file("groups.npy"))
    by_group = np.bincount(group_of(items, groups)[hit], minlength=groups.num_rows)
    table = groups.append_column("items_hit", pa.array(by_group)).append_column("documents_hit", pa.array(documents))
    return table.cast(REPORT)
