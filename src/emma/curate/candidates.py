"""Candidates for near duplicates: texts whose MinHash signatures agree in a band, and in enough places over all."""

import math
from pathlib import Path

import numpy as np
import pyarrow as pa

from emma.curate.shuffle import Bucket, Shard, chunks, distinct, load_rows, read_bucket, write_buckets
from emma.kernels.duplicates import band_keys, candidates, shared
from emma.kernels.sets import Indices
from emma.kernels.utf8 import Hashes
from emma.schemas import PERMUTATIONS
from emma.store import shards
from emma.store.artifact import Artifact

BAND_ROWS = 4
"""112 permutations make 28 bands of 4: at Jaccard 0.6 a pair shares one with probability 0.98, at 0.7 with
0.9995."""
LOWEST = 0.6
"""Jaccard similarity from which pairs are found."""
_SPREAD = math.sqrt(PERMUTATIONS * LOWEST * (1 - LOWEST))
NEEDED = round(PERMUTATIONS * LOWEST - 2.5 * _SPREAD)
"""Places in which two sketches must agree. At LOWEST, 99.4 % of pairs do: 2.5 standard deviations of the estimate."""

KEYS = pa.schema([("key", pa.uint64()), ("row", pa.int32())])
PAIRS = pa.schema([("left", pa.int64()), ("right", pa.int64())])


def scatter_bands(out: Path, shard: Shard, buckets: int) -> dict[str, int]:
    """Write a shard's band keys to `0000.parquet`…, and `sketches.npy`, uint8: the low bytes of its signatures.

    One byte a value is enough to estimate by, since unlike values agree in it once in 256 (b-bit minwise hashing: Li
    and König, WWW 2010).
    """
    table = shards.read(shard[1].file("annotations.parquet"), ["minhash"]).combine_chunks()
    signatures = table["minhash"].combine_chunks().flatten().to_numpy().reshape(-1, PERMUTATIONS)
    np.save(out / "sketches.npy", signatures.astype(np.uint8))
    keys = band_keys(signatures, BAND_ROWS)
    rows = np.repeat(np.arange(len(keys), dtype=np.int32), keys.shape[1])
    write_buckets(out, keys.ravel(), pa.table([keys.ravel(), rows], schema=KEYS), buckets)
    return {"rows": len(keys)}


def find_candidates(out: Path, bucket: Bucket, buckets: int, texts: Artifact) -> dict[str, int]:
    """Write the candidates of one bucket to `0000.parquet`… by their first document, and all that occur to
    `wanted.npy`, int64, ascending. They are first documents of their texts."""
    keys, rows = read_keys(bucket, texts)
    found = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for chunk in chunks(keys):
        unique, members = np.unique(rows[chunk], return_inverse=True)
        sketches = load_rows("sketches.npy", unique, bucket[1])
        left, right = candidates(keys[chunk], members.astype(np.int64), sketches, NEEDED)
        found.append((unique[left], unique[right]))
    left, right = distinct(*(np.concatenate(side) for side in zip(*found, strict=True)))
    write_buckets(out, left.astype(np.uint64), pa.table([left, right], schema=PAIRS), buckets)
    np.save(out / "wanted.npy", np.union1d(left, right))
    return {"candidates": len(left)}


def read_keys(bucket: Bucket, texts: Artifact) -> tuple[Hashes, Indices]:
    """The keys of one bucket that several texts have, sorted, and their texts, ascending within a key."""
    keys, rows = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for start, table in read_bucket(bucket):
        keys.append(table["key"].to_numpy())
        rows.append(table["row"].to_numpy().astype(np.int64) + start)
    all_keys, all_rows = np.concatenate(keys), np.concatenate(rows)
    several = shared(all_keys)
    firsts = np.load(texts.file("texts.npy"), mmap_mode="r")
    key, row = distinct(all_keys[several], firsts[all_rows[several]])
    alone = np.append(True, key[1:] != key[:-1])[: len(key)] & np.append(key[1:] != key[:-1], True)[: len(key)]
    return key[~alone], row[~alone]
