"""Decide over the whole corpus at once, as a few numbers a document: which documents stay, and in which split.

It is the one task that sees all documents: duplicates and clusters know no shards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.config.section import Settings
from emma.curate.config import CurateConfig
from emma.curate.duplicates.find import Copies
from emma.curate.quality.faults import NO_FAULT
from emma.curate.quality.rules import RULES
from emma.curate.removal.mark import GONE, GONE_WITH_COPIES, OUT
from emma.curate.splits.split import TEST, VALIDATION, HoldOut, split_documents
from emma.errors import RecipeError
from emma.kernels.sets import EXACT, NEAR, Indices
from emma.kernels.text import Hashes, buffers, hash_bytes
from emma.lang.coverage import OPTED_OUT, OTHER_LANGUAGE, REMOVED
from emma.schemas import SPLITS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.wording import suggest

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
MAX_HELD_OUT_SHARE = 0.1
"""Share of a language's bytes that test and validation may have together, where the recipe does not ask for more."""

CLUSTERS = pa.schema([("root", pa.int64()), ("cluster", pa.string()), ("documents", pa.int32())])
"""Clusters of more than one document: number and id of the first one, and how many there are."""

ShardFacts = tuple[Artifact, Artifact, Artifact, Artifact | None, Artifact | None]
"""Documents, annotations, faults, contamination where benchmarks were named and matter, and marks of what somebody
wants left out where anybody does."""


@dataclass(frozen=True)
class DocumentColumns:
    """All documents as columns, in the order of their sources' priority."""

    langs: NDArray[np.int32]
    """Places in the sorted list of labels (n)."""
    bytes: Indices
    faults: NDArray[np.uint8]
    hits: NDArray[np.bool_]
    """Which documents share text with a benchmark."""
    chosen: NDArray[np.bool_]
    """Which documents are in the languages that the recipe keeps, pairs on both sides."""
    marks: NDArray[np.uint8]
    """Whether somebody wants a document left out: see `removal.mark`."""
    order: Hashes
    """Hashes of the ids: by these it is drawn which documents are held out."""


class AssignSettings(Settings):
    """The part of the recipe section on which the splits of good documents depend."""

    languages: tuple[str, ...]
    benchmark_grams: int
    benchmark_share: float
    test_share: float
    test_bytes: int
    validation_share: float
    validation_bytes: int
    held_out_share: float | None
    min_split_documents: int
    seed: int

    @classmethod
    def of(cls, section: CurateConfig) -> "AssignSettings":
        """Take it from the whole section."""
        return cls(**section.model_dump(mode="json", include=set(cls.model_fields)))

    @property
    def max_held_out_share(self) -> float:
        """Largest share of a language's bytes in test and validation together."""
        both = self.test_share + self.validation_share
        return max(MAX_HELD_OUT_SHARE, both) if self.held_out_share is None else self.held_out_share

    def hold_outs(self) -> tuple[HoldOut, ...]:
        """The amounts to hold out for each split, test first: where there is little, a test matters more."""
        test = HoldOut(TEST, self.test_share, self.test_bytes)
        return test, HoldOut(VALIDATION, self.validation_share, self.validation_bytes)


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


def check_languages(parts: Sequence[ShardFacts], languages: Sequence[str]) -> None:
    """RecipeError where a language to keep has no document: its label may be misspelt."""
    found = set[str]()
    for documents, *_ in parts if languages else ():
        table = shards.read(documents.file("documents.parquet"), ["lang", "lang2"])
        found.update(*(table[name].unique().to_pylist() for name in table.column_names))
    for label in sorted({*languages} - found):
        hint = suggest(label, found - {None}, "`emma run RECIPE --until collect` shows them all.", cutoff=0.5)
        raise RecipeError(f"curate.languages: the sources have no document in {label}. {hint}")


def read_columns(parts: Sequence[ShardFacts], settings: AssignSettings) -> DocumentColumns:
    """Read the few columns that are needed of every shard."""
    langs, sizes, faults, hits, chosen, marks, order = [pa.array([], pa.string())], [], [], [], [], [], []
    for documents, annotations, fault, contamination, wishes in parts:
        table = shards.read(documents.file("documents.parquet"), ["id", "lang", "lang2"])
        order.append(hash_bytes(*buffers(table["id"].cast(pa.large_string()).combine_chunks()), settings.seed))
        langs += table["lang"].chunks
        sizes.append(shards.read(annotations.file("annotations.parquet"), ["bytes"])["bytes"].to_numpy())
        faults.append(np.load(fault.file("faults.npy")))
        hits.append(find_contaminated(contamination, len(table), settings))
        chosen.append(find_chosen(table, settings.languages))
        marks.append(np.zeros(len(table), np.uint8) if wishes is None else np.load(wishes.file("marks.npy")))
    # In the order of priority, in which `sets` numbers the documents as well.
    numbers = (np.concatenate(column) for column in (sizes, faults, hits, chosen, marks, order))
    return DocumentColumns(number_labels(langs), *numbers)


def find_contaminated(contamination: Artifact | None, documents: int, settings: AssignSettings) -> NDArray[np.bool_]:
    """Which documents of a shard share enough grams, and enough of theirs, with benchmarks."""
    if contamination is None:
        return np.zeros(documents, np.bool_)
    table = shards.read(contamination.file("contamination.parquet"), ["benchmark_grams", "benchmark_share"])
    counts, shares = (table[name].fill_null(0).to_numpy() for name in table.column_names)
    is_contaminated: NDArray[np.bool_] = (counts >= settings.benchmark_grams) & (shares >= settings.benchmark_share)
    return is_contaminated


def find_chosen(table: pa.Table, languages: Sequence[str]) -> NDArray[np.bool_]:
    """Which documents are in `languages`, of pairs both sides; all where there are none to choose from."""
    if not languages:
        return np.ones(len(table), np.bool_)
    sides = [pc.is_in(table[name], pa.array(languages)).to_numpy() for name in ("lang", "lang2")]
    is_chosen: NDArray[np.bool_] = sides[0] & (sides[1] | table["lang2"].is_null().to_numpy())
    return is_chosen


def number_labels(chunks: list[pa.Array]) -> NDArray[np.int32]:
    """Each label's place among the sorted labels, int32 (n)."""
    encoded = pa.chunked_array(chunks).combine_chunks().dictionary_encode()
    # Numbers follow the sorted labels and not their occurrence, since languages choose in the order of numbers.
    places = np.argsort(np.argsort(np.array(encoded.dictionary.to_pylist(), dtype=np.str_))).astype(np.int32)
    codes: NDArray[np.int32] = places[encoded.indices.to_numpy()]
    return codes


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
