"""What benchmarks the corpus has met: who is dropped for it, and how much of each benchmark and language was hit."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.tallies import add_up, add_up_files
from emma.store import shards
from emma.store.artifact import Artifact

HITS = pa.schema(
    [
        ("benchmark", pa.string()),
        ("lang", pa.string()),  # of the document
        ("documents", pa.int64()),  # that share a gram with the benchmark
        ("dropped", pa.int64()),  # of these, for that reason
    ]
)
CONTAMINATED = pa.schema(
    [
        *HITS,
        ("items", pa.int64()),  # of the benchmark in this language
        ("items_hit", pa.int64()),  # that stand in the corpus
    ]
)
"""Documents and items meet in a row by language: the corpus' of documents, the benchmark's of items."""


def contaminated(contamination: Artifact | None, documents: int, grams: int, share: float) -> NDArray[np.bool_]:
    """Which documents of a shard share at least `grams` grams, and `share` of theirs, with benchmarks."""
    if contamination is None:
        return np.zeros(documents, np.bool_)
    table = shards.read(contamination.file("contamination.parquet"), ["benchmark_grams", "benchmark_share"])
    counts, shares = (table[name].fill_null(0).to_numpy() for name in table.column_names)
    found: NDArray[np.bool_] = (counts >= grams) & (shares >= share)
    return found


def count_hits(out: Path, shard: tuple[Artifact, Artifact, Artifact]) -> dict[str, int]:
    """Write `hits.parquet`: documents of one shard that met a benchmark, from documents, contamination, selection."""
    documents, contamination, selection = shard
    met = shards.read(contamination.file("contamination.parquet"), ["benchmarks"])["benchmarks"].combine_chunks()
    langs = shards.read(documents.file("documents.parquet"), ["lang"])["lang"]
    reasons = shards.read(selection.file("selection.parquet"), ["reason"])["reason"]
    rows = pc.list_parent_indices(met)
    dropped = pc.equal(reasons.take(rows), "benchmark").fill_null(False).cast(pa.int64())
    ones = pa.array(np.ones(len(rows), np.int64))
    found = pa.table([met.flatten(), langs.take(rows), ones, dropped], HITS.names)
    shards.write(out / "hits.parquet", add_up([found], HITS, 2))
    return {"rows": len(met)}


def report(hits: Sequence[Artifact], benchmarks: pa.Table | None) -> pa.Table:
    """`contamination.parquet`: a row for each benchmark and language that has items in it or documents that met it.

    `benchmarks` has the columns benchmark, lang, items and items_hit; None where there are none.
    """
    if benchmarks is None:
        return CONTAMINATED.empty_table()
    documents = add_up_files(hits, "hits.parquet", HITS, 2)
    keys = HITS.names[:2]
    joined = documents.join(benchmarks.select([*keys, "items", "items_hit"]), keys, join_type="full outer")
    filled = [joined[name] if name in keys else joined[name].fill_null(0) for name in CONTAMINATED.names]
    return pa.table(filled, CONTAMINATED.names).cast(CONTAMINATED).sort_by([(key, "ascending") for key in keys])
