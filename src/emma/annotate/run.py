"""The annotate stage: one pass over the text, and no later stage needs to open it to judge it."""

from pathlib import Path

import pyarrow as pa

from emma.annotate.config import AnnotateConfig
from emma.annotate.features import annotate_batch
from emma.schemas import ANNOTATIONS
from emma.store.artifact import Artifact
from emma.store.shards import ShardWriter, batches
from emma.work.work import Made, Work

BATCH = 1024
"""Rows measured at once: enough to keep the kernels busy, few enough that long documents fit in memory."""


def annotate(section: AnnotateConfig, *, collect: Artifact, work: Work) -> Made:  # noqa: ARG001 - has no settings
    """Measure every document. Returns the part `annotations`, shard for shard and row for row like `documents`."""
    shards = work.each(annotate_shard, collect.parts["documents"])
    counts = {name: sum(shard.counts[name] for shard in shards) for name in ("rows_in", "rows_out", "bytes")}
    return Made(counts, {"annotations": shards})


def annotate_shard(out: Path, documents: Artifact) -> dict[str, int]:
    """Write `annotations.parquet` for one shard of documents."""
    path = documents.file("documents.parquet")
    counts = {"rows_in": 0, "rows_out": 0, "bytes": 0}
    with ShardWriter(out / "annotations.parquet", ANNOTATIONS) as writer:
        for batch in batches(path, ["text", "text2", "lang", "lang2"]):
            starts = range(0, batch.num_rows, BATCH)
            table = pa.concat_tables([annotate_batch(batch.slice(start, BATCH)) for start in starts])
            writer.add_table(table)
            counts["rows_in"] += batch.num_rows
            counts["bytes"] += table["bytes"].to_numpy().sum().item()
        counts["rows_out"] = writer.rows
    return counts
