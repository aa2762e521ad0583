"""Writing the decisions: a selection row for every document, and counts of them for people."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.faults import Shard
from emma.curate.settle import OUTCOMES
from emma.curate.split import SPLITS
from emma.kernels.duplicates import Indices
from emma.schemas import SELECTION
from emma.store import shards
from emma.store.artifact import Artifact

KINDS = ("lang", "domain", "source")
LANGUAGES = pa.schema(
    [
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("source", pa.string()),
        ("outcome", pa.string()),  # a split or a drop reason
        ("documents", pa.int64()),
        ("bytes", pa.int64()),
    ]
)


def decide(out: Path, shard: tuple[Shard, int], settled: Artifact, sets: Artifact) -> dict[str, int]:
    """Write `selection.parquet` for one shard, whose first document has the number `shard[1]`, and `tally.parquet`."""
    (documents, annotations), start = shard
    table = shards.read(documents.file("documents.parquet"), ["id", *KINDS])
    mine = slice(start, start + table.num_rows)
    outcomes = np.load(settled.file("outcomes.npy"), mmap_mode="r")[mine]
    roots = np.load(sets.file("clusters.npy"), mmap_mode="r")[mine]
    selection = select(table["id"].combine_chunks(), outcomes, roots, shards.read(settled.file("clusters.parquet")))
    shards.write(out / "selection.parquet", selection)
    sizes = shards.read(annotations.file("annotations.parquet"), ["bytes"])["bytes"]
    shards.write(out / "tally.parquet", tally(table, outcomes, sizes))
    return count(outcomes)


def select(ids: pa.Array, outcomes: NDArray[np.uint8], roots: Indices, clusters: pa.Table) -> pa.Table:
    """The selection of some documents; who is in no cluster of `clusters` is one of its own."""
    named = clusters["root"].to_numpy()
    places = np.searchsorted(named, roots)
    there = np.append(named, -1)[places] == roots
    places = pa.array(np.where(there, places, 0), mask=~there)
    names, sizes = (clusters[name].combine_chunks().take(places) for name in ("cluster", "documents"))
    words = pa.array(OUTCOMES).take(pa.array(outcomes))
    kept = pa.array(outcomes < len(SPLITS))
    nothing = pa.scalar(None, pa.string())
    columns = [
        pc.if_else(kept, words, nothing),
        pc.if_else(kept, nothing, words),
        pc.coalesce(names, ids),
        pc.coalesce(sizes, pa.scalar(1, pa.int32())),
    ]
    return pa.table(columns, schema=SELECTION)


def tally(table: pa.Table, outcomes: NDArray[np.uint8], sizes: pa.ChunkedArray) -> pa.Table:
    """Documents and bytes by language, domain, source and outcome."""
    words = pa.array(OUTCOMES).take(pa.array(outcomes))
    ones = pa.array(np.ones(len(words), np.int64))
    columns = [*(table[name] for name in KINDS), words, ones, sizes]
    return add_up([pa.table(columns, schema=LANGUAGES)])


def add_up(tallies: Sequence[pa.Table]) -> pa.Table:
    """Several tallies as one, sorted."""
    keys = [*KINDS, "outcome"]
    grouped = pa.concat_tables([LANGUAGES.empty_table(), *tallies]).group_by(keys)
    total = grouped.aggregate([("documents", "sum"), ("bytes", "sum")])
    return total.rename_columns(LANGUAGES.names).cast(LANGUAGES).sort_by([(key, "ascending") for key in keys])


def count(outcomes: NDArray[np.uint8]) -> dict[str, int]:
    """Rows in, rows out and drops by reason; only reasons that occur."""
    counts = np.bincount(outcomes, minlength=len(OUTCOMES)).tolist()
    dropped = {f"dropped: {OUTCOMES[at]}": counts[at] for at in range(len(SPLITS), len(OUTCOMES)) if counts[at]}
    return {"rows_in": len(outcomes), "rows_out": sum(counts[: len(SPLITS)]), **dropped}


def sum_counts(all_counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The counts of several shards together."""
    names = dict.fromkeys(name for counts in all_counts for name in counts)
    return {name: sum(counts.get(name, 0) for counts in all_counts) for name in names}
