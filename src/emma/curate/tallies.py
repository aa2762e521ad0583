"""Count documents for people: by language and outcome, by script, and by benchmark that they share text with.

Tables of shards add up to those of the corpus.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.schemas import PERSONAL
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
PERSONAL_DATA = pa.schema(
    [
        ("lang", pa.string()),
        ("source", pa.string()),
        ("documents", pa.int64()),  # that are kept
        ("affected", pa.int64()),  # of these, with personal data of any kind
        *((name, pa.int64()) for name in PERSONAL),
    ]
)
HITS = pa.schema(
    [
        ("benchmark", pa.string()),
        ("lang", pa.string()),  # of the document
        ("documents", pa.int64()),  # that share a gram with the benchmark
        ("dropped", pa.int64()),  # of these, for that reason
    ]
)
CONTAMINATION_REPORT = pa.schema(
    [
        *HITS,
        ("items", pa.int64()),  # of the benchmark in this language
        ("items_hit", pa.int64()),  # that stand in the corpus
    ]
)
"""A row joins documents of the corpus and items of the benchmark that have the same language."""


def count_by(keys: Sequence[pa.Array | pa.ChunkedArray], sizes: pa.ChunkedArray, schema: pa.Schema) -> pa.Table:
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
    """Add up a file that every part has, as `add_up` does."""
    return add_up([shards.read(part.file(name)) for part in parts], schema, sums)


def count_personal(documents: pa.Table, notes: pa.Table) -> pa.Table:
    """Personal data by language and source (PERSONAL_DATA), from documents and their annotations, row for row."""
    counts = [notes[name].to_numpy().astype(np.int64) for name in PERSONAL]
    affected = np.any(counts, axis=0).astype(np.int64)
    ones = np.ones(len(documents), np.int64)
    table = pa.table([documents["lang"], documents["source"], ones, affected, *counts], schema=PERSONAL_DATA)
    return add_up([table], PERSONAL_DATA, 2 + len(PERSONAL))


def count_hits(out: Path, shard: tuple[Artifact, Artifact, Artifact]) -> dict[str, int]:
    """Write `hits.parquet`: documents that share text with each benchmark, from documents, contamination, selection."""
    documents, contamination, selection = shard
    column = shards.read(contamination.file("contamination.parquet"), ["benchmarks"])["benchmarks"]
    benchmarks = column.combine_chunks()
    langs = shards.read(documents.file("documents.parquet"), ["lang"])["lang"]
    reasons = shards.read(selection.file("selection.parquet"), ["reason"])["reason"]
    rows = pc.list_parent_indices(benchmarks)
    dropped = pc.equal(reasons.take(rows), "benchmark").fill_null(False).cast(pa.int64())
    ones = pa.array(np.ones(len(rows), np.int64))
    hits = pa.table([benchmarks.flatten(), langs.take(rows), ones, dropped], HITS.names)
    shards.write(out / "hits.parquet", add_up([hits], HITS, 2))
    return {"rows": len(benchmarks)}


def report_contamination(hits: Sequence[Artifact], benchmarks: pa.Table | None) -> pa.Table:
    """`contamination.parquet`: a row for each benchmark and each language of its items or of documents that share text.

    `benchmarks` has the columns benchmark, lang, items and items_hit; None where there are none.
    """
    if benchmarks is None:
        return CONTAMINATION_REPORT.empty_table()
    documents = add_up_files(hits, "hits.parquet", HITS, 2)
    keys = HITS.names[:2]
    # Outer: documents may be in languages of which a benchmark has no item, and the other way round.
    joined = documents.join(benchmarks.select([*keys, "items", "items_hit"]), keys, join_type="full outer")
    filled = [joined[name] if name in keys else joined[name].fill_null(0) for name in CONTAMINATION_REPORT.names]
    return (
        pa.table(filled, CONTAMINATION_REPORT.names)
        .cast(CONTAMINATION_REPORT)
        .sort_by([(key, "ascending") for key in keys])
    )
