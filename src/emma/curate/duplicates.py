"""Duplicates: exact ones share the hash of their normalised text, near ones are found by MinHash bands and verified.

Documents are numbered through all shards in order. A map writes keys into hash buckets, a reduce finds the pairs of
one bucket, and connected components join the pairs of all. Nothing here knows what was dropped for its quality, and
only the reduce knows the threshold.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.faults import Shard
from emma.kernels.arrow import buffers
from emma.kernels.duplicates import Indices, Signatures, band_keys, connect, near_pairs
from emma.kernels.utf8 import Hashes, hash_bytes
from emma.schemas import PERMUTATIONS
from emma.store import shards
from emma.store.artifact import Artifact

BAND_ROWS = 8
"""112 permutations make 14 bands of 8: half of the pairs at Jaccard 0.69 become candidates, 92 % at 0.8."""
CHUNK = 65_536
"""Keys whose signatures are in memory at once: 29 MB."""
NAMES = ("exact", "near", "clusters")
"""Kinds of sets: exact duplicates within a language, exact or near ones within it, and over all languages."""

KEYS = pa.schema([("key", pa.uint64()), ("row", pa.int64()), ("exact", pa.bool_())])
PAIRS = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("exact", pa.bool_()), ("same_lang", pa.bool_())])


def scatter_keys(out: Path, shard: Shard, buckets: int) -> dict[str, int]:
    """Write a shard's keys to `0000.parquet`…, and what verifying needs: `signatures.npy` and `languages.npy`."""
    documents, annotations = shard
    table = shards.read(annotations.file("annotations.parquet"), ["exact_hash", "minhash"])
    signatures = table["minhash"].combine_chunks().flatten().to_numpy().reshape(-1, PERMUTATIONS)
    np.save(out / "signatures.npy", signatures)
    np.save(out / "languages.npy", hash_labels(shards.read(documents.file("documents.parquet"), ["lang"])["lang"]))
    bands, count = band_keys(signatures, BAND_ROWS), len(signatures)
    keys = np.concatenate([bands.ravel(), table["exact_hash"].to_numpy()])
    rows = np.concatenate([np.repeat(np.arange(count), bands.shape[1]), np.arange(count)])
    exact = np.arange(len(keys)) >= bands.size
    number = keys % np.uint64(buckets)
    for bucket in range(buckets):
        mine = number == bucket
        if mine.any():
            part = pa.table([keys[mine], rows[mine], exact[mine]], schema=KEYS)
            shards.write(out / f"{bucket:04}.parquet", part)
    return {"rows": count}


def hash_labels(labels: pa.ChunkedArray) -> Hashes:
    """A hash of each label, uint64 (n)."""
    encoded = labels.cast(pa.large_string()).combine_chunks().dictionary_encode()
    hashes: Hashes = hash_bytes(*buffers(encoded.dictionary), 0)[encoded.indices.to_numpy()]
    return hashes


def bucket_pairs(out: Path, bucket: tuple[int, tuple[Artifact, ...]], near_threshold: float) -> dict[str, int]:
    """Write `pairs.parquet`: enough pairs of duplicates in one bucket to connect all of them."""
    number, parts = bucket
    keys, rows, exact = read_bucket(number, parts)
    found = [
        exact_pairs(keys[exact], rows[exact], parts),
        *near_duplicates(keys[~exact], rows[~exact], parts, math.ceil(near_threshold * PERMUTATIONS - 1e-9)),
    ]
    table = pa.concat_tables(found)
    shards.write(out / "pairs.parquet", table)
    return {"pairs": table.num_rows}


def starts(parts: Sequence[Artifact]) -> Indices:
    """The number of each shard's first document, and of all documents at the end."""
    return np.cumsum([0, *(part.counts["rows"] for part in parts)], dtype=np.int64)


