"""Write the decisions: a selection row for every document, and counts of them for people."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.splits.assign import CLUSTERS, OUTCOME_NUMBER, OUTCOMES
from emma.curate.tallies import LANGUAGES, SCRIPTS, count_by, count_personal
from emma.kernels.sets import Indices
from emma.schemas import PERSONAL, SELECTION, SPLITS
from emma.store import shards
from emma.store.artifact import Artifact

KINDS = ("lang", "domain", "source")
ShardInputs = tuple[Artifact, Artifact, Artifact | None, int]
"""Documents, annotations, lines to leave out, and the number of the first document."""


def decide(out: Path, shard: ShardInputs, assigned: Artifact, sets: Artifact) -> dict[str, int]:
    """Write `selection.parquet` for one shard; of its documents `tally`, `scripts` and, of the kept, `personal`."""
    documents, annotations, lines, start = shard
    table = shards.read(documents.file("documents.parquet"), ["id", *KINDS])
    notes = shards.read(annotations.file("annotations.parquet"), ["bytes", "written", "script_agrees", *PERSONAL])
    mine = slice(start, start + table.num_rows)
    # Mapped: a shard needs its own rows of arrays that cover the corpus.
    outcomes = np.load(assigned.file("outcomes.npy"), mmap_mode="r")[mine]
    roots = np.load(sets.file("clusters.npy"), mmap_mode="r")[mine]
    selection = select_documents(
        table["id"].combine_chunks(), outcomes, roots, shards.read(assigned.file("clusters.parquet"))
    )
    shards.write(out / "selection.parquet", leave_out_lines(selection, lines))
    words = pa.array(OUTCOMES).take(pa.array(outcomes))
    shards.write(out / "tally.parquet", count_by([*(table[name] for name in KINDS), words], notes["bytes"], LANGUAGES))
    scripts = [table["lang"], notes["written"], notes["script_agrees"]]
    shards.write(out / "scripts.parquet", count_by(scripts, notes["bytes"], SCRIPTS))
    kept = pa.array(outcomes < len(SPLITS))
    shards.write(out / "personal.parquet", count_personal(table.filter(kept), notes.filter(kept)))
    return count_outcomes(outcomes)


def drop_shard(out: Path, shard: tuple[Artifact, Artifact], reason: str) -> dict[str, int]:
    """Write `selection.parquet` and `tally.parquet` for a shard of documents and annotations that is left out whole."""
    documents, annotations = shard
    table = shards.read(documents.file("documents.parquet"), ["id", *KINDS])
    sizes = shards.read(annotations.file("annotations.parquet"), ["bytes"])["bytes"]
    outcomes = np.full(len(table), OUTCOME_NUMBER[reason], np.uint8)
    empty = pa.table({"root": [], "cluster": [], "documents": []}, schema=CLUSTERS)
    nobody = np.full(len(table), -2, np.int64)  # in no cluster
    selection = select_documents(table["id"].combine_chunks(), outcomes, nobody, empty)
    shards.write(out / "selection.parquet", selection)
    words = pa.array([reason] * len(table), pa.string())
    shards.write(out / "tally.parquet", count_by([*(table[name] for name in KINDS), words], sizes, LANGUAGES))
    return count_outcomes(outcomes)


def select_documents(ids: pa.Array, outcomes: NDArray[np.uint8], roots: Indices, clusters: pa.Table) -> pa.Table:
    """The selection of some documents; a document in no cluster of `clusters` is one of its own."""
    known = clusters["root"].to_numpy()
    places = np.searchsorted(known, roots)
    there = np.append(known, -1)[places] == roots  # the one appended is for roots behind the last
    places = pa.array(np.where(there, places, 0), mask=~there)
    names, sizes = (clusters[name].combine_chunks().take(places) for name in ("cluster", "documents"))
    words = pa.array(OUTCOMES).take(pa.array(outcomes))
    kept = pa.array(outcomes < len(SPLITS))
    null = pa.scalar(None, pa.string())
    columns = [
        pc.if_else(kept, words, null),
        pc.if_else(kept, null, words),
        pc.coalesce(names, ids),
        pc.coalesce(sizes, pa.scalar(1, pa.int32())),
        pa.nulls(len(ids), SELECTION.field("drop_lines").type),
    ]
    return pa.table(columns, schema=SELECTION)


def leave_out_lines(selection: pa.Table, lines: Artifact | None) -> pa.Table:
    """The selection, with the lines to leave out of the documents that stay."""
    if lines is None:
        return selection
    dropped = shards.read(lines.file("drop_lines.parquet"))["drop_lines"].combine_chunks()
    kept = pc.is_valid(selection["split"]).combine_chunks()
    mine = pc.if_else(kept, dropped, pa.scalar(None, dropped.type))
    return selection.set_column(SELECTION.get_field_index("drop_lines"), "drop_lines", mine).cast(SELECTION)


def count_outcomes(outcomes: NDArray[np.uint8]) -> dict[str, int]:
    """Rows in, rows out, and drops by reason; only reasons that occur."""
    counts = np.bincount(outcomes, minlength=len(OUTCOMES)).tolist()
    dropped = {f"dropped: {OUTCOMES[at]}": counts[at] for at in range(len(SPLITS), len(OUTCOMES)) if counts[at]}
    return {"rows_in": len(outcomes), "rows_out": sum(counts[: len(SPLITS)]), **dropped}


def sum_counts(all_counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The counts of several shards together."""
    names = dict.fromkeys(name for counts in all_counts for name in counts)
    return {name: sum(counts.get(name, 0) for counts in all_counts) for name in names}
