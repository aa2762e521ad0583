"""Decide over the whole corpus at once, as a few numbers a document: which documents stay, and in which split.

It is the one task that sees all documents: duplicates and clusters know no shards.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.duplicates.find import Copies
from emma.curate.quality.faults import NO_FAULT
from emma.curate.quality.rules import RULES
from emma.curate.splits.columns import AssignSettings, DocumentColumns, ShardFacts, check_languages, read_columns
from emma.curate.splits.split import split_documents
from emma.curate.withdraw import GONE, GONE_WITH_COPIES, OUT
from emma.kernels.sets import EXACT, NEAR, Indices
from emma.lang.coverage import OPTED_OUT, OTHER_LANGUAGE, REMOVED
from emma.schemas import SPLITS
from emma.store import shards
from emma.store.artifact import Artifact

BENCHMARK, NEAR_BENCHMARK = "benchmark", "near benchmark"
OUTCOMES = (
    *SPLITS,
    BENCHMARK,
    NEAR_BENCHMARK,
    "exact duplicate",
    "near duplicate",
    OTHER_LANGUAGE,
    *(rule.reason for rule in RULES),
    REMOVED,
    OPTED_OUT,
)
"""Outcomes of a document: a split, or a drop reason."""
OUTCOME_NUMBER = {name: place for place, name in enumerate(OUTCOMES)}
FIRST_FAULT = OUTCOME_NUMBER[RULES[0].reason]

CLUSTERS = pa.schema([("root", pa.int64()), ("cluster", pa.string()), ("documents", pa.int32())])
"""Clusters of more than one document: number and id of the first one, and how many there are."""


def assign_splits(out: Path, parts: tuple[ShardFacts, ...], sets: Artifact, settings: AssignSettings) -> dict[str, int]:
    """Write `outcomes.npy`, uint8, each document's place in OUTCOMES, and `clusters.parquet`.

    `parts` come in the order of their sources' priority, and so `sets` numbers the documents.
    """
    check_languages(parts, settings.languages)
    corpus = read_columns(parts, settings)
    clusters = np.load(sets.file("clusters.npy"))
    outcomes = drop_documents(corpus, sets)
    kept = outcomes < len(SPLITS)
    outcomes[kept] = split_kept(corpus, clusters, kept, settings)
    np.save(out / "outcomes.npy", outcomes)
    shards.write(out / "clusters.parquet", name_clusters(clusters, parts))
    return {"documents": len(outcomes), "kept": int(kept.sum())}


def drop_documents(corpus: DocumentColumns, sets: Artifact) -> NDArray[np.uint8]:
    """Outcomes before splitting, 0 for documents that are kept.

    What is in a benchmark goes first, with everything in its set of near duplicates: an item with a typo is still that
    item. Then what is in a language that the recipe does not keep, then what breaks a rule; and of the good, what
    resembles one that comes before it.
    A copy without its diacritics comes after all others. What somebody wants left out is left out whatever else it is.
    """
    near = np.load(sets.file("near.npy"))
    contaminated = np.zeros(len(near), np.bool_)
    contaminated[near[corpus.hits]] = True
    removed = find_removed(corpus.marks, near)
    good = ~contaminated[near] & (corpus.faults == NO_FAULT) & corpus.chosen & ~removed & (corpus.marks != OUT)
    copies, _ = Copies.of(sets).choose_survivors(corpus.langs, good)
    # Later lines overwrite earlier ones: the weightiest reason is written last.
    outcomes = np.zeros(len(near), np.uint8)
    outcomes[copies == EXACT] = OUTCOME_NUMBER["exact duplicate"]
    outcomes[copies == NEAR] = OUTCOME_NUMBER["near duplicate"]
    faulty = corpus.faults != NO_FAULT
    outcomes[faulty] = FIRST_FAULT + corpus.faults[faulty] - 1
    outcomes[~corpus.chosen] = OUTCOME_NUMBER[OTHER_LANGUAGE]
    outcomes[contaminated[near]] = OUTCOME_NUMBER[NEAR_BENCHMARK]
    outcomes[corpus.hits] = OUTCOME_NUMBER[BENCHMARK]
    outcomes[corpus.marks == OUT] = OUTCOME_NUMBER[OPTED_OUT]
    outcomes[removed] = OUTCOME_NUMBER[REMOVED]
    return outcomes


def find_removed(marks: NDArray[np.uint8], near: Indices) -> NDArray[np.bool_]:
    """Which documents are removed: those that are named, and the sets of near duplicates of those whose copies go."""
    with_copies = np.zeros(len(near), np.bool_)
    with_copies[near[marks == GONE_WITH_COPIES]] = True
    removed: NDArray[np.bool_] = (marks == GONE) | with_copies[near]
    return removed


def split_kept(
    corpus: DocumentColumns, clusters: Indices, kept: NDArray[np.bool_], settings: AssignSettings
) -> NDArray[np.uint8]:
    """The splits of the kept documents, in their order."""
    rows = np.flatnonzero(kept)
    roots, numbers = np.unique(clusters[rows], return_inverse=True)
    langs, sizes = corpus.langs[rows], corpus.bytes[rows]
    return split_documents(
        langs,
        sizes,
        numbers,
        corpus.order[roots],
        settings.hold_outs(),
        min_clusters=settings.min_split_documents,
        max_share=settings.max_held_out_share,
    )


def name_clusters(clusters: Indices, parts: tuple[ShardFacts, ...]) -> pa.Table:
    """The clusters of more than one document, by number, with the id of the first."""
    sizes = np.bincount(clusters)
    roots = np.flatnonzero(sizes > 1)
    names, start = [pa.array([], pa.string())], 0
    for documents, *_ in parts:
        ids = shards.read(documents.file("documents.parquet"), ["id"])["id"].combine_chunks()
        mine = roots[(roots >= start) & (roots < start + len(ids))] - start
        names.append(ids.take(pa.array(mine)))
        start += len(ids)
    ids = pa.chunked_array(names).combine_chunks()
    return pa.table([roots, ids, sizes[roots].astype(np.int32)], schema=CLUSTERS)
