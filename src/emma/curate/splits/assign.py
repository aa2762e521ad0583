"""All documents of the corpus as columns of a few numbers: what deciding over all of them at once needs.

The one place that sees the whole corpus, as a few numbers a document: who survives, and who goes to which split."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.config.section import Settings
from emma.curate.config import CurateConfig
from emma.curate.duplicates.find import Copies
from emma.curate.quality.faults import NO_FAULT
from emma.curate.quality.rules import RULES
from emma.curate.splits.split import TEST, VALIDATION, Held, split
from emma.kernels.sets import EXACT, NEAR, Indices
from emma.kernels.text import Hashes, buffers, hash_bytes
from emma.schemas import SPLITS
from emma.store import shards
from emma.store.artifact import Artifact

ShardFacts = tuple[Artifact, Artifact, Artifact, Artifact | None]
"""Documents, annotations, faults, and contamination where benchmarks were named and matter."""


@dataclass(frozen=True)
class Corpus:
    """All documents as columns, in the order in which they are preferred."""

    langs: NDArray[np.int32]
    """Places in the sorted list of labels."""
    bytes: Indices
    faults: NDArray[np.uint8]
    hits: NDArray[np.bool_]
    """Which share text with a benchmark."""
    order: Hashes
    """Hashes of the ids."""


def read_corpus(parts: Sequence[ShardFacts], *, seed: int, grams: int, share: float) -> Corpus:
    """Read the few columns that are needed of every shard. For `grams` and `share` see `contaminated`."""
    langs, sizes, faults, hits, order = [pa.array([], pa.string())], [], [], [], []
    for documents, annotations, fault, contamination in parts:
        table = shards.read(documents.file("documents.parquet"), ["id", "lang"])
        order.append(hash_bytes(*buffers(table["id"].cast(pa.large_string()).combine_chunks()), seed))
        langs += table["lang"].chunks
        sizes.append(shards.read(annotations.file("annotations.parquet"), ["bytes"])["bytes"].to_numpy())
        faults.append(np.load(fault.file("faults.npy")))
        hits.append(contaminated(contamination, len(table), grams, share))
    return Corpus(
        sorted_codes(langs), np.concatenate(sizes), np.concatenate(faults), np.concatenate(hits), np.concatenate(order)
    )


def contaminated(contamination: Artifact | None, documents: int, grams: int, share: float) -> NDArray[np.bool_]:
    """Which documents of a shard share at least `grams` grams, and `share` of theirs, with benchmarks."""
    if contamination is None:
        return np.zeros(documents, np.bool_)
    table = shards.read(contamination.file("contamination.parquet"), ["benchmark_grams", "benchmark_share"])
    counts, shares = (table[name].fill_null(0).to_numpy() for name in table.column_names)
    found: NDArray[np.bool_] = (counts >= grams) & (shares >= share)
    return found


def sorted_codes(chunks: list[pa.Array]) -> NDArray[np.int32]:
    """Each label's place among the sorted labels, int32 (n)."""
    encoded = pa.chunked_array(chunks).combine_chunks().dictionary_encode()
    places = np.argsort(np.argsort(np.array(encoded.dictionary.to_pylist(), dtype=np.str_))).astype(np.int32)
    codes: NDArray[np.int32] = places[encoded.indices.to_numpy()]
    return codes


BENCHMARK, NEAR_BENCHMARK = "benchmark", "near benchmark"
OUTCOMES = (
    *SPLITS,
    BENCHMARK,
    NEAR_BENCHMARK,
    "exact duplicate",
    "near duplicate",
    *(rule.reason for rule in RULES),
)
"""What may become of a document: a split, or a drop reason."""
PLACE = {name: place for place, name in enumerate(OUTCOMES)}
FAULTY = PLACE[RULES[0].reason]
MOST_HELD = 0.1
"""Share of a language's bytes that test and validation may have together, where the recipe does not ask for more."""

CLUSTERS = pa.schema([("root", pa.int64()), ("cluster", pa.string()), ("documents", pa.int32())])
"""Clusters of more than one document: number and id of the first one, and how many there are."""


class SettleSettings(Settings):
    """The part of the recipe section that the fate of good documents depends on."""

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
    def of(cls, section: CurateConfig) -> "SettleSettings":
        """Take it from the whole section."""
        return cls(**section.model_dump(mode="json", include=set(cls.model_fields)))

    @property
    def most_held(self) -> float:
        """Share of a language's bytes in test and validation together, at most."""
        asked = self.test_share + self.validation_share
        return max(MOST_HELD, asked) if self.held_out_share is None else self.held_out_share

    def held(self) -> tuple[Held, ...]:
        """What to hold out, test first."""
        test = Held(TEST, self.test_share, self.test_bytes)
        return test, Held(VALIDATION, self.validation_share, self.validation_bytes)


def settle(out: Path, parts: tuple[ShardFacts, ...], sets: Artifact, settings: SettleSettings) -> dict[str, int]:
    """Write `outcomes.npy`, uint8, each document's place in OUTCOMES, and `clusters.parquet`.

    `parts` come in the order of their sources' priority, and so `sets` numbers the documents.
    """
    grams, share = settings.benchmark_grams, settings.benchmark_share
    corpus = read_corpus(parts, seed=settings.seed, grams=grams, share=share)
    clusters = np.load(sets.file("clusters.npy"))
    outcomes = drop(corpus, sets)
    kept = outcomes < len(SPLITS)
    outcomes[kept] = split_kept(corpus, clusters, kept, settings)
    np.save(out / "outcomes.npy", outcomes)
    shards.write(out / "clusters.parquet", name_clusters(clusters, parts))
    return {"documents": len(outcomes), "kept": int(kept.sum())}


def drop(corpus: Corpus, sets: Artifact) -> NDArray[np.uint8]:
    """Outcomes before splitting, 0 for who is kept.

    First goes what is in a benchmark, with everything in its set of near duplicates: an item with a typo is still that
    item. Then what breaks a rule; and of the good, what resembles one that comes before it.
    A copy without its diacritics comes after all others.
    """
    near = np.load(sets.file("near.npy"))
    tainted = np.zeros(len(near), np.bool_)
    tainted[near[corpus.hits]] = True
    good = ~tainted[near] & (corpus.faults == NO_FAULT)
    fates, _ = Copies.of(sets).survivors(corpus.langs, good)
    outcomes = np.zeros(len(near), np.uint8)
    outcomes[fates == EXACT] = PLACE["exact duplicate"]
    outcomes[fates == NEAR] = PLACE["near duplicate"]
    faulty = corpus.faults != NO_FAULT
    outcomes[faulty] = FAULTY + corpus.faults[faulty] - 1
    outcomes[tainted[near]] = PLACE[NEAR_BENCHMARK]
    outcomes[corpus.hits] = PLACE[BENCHMARK]
    return outcomes


def split_kept(
    corpus: Corpus, clusters: Indices, kept: NDArray[np.bool_], settings: SettleSettings
) -> NDArray[np.uint8]:
    """The splits of the kept documents, in their order."""
    rows = np.flatnonzero(kept)
    roots, numbers = np.unique(clusters[rows], return_inverse=True)
    langs, sizes = corpus.langs[rows], corpus.bytes[rows]
    enough, share = settings.min_split_documents, settings.most_held
    return split(langs, sizes, numbers, corpus.order[roots], settings.held(), enough=enough, share=share)


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
