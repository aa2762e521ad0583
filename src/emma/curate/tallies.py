"""Tables that count: those of shards add up to those of the corpus.

What benchmarks the corpus has met: who is dropped for it, and how much of each benchmark and language was hit."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.store import shards
from emma.store.artifact import Artifact

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
SCRIPTS = pa.schema(
    [
        ("lang", pa.string()),
        ("written", pa.string()),  # the script that most of its letters are in
        ("agrees", pa.bool_()),  # with the label
        ("documents", pa.int64()),
        ("bytes", pa.int64()),
    ]
)


def tally(keys: Sequence[pa.Array | pa.ChunkedArray], sizes: pa.ChunkedArray, schema: pa.Schema) -> pa.Table:
    """Documents and bytes by the columns that `schema` has before those two."""
    ones = pa.array(np.ones(len(sizes), np.int64))
    return add_up([pa.table([*keys, ones, sizes], schema=schema)], schema, 2)


def add_up(tables: Sequence[pa.Table], schema: pa.Schema, sums: int) -> pa.Table:
    """Tables of one schema as one: its last `sums` columns summed by the others, and sorted by these."""
    keys, counts = schema.names[:-sums], schema.names[-sums:]
    grouped = pa.concat_tables([schema.empty_table(), *(table.cast(schema) for table in tables)]).group_by(keys)
    total = grouped.aggregate([(name, "sum") for name in counts]).rename_columns(schema.names)
    return total.cast(schema).sort_by([(key, "ascending") for key in keys])


def add_up_files(parts: Iterable[Artifact], name: str, schema: pa.Schema, sums: int) -> pa.Table:
    """The same for a file that every part has."""
    return add_up([shards.read(part.file(name)) for part in parts], schema, sums)


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
