"""The annotate stage: one pass over the text, and no later stage needs to open it to judge it.

Features, language identification and contamination are parts of their own, so that another model or another list of
benchmarks makes only its own part anew.
"""

from collections.abc import Sequence
from pathlib import Path

from emma.annotate.config import AnnotateConfig
from emma.annotate.contamination import find_contamination, index_benchmarks, report_contamination
from emma.annotate.features import annotate_batch
from emma.annotate.identify import identify_shard, prepare_model
from emma.annotate.texts import read_batches
from emma.schemas import ANNOTATIONS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.shards import ShardWriter
from emma.work.work import StageOutput, Work


def annotate(section: AnnotateConfig, *, collect: Artifact, work: Work) -> StageOutput:
    """Measure every document. Returns the part `annotations`, shard for shard and row for row like `documents`.

    So are `contamination`, with `benchmarks.parquet` beside it, where the recipe names benchmarks, and `identified`
    where it names a language-identification model.
    """
    documents = collect.parts["documents"]
    parts = {"annotations": work.each(annotate_shard, documents)}
    if benchmarks := collect.parts.get("benchmarks"):
        parts["contamination"] = look_up_benchmarks(section, documents, benchmarks, work)
    if section.lid is not None:
        model = prepare_model(section.lid, collect, work)
        parts["identified"] = work.each(identify_shard, documents, model, section.lid)
    counts = {
        name: sum(shard.counts[name] for shard in parts["annotations"]) for name in ("rows_in", "rows_out", "bytes")
    }
    return StageOutput(counts, parts)


def annotate_shard(out: Path, documents: Artifact) -> dict[str, int]:
    """Write `annotations.parquet` for one shard of documents."""
    counts = {"rows_in": 0, "rows_out": 0, "bytes": 0}
    with ShardWriter(out / "annotations.parquet", ANNOTATIONS) as writer:
        for batch in read_batches(documents.file("documents.parquet"), ["text", "text2", "lang", "lang2"]):
            table = annotate_batch(batch)
            writer.add_table(table)
            counts["rows_in"] += batch.num_rows
            counts["bytes"] += table["bytes"].to_numpy().sum().item()
        counts["rows_out"] = writer.rows
    return counts


def look_up_benchmarks(
    section: AnnotateConfig, documents: Sequence[Artifact], benchmarks: Sequence[Artifact], work: Work
) -> list[Artifact]:
    """Look every document up in an index of the benchmarks, and write `benchmarks.parquet`."""
    size = (section.gram_words, section.gram_chars)
    index = work.gather(index_benchmarks, benchmarks, *size)
    parts = work.each(find_contamination, documents, index, *size)
    shards.write(work.out / "benchmarks.parquet", report_contamination(parts, index))
    return parts
