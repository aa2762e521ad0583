"""Contamination: documents that share text with a benchmark, found through an index of the benchmarks' grams.

The index says whose each gram is, by item, and by benchmark and language. Numbers of items are their rows in
`items.parquet`; a side of a pair is an item of its own.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.annotate.texts import Sides, join_sides, read_batches
from emma.kernels.gram_index import Index, make_index
from emma.kernels.grams import SHORT_GRAM, hash_item_grams, make_scale
from emma.kernels.overlap import Hits, ItemSizes, find_loose_overlap, find_overlap, make_hits
from emma.kernels.text import Hashes, buffers
from emma.lang.units import point_tables
from emma.schemas import CONTAMINATION
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.shards import ShardWriter

ITEMS = pa.schema([("benchmark", pa.string()), ("lang", pa.string()), ("item", pa.string())])
GROUPS = pa.schema([("benchmark", pa.string()), ("lang", pa.string()), ("items", pa.int64())])
"""The items of a benchmark in one language."""
ITEMS_HIT = pa.schema([*ITEMS, ("number", pa.int64())])
REPORT = pa.schema([*GROUPS, ("items_hit", pa.int64()), ("documents_hit", pa.int64())])


def index_benchmarks(out: Path, benchmarks: tuple[Artifact, ...], words: int, characters: int) -> dict[str, int]:
    """Write the index of all benchmark items: `items.parquet`, `groups.parquet`, and the arrays of an `Index`.

    `loose/` gets the arrays of an index of short grams, and `item_groups.npy`, int32, the group of each item.
    """
    items, groups, grams = write_index(out, benchmarks, words, characters)
    shards.write(out / "items.parquet", items)
    shards.write(out / "groups.parquet", groups)
    (out / "loose").mkdir()
    write_index(out / "loose", benchmarks, *SHORT_GRAM)
    return {"items": items.num_rows, "grams": grams}


def write_index(
    out: Path, benchmarks: tuple[Artifact, ...], words: int, characters: int
) -> tuple[pa.Table, pa.Table, int]:
    """Write the arrays of an index of all benchmark items in grams of this size, and `item_groups.npy`.

    Returns the items, their groups, and how many grams there are.
    """
    parts = [read_items(benchmark, words, characters) for benchmark in benchmarks]
    items = pa.concat_tables([ITEMS.empty_table(), *(table for table, _, _ in parts)])
    groups = items.group_by(["benchmark", "lang"]).aggregate([("item", "count")]).rename_columns(GROUPS.names)
    groups = groups.cast(GROUPS).sort_by([("benchmark", "ascending"), ("lang", "ascending")])
    hashes = np.concatenate([np.empty(0, np.uint64), *(hashes for _, hashes, _ in parts)])
    owners = np.repeat(
        np.arange(items.num_rows), np.concatenate([np.empty(0, np.int64), *(counts for _, _, counts in parts)])
    )
    names = benchmark_names(groups)
    benchmark_of = np.array([names.index(name) for name in groups["benchmark"].to_pylist()], np.int32)
    item_groups = find_groups(items, groups)
    index = make_index(hashes, owners, item_groups, benchmark_of)
    np.save(out / "item_groups.npy", item_groups)
    for name in Index._fields:
        np.save(out / f"{name}.npy", getattr(index, name))
    return items, groups, len(index.grams)


def read_items(benchmark: Artifact, words: int, characters: int) -> tuple[pa.Table, Hashes, NDArray[np.int64]]:
    """Read the items of one shard (ITEMS), the hashes of their grams, and how many grams each item has."""
    tables, hashes, counts = [ITEMS.empty_table()], [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    path = benchmark.file("documents.parquet")
    for batch in read_batches(path, ["id", "source", "text", "lang", "text2", "lang2"]):
        sides = Sides.of(batch)
        rows = pa.array(sides.rows)
        labels = pa.array([lang.label for lang in sides.langs], pa.string()).take(pa.array(sides.lang_of))
        tables.append(pa.table([batch["source"].take(rows), labels, batch["id"].take(rows)], schema=ITEMS))
        grams, starts = hash_item_grams(sides.data, sides.offsets, point_tables(), make_scale(words, characters))
        hashes.append(grams)
        counts.append(np.diff(starts))
    return pa.concat_tables(tables), np.concatenate(hashes), np.concatenate(counts)


def benchmark_names(groups: pa.Table) -> list[str]:
    """The benchmarks that have items, sorted; an index numbers them so."""
    return sorted(set(groups["benchmark"].to_pylist()))


def find_groups(items: pa.Table, groups: pa.Table) -> NDArray[np.int32]:
    """The row of `groups` to which each item belongs."""
    keys = [pc.binary_join_element_wise(table["benchmark"], table["lang"], "\n") for table in (items, groups)]
    rows: NDArray[np.int32] = pc.index_in(keys[0], keys[1]).to_numpy()
    return rows


def load_index(index: Artifact, folder: str = "") -> Index:
    """The index, mapped into memory; that of short grams from the folder `loose/`."""
    return Index(*(np.asarray(np.load(index.file(f"{folder}{name}.npy"), mmap_mode="r")) for name in Index._fields))


def load_short_index(index: Artifact) -> tuple[Index, ItemSizes]:
    """The index of short grams, and how many of them each item has."""
    short = load_index(index, "loose/")
    groups: NDArray[np.int32] = np.load(index.file("loose/item_groups.npy"))
    return short, ItemSizes(np.bincount(short.items, minlength=len(groups)), groups)


def find_contamination(out: Path, documents: Artifact, index: Artifact, words: int, characters: int) -> dict[str, int]:
    """Look the documents of one shard up in the index.

    Writes `contamination.parquet`, row for row like `documents`; `items.parquet`, the items found in this shard; and
    `groups.npy`, int64, how many of its documents share a gram with each group.
    """
    # Mapped into memory, so that all workers of a machine share one copy of the index.
    known, short, groups = load_index(index), load_short_index(index), shards.read(index.file("groups.parquet"))
    names = benchmark_names(groups)
    # An item is counted once however many documents have it, so hits are marked here and added up in the report.
    items, hit_groups = np.zeros(index.counts["items"], np.bool_), np.zeros(groups.num_rows, np.int64)
    with ShardWriter(out / "contamination.parquet", CONTAMINATION) as writer:
        for batch in read_batches(documents.file("documents.parquet"), ["text", "text2"]):
            data, offsets = buffers(join_sides(batch["text"], batch["text2"]))
            hits = make_hits(batch.num_rows, len(names), items, hit_groups)
            find_overlap(data, offsets, point_tables(), make_scale(words, characters), known, hits)
            # After the long grams: only documents without a hit are searched for corrupted copies.
            find_loose_overlap(data, offsets, point_tables(), make_scale(*SHORT_GRAM), *short, hits)
            writer.add_table(contamination_table(hits, names))
    numbers = pa.array(np.flatnonzero(items))
    table = shards.read(index.file("items.parquet")).take(numbers).append_column("number", numbers)
    shards.write(out / "items.parquet", table.cast(ITEMS_HIT))
    np.save(out / "groups.npy", hit_groups)
    return {"rows": writer.rows, "items": len(numbers)}


def contamination_table(hits: Hits, names: Sequence[str]) -> pa.Table:
    """The hits of a batch as a table (CONTAMINATION)."""
    rows, benchmarks = np.nonzero(hits.by_benchmark)
    starts = np.searchsorted(rows, np.arange(len(hits.grams) + 1))
    all_names = pa.array(names or [""], pa.string())
    return pa.table(
        {
            "benchmark": all_names.take(pa.array(hits.by_benchmark.argmax(axis=1), mask=hits.hits == 0)),
            "benchmark_grams": hits.hits,
            "benchmark_share": np.minimum(hits.hits / np.maximum(hits.grams, 1), 1).astype(np.float32),
            "benchmarks": pa.ListArray.from_arrays(pa.array(starts, pa.int32()), all_names.take(pa.array(benchmarks))),
        },
        schema=CONTAMINATION,
    )


def report_contamination(parts: Sequence[Artifact], index: Artifact) -> pa.Table:
    """Count the items of each benchmark and language that stand in the corpus, and the documents that share their text.

    `documents_hit` counts documents of any language; the language is the items'.
    """
    items, groups = (shards.read(index.file(f"{name}.parquet")) for name in ("items", "groups"))
    hit, documents = np.zeros(items.num_rows, np.bool_), np.zeros(groups.num_rows, np.int64)
    for part in parts:
        # Marked and not added up: an item that stands in several shards is one item.
        hit[shards.read(part.file("items.parquet"), ["number"])["number"].to_numpy()] = True
        documents += np.load(part.file("groups.npy"))
    by_group = np.bincount(find_groups(items, groups)[hit], minlength=groups.num_rows)
    table = groups.append_column("items_hit", pa.array(by_group)).append_column("documents_hit", pa.array(documents))
    return table.cast(REPORT)
