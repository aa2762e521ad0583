"""All documents of the corpus as columns of a few numbers: what deciding over all of them at once needs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.splits.contamination import contaminated
from emma.kernels.arrow import buffers
from emma.kernels.sets import Indices
from emma.kernels.utf8 import Hashes, hash_bytes
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


def sorted_codes(chunks: list[pa.Array]) -> NDArray[np.int32]:
    """Each label's place among the sorted labels, int32 (n)."""
    encoded = pa.chunked_array(chunks).combine_chunks().dictionary_encode()
    places = np.argsort(np.argsort(np.array(encoded.dictionary.to_pylist(), dtype=np.str_))).astype(np.int32)
    codes: NDArray[np.int32] = places[encoded.indices.to_numpy()]
    return codes
