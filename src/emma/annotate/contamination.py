"""Which documents share text with a benchmark: every document looked up in the index of the benchmarks' grams."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.annotate.benchmarks import (
    GROUPS,
    ITEMS,
    SHORT,
    benchmark_names,
    group_of,
    load_index,
    load_loose,
    tables_by_point,
)
from emma.annotate.texts import both_sides, read_batches
from emma.kernels.arrow import buffers
from emma.kernels.grams import scale
from emma.kernels.overlap import Found, look_up, look_up_loosely
from emma.schemas import CONTAMINATION
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.shards import ShardWriter

HITS = pa.schema([*ITEMS, ("number", pa.int64())])
REPORT = pa.schema([*GROUPS, ("items_hit", pa.int64()), ("documents_hit", pa.int64())])


def find_contamination(out: Path, documents: Artifact, index: Artifact, words: int, characters: int) -> dict[str, int]:
    """Look one shard up.

    Writes `contamination.parquet`, row for row like `documents`; `items.parquet`, the items found in this shard; and
    `groups.npy`, int64, how many of its documents share a gram with each group.
    """
    known, short, groups = load_index(index), load_loose(index), shards.read(index.file("groups.parquet"))
    names = benchmark_names(groups)
    items, hit = np.zeros(index.counts["items"], np.bool_), np.zeros(groups.num_rows, np.int64)
    with ShardWriter(out / "contamination.parquet", CONTAMINATION) as writer:
        for batch in read_batches(documents.file("documents.parquet"), ["text", "text2"]):
            data, offsets = buffers(both_sides(batch["text"], batch["text2"]))
            found = room(batch.num_rows, len(names), items, hit)
            look_up(data, offsets, tables_by_point(), scale(words, characters), known, found)
            look_up_loosely(data, offsets, tables_by_point(), scale(*SHORT), *short, found)
            writer.add_table(columns(found, names))
    numbers = pa.array(np.flatnonzero(items))
    table = shards.read(index.file("items.parquet")).take(numbers).append_column("number", numbers)
    shards.write(out / "items.parquet", table.cast(HITS))
    np.save(out / "groups.npy", hit)
    return {"rows": writer.rows, "items": len(numbers)}


def room(documents: int, benchmarks: int, items: NDArray[np.bool_], groups: NDArray[np.int64]) -> Found:
    """Where the findings on a batch go; `items` and `groups` are those of the whole shard."""
    grams, hits = np.zeros(documents, np.int32), np.zeros(documents, np.int32)
    return Found(grams, hits, np.zeros((documents, max(1, benchmarks)), np.int32), items, groups)


def columns(found: Found, names: Sequence[str]) -> pa.Table:
    """The findings on a batch as a table (CONTAMINATION)."""
    rows, benchmarks = np.nonzero(found.by_benchmark)
    starts = np.searchsorted(rows, np.arange(len(found.grams) + 1))
    all_names = pa.array(names or [""], pa.string())
    return pa.table(
        {
            "benchmark": all_names.take(pa.array(found.by_benchmark.argmax(axis=1), mask=found.hits == 0)),
            "benchmark_grams": found.hits,
            "benchmark_share": np.minimum(found.hits / np.maximum(found.grams, 1), 1).astype(np.float32),
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