def read_bucket(number: int, parts: Sequence[Artifact]) -> tuple[Hashes, Indices, NDArray[np.bool_]]:
    """Keys, documents and kinds of one bucket, sorted by key, then document."""
    tables = [KEYS.empty_table()]
    for start, part in zip(starts(parts).tolist(), parts, strict=False):
        if (path := part.path / f"{number:04}.parquet").exists():
            table = shards.read(path)
            tables.append(table.set_column(1, "row", pa.array(table["row"].to_numpy() + start)))
    keys, rows, exact = (column.to_numpy() for column in pa.concat_tables(tables).columns)
    order = np.lexsort((rows, keys))
    return keys[order], rows[order], exact[order]


def exact_pairs(keys: Hashes, rows: Indices, parts: Sequence[Artifact]) -> pa.Table:
    """Each document and the next one with its hash, within a language and from each language to the next."""
    languages = load_rows("languages.npy", rows, parts)
    order = np.lexsort((rows, languages, keys))
    keys, rows, languages = keys[order], rows[order], languages[order]
    equal = keys[1:] == keys[:-1]
    return pairs(rows[:-1][equal], rows[1:][equal], exact=True, same=(languages[1:] == languages[:-1])[equal])


def near_duplicates(keys: Hashes, rows: Indices, parts: Sequence[Artifact], needed: int) -> Iterator[pa.Table]:
    """Pairs that share a band key and agree in `needed` places of their signatures, chunk by chunk of the keys."""
    fresh = np.append(True, keys[1:] != keys[:-1]) if len(keys) else np.empty(0, np.bool_)
    alone = fresh & np.append(fresh[1:], True)
    keys, rows, fresh = keys[~alone], rows[~alone], fresh[~alone]
    for chunk in chunks(fresh):
        unique, members = np.unique(rows[chunk], return_inverse=True)
        signatures: Signatures = load_rows("signatures.npy", unique, parts)
        languages: Hashes = load_rows("languages.npy", unique, parts)
        left, right = near_pairs(keys[chunk], members.astype(np.int64), signatures, languages, needed)
        yield pairs(unique[left], unique[right], exact=False, same=languages[left] == languages[right])


def chunks(fresh: NDArray[np.bool_]) -> Iterator[slice]:
    """Slices of at least CHUNK keys that begin where a new key does."""
    borders = np.append(np.flatnonzero(fresh), len(fresh))
    start = 0
    while start < len(fresh):
        stop = int(borders[np.searchsorted(borders, min(start + CHUNK, len(fresh)))])
        yield slice(start, stop)
        start = stop


def load_rows(name: str, rows: Indices, parts: Sequence[Artifact]) -> Any:
    """The rows of an array that is spread over the shards; only the pages that hold them are read."""
    places = starts(parts)
    shard_of = np.searchsorted(places, rows, side="right") - 1
    arrays = [np.load(part.file(name), mmap_mode="r") for part in parts]
    loaded = np.empty((len(rows), *arrays[0].shape[1:]), arrays[0].dtype)
    for shard in np.unique(shard_of).tolist():
        mine = shard_of == shard
        loaded[mine] = arrays[shard][rows[mine] - places[shard]]
    return loaded


def pairs(left: Indices, right: Indices, *, exact: bool, same: NDArray[np.bool_]) -> pa.Table:
    """A table of pairs."""
    return pa.table([left, right, np.full(len(left), exact), same], schema=PAIRS)


def connect_pairs(out: Path, parts: tuple[Artifact, ...], documents: int) -> dict[str, int]:
    """Write for each kind of set `exact.npy`, `near.npy`, `clusters.npy`: int64, each document's first fellow."""
    left, right, exact, same = (
        column.to_numpy() for column in shards.read_all([part.file("pairs.parquet") for part in parts]).columns
    )
    counts = {}
    for name, wanted in zip(NAMES, (exact & same, same, np.full(len(left), True)), strict=True):
        roots = connect(left[wanted], right[wanted], documents)
        np.save(out / f"{name}.npy", roots)
        counts[name] = int((roots == np.arange(documents)).sum())
    return counts
