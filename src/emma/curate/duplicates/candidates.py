"""Candidates for near duplicates: texts whose MinHash signatures agree in a band, and in enough places over all."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from emma.curate.duplicates.shingles import MIN_JACCARD, character_signatures, needs_both_ways
from emma.curate.duplicates.shuffle import (
    Bucket,
    Shard,
    distinct_rows,
    first_numbers,
    load_rows,
    read_bucket,
    split_keys,
    stream_rows,
    write_buckets,
)
from emma.kernels.duplicates import Signatures, band_keys, may_repeat, pair_candidates
from emma.kernels.sets import Indices
from emma.kernels.text import Hashes
from emma.schemas import PERMUTATIONS
from emma.store import shards
from emma.store.artifact import Artifact

BAND_ROWS = 4
"""112 permutations make 28 bands of 4: at Jaccard 0.6 a pair shares one with probability 0.98, at 0.7 with
0.9995."""
_DEVIATION = math.sqrt(PERMUTATIONS * MIN_JACCARD * (1 - MIN_JACCARD))
MIN_AGREEING = round(PERMUTATIONS * MIN_JACCARD - 2.5 * _DEVIATION)
"""Places in which two sketches must agree. At MIN_JACCARD, 99.4 % of pairs do: 2.5 standard deviations of the
estimate."""

KEYS = pa.schema([("key", pa.uint64()), ("row", pa.int32())])
PAIRS = pa.schema([("left", pa.int64()), ("right", pa.int64())])


def scatter_bands(out: Path, shard: Shard, buckets: int) -> dict[str, int]:
    """Write the band keys of a shard's signatures to `0000.parquet`…, and what is needed to compare them.

    `sketches.npy`, uint8, has the low byte of each value: enough to estimate by, since unlike values agree in it once
    in 256 (b-bit minwise hashing: Li and König, WWW 2010). `owners.npy`, int64, has their documents, counted
    from 0: first one of each, then one by characters of those that are shingled in both ways.
    """
    columns = ["minhash", "script", "words", "side_hashes"]
    table = shards.read(shard[1].file("annotations.parquet"), columns)
    signatures = table["minhash"].combine_chunks().flatten().to_numpy().reshape(-1, PERMUTATIONS)
    others = np.flatnonzero(needs_both_ways(table))
    # Texts that are shingled in both ways have a second signature, with their number in `owners`.
    signatures = np.concatenate([signatures, *sign_by_characters(shard[0], others)])
    keys = band_keys(signatures, BAND_ROWS)
    # Rows of one shard fit into int32; their numbers through all shards would not.
    rows = np.repeat(np.arange(len(keys), dtype=np.int32), keys.shape[1])
    write_buckets(out, keys.ravel(), pa.table([keys.ravel(), rows], schema=KEYS), buckets)
    np.save(out / "sketches.npy", signatures.astype(np.uint8))
    np.save(out / "owners.npy", np.concatenate([np.arange(table.num_rows), others]))
    return {"rows": len(signatures), "documents": table.num_rows}


def sign_by_characters(documents: Artifact, rows: Indices) -> Iterator[Signatures]:
    """The signatures of some documents by characters."""
    for _, chosen in stream_rows([(documents.file("documents.parquet"), ["text"])], rows):
        yield character_signatures(chosen["text"])


def find_candidates(out: Path, bucket: Bucket, buckets: int, texts: Artifact) -> dict[str, int]:
    """Write the candidates of one bucket to `0000.parquet`… by their first document, and all that occur to
    `wanted.npy`, int64, ascending. They are first documents of their texts."""
    keys, rows, owners = read_keys(bucket, texts)
    pairs = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for chunk in split_keys(keys):
        unique, firsts, members = np.unique(rows[chunk], return_index=True, return_inverse=True)
        # A chunk needs the sketches of its own rows only: those of the corpus may be larger than memory.
        sketches = load_rows("sketches.npy", unique, bucket[1])
        left, right = pair_candidates(keys[chunk], members.astype(np.int64), sketches, MIN_AGREEING)
        documents = owners[chunk][firsts]
        pairs.append((documents[left], documents[right]))
    one, two = (np.concatenate(side) for side in zip(*pairs, strict=True))
    # A text that is signed in both ways may meet itself.
    left, right = distinct_rows(one[one != two], two[one != two])
    write_buckets(out, left.astype(np.uint64), pa.table([left, right], schema=PAIRS), buckets)
    np.save(out / "wanted.npy", np.union1d(left, right))
    return {"candidates": len(left)}


def read_keys(bucket: Bucket, texts: Artifact) -> tuple[Hashes, Indices, Indices]:
    """The keys of one bucket that several signatures have, sorted; the numbers of those through all shards; and of the
    documents they are of, ascending within a key. Only the first document of a text takes part."""
    parts = bucket[1]
    keys, rows = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for start, table in read_bucket(bucket):
        keys.append(table["key"].to_numpy())
        rows.append(table["row"].to_numpy().astype(np.int64) + start)
    key, row = np.concatenate(keys), np.concatenate(rows)
    key, row = key[several := may_repeat(key)], row[several]
    unique, places = np.unique(row, return_inverse=True)
    owner = find_owners(unique, parts)
    first = (np.load(texts.file("texts.npy"), mmap_mode="r")[owner] == owner)[places]
    key, row, owner = key[first], row[first], owner[places][first]
    order = np.lexsort((owner, key))
    key, row, owner = key[order], row[order], owner[order]
    # `may_repeat` lets some lone keys pass; these go now.
    same = key[1:] == key[:-1]
    is_shared = np.append(False, same)[: len(key)] | np.append(same, False)[: len(key)]
    return key[is_shared], row[is_shared], owner[is_shared]


def find_owners(rows: Indices, parts: Sequence[Artifact]) -> Indices:
    """The document of each signature, both numbered through all shards."""
    shard_of = np.searchsorted(first_numbers(parts), rows, side="right") - 1
    starts = first_numbers(parts, "documents")
    owners: Indices = load_rows("owners.npy", rows, parts) + starts[shard_of]
    return owners
