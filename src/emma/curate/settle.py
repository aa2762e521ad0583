"""The one place that sees the whole corpus, as a few numbers a document: who survives, and who goes to which split."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.config import CurateConfig
from emma.curate.faults import NO_FAULT
from emma.curate.rules import RULES
from emma.curate.split import SPLITS, TEST, VALIDATION, Held, split
from emma.kernels.arrow import buffers
from emma.kernels.duplicates import Indices, first_allowed
from emma.kernels.utf8 import Hashes, hash_bytes
from emma.section import Settings
from emma.store import shards
from emma.store.artifact import Artifact

OUTCOMES = (*SPLITS, "exact duplicate", "near duplicate", *(rule.reason for rule in RULES))
"""What may become of a document: a split, or a drop reason."""
EXACT, NEAR, FAULTY = len(SPLITS), len(SPLITS) + 1, len(SPLITS) + 2

CLUSTERS = pa.schema([("root", pa.int64()), ("cluster", pa.string()), ("documents", pa.int32())])
"""Clusters of more than one document: number and id of the first one, and how many there are."""

ShardFacts = tuple[Artifact, Artifact, Artifact]
"""Documents, annotations and faults."""


class SplitSettings(Settings):
    """The part of the recipe section that splits depend on."""

    test_share: float
    test_bytes: int
    validation_share: float
    validation_bytes: int
    min_split_documents: int
    seed: int

    @classmethod
    def of(cls, section: CurateConfig) -> "SplitSettings":
        """Take it from the whole section."""
        return cls(**section.model_dump(mode="json", include=set(cls.model_fields)))

    def held(self) -> tuple[Held, ...]:
        """What to hold out, test first."""
        test = Held(TEST, self.test_share, self.test_bytes)
        return test, Held(VALIDATION, self.validation_share, self.validation_bytes)


@dataclass(frozen=True)
class Corpus:
    """All documents as columns, in order."""

    langs: NDArray[np.int32]
    """Places in the sorted list of labels."""
    bytes: Indices
    faults: NDArray[np.uint8]
    order: Hashes
    """Hashes of the ids."""


def settle(out: Path, parts: tuple[ShardFacts, ...], sets: Artifact, settings: SplitSettings) -> dict[str, int]:
    """Write `outcomes.npy`, uint8, each document's place in OUTCOMES, and `clusters.parquet`."""
    corpus = read_corpus(parts, settings.seed)
    clusters = np.load(sets.file("clusters.npy"))
    outcomes = drop_duplicates(corpus.faults, np.load(sets.file("exact.npy")), np.load(sets.file("near.npy")))
    kept = outcomes < len(SPLITS)
    outcomes[kept] = split_kept(corpus, clusters, kept, settings)
    np.save(out / "outcomes.npy", outcomes)
    shards.write(out / "clusters.parquet", name_clusters(clusters, parts))
    return {"documents": len(outcomes), "kept": int(kept.sum())}


def read_corpus(parts: tuple[ShardFacts, ...], seed: int) -> Corpus:
    """Read the few columns that are needed of every shard."""
    langs, sizes, faults, order = [pa.array([], pa.string())], [], [], []
    for documents, annotations, fault in parts:
        table = shards.read(documents.file("documents.parquet"), ["id", "lang"])
        order.append(hash_bytes(*buffers(table["id"].cast(pa.large_string()).combine_chunks()), seed))
        langs += table["lang"].chunks
        sizes.append(shards.read(annotations.file("annotations.parquet"), ["bytes"])["bytes"].to_numpy())
        faults.append(np.load(fault.file("faults.npy")))
    return Corpus(sorted_codes(langs), np.concatenate(sizes), np.concatenate(faults), np.concatenate(order))


def sorted_codes(chunks: list[pa.Array]) -> NDArray[np.int32]:
    """Each label's place among the sorted labels, int32 (n)."""
    encoded = pa.chunked_array(chunks).combine_chunks().dictionary_encode()
    places = np.argsort(np.argsort(np.array(encoded.dictionary.to_pylist(), dtype=np.str_))).astype(np.int32)
    codes: NDArray[np.int32] = places[encoded.indices.to_numpy()]
    return codes


def drop_duplicates(faults: NDArray[np.uint8], exact: Indices, near: Indices) -> NDArray[np.uint8]:
    """Outcomes before splitting: 0 for who is kept, the first good document of each set of duplicates."""
    numbers, good = np.arange(len(faults)), faults == NO_FAULT
    outcomes = np.zeros(len(faults), np.uint8)
    outcomes[good & (first_allowed(near, good) != numbers)] = NEAR
    outcomes[good & (first_allowed(exact, good) != numbers)] = EXACT
    outcomes[~good] = FAULTY + faults[~good] - 1
    return outcomes


def split_kept(
    corpus: Corpus, clusters: Indices, kept: NDArray[np.bool_], settings: SplitSettings
) -> NDArray[np.uint8]:
    """The splits of the kept documents, in their order."""
    rows = np.flatnonzero(kept)
    roots, numbers = np.unique(clusters[rows], return_inverse=True)
    langs, sizes = corpus.langs[rows], corpus.bytes[rows]
    return split(langs, sizes, numbers, corpus.order[roots], settings.held(), enough=settings.min_split_documents)


def name_clusters(clusters: Indices, parts: tuple[ShardFacts, ...]) -> pa.Table:
    """The clusters of more than one document, by number, with the id of the first."""
    sizes = np.bincount(clusters)
    roots = np.flatnonzero(sizes > 1)
    names, start = [pa.array([], pa.string())], 0
    for documents, _, _ in parts:
        ids = shards.read(documents.file("documents.parquet"), ["id"])["id"].combine_chunks()
        mine = roots[(roots >= start) & (roots < start + len(ids))] - start
        names.append(ids.take(pa.array(mine)))
        start += len(ids)
    ids = pa.chunked_array(names).combine_chunks()
    return pa.table([roots, ids, sizes[roots].astype(np.int32)], schema=CLUSTERS)
