"""True similarity: the shingles of candidates, read from their text, and the Jaccard similarity of each pair.

A pair of translations is as similar to another as the less similar of its sides: one sentence with two translations is
no duplicate.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from emma.curate.candidates import PAIRS
from emma.curate.shuffle import Bucket, Shard, distinct, numbering, some_rows
from emma.curate.units import LOWEST, SETS, shingle_sets
from emma.kernels.duplicates import jaccards
from emma.kernels.sets import Indices
from emma.kernels.utf8 import Hashes, Offsets
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import bucket_files

ROOM = 1 << 23
"""Shingles compared at once, 64 MB of them, unless two documents have more."""
NEAR_PAIRS = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("jaccard", pa.float32())])


def write_shingles(out: Path, shard: tuple[Shard, int], candidates: tuple[Artifact, ...]) -> dict[str, int]:
    """Write the shingles of those of a shard's documents that are candidates; the first is number `shard[1]`.

    `documents.npy`, int64 (m), has their numbers, `starts.npy`, int64 (SETS * m + 1), where each of their sets begins
    in `shingles.bin`, uint64, sorted and distinct within a set.
    """
    (documents, annotations), start = shard
    path = documents.file("documents.parquet")
    rows = pq.read_metadata(path).num_rows
    wanted = read_wanted(candidates, start, start + rows)
    tables = [(path, ["text", "text2"]), (annotations.file("annotations.parquet"), ["script", "words", "side_hashes"])]
    sizes = [np.zeros(1, np.int64)]
    with (out / "shingles.bin").open("wb") as stream:
        for _, chosen in some_rows(tables, wanted - start):
            hashes, starts = shingle_sets(chosen)
            hashes.tofile(stream)
            sizes.append(np.diff(starts))
    np.save(out / "documents.npy", wanted)
    np.save(out / "starts.npy", np.cumsum(np.concatenate(sizes)))
    return {"rows": rows, "documents": len(wanted)}


def read_wanted(candidates: Sequence[Artifact], start: int, stop: int) -> Indices:
    """The candidates numbered from `start` to before `stop`."""
    found = [np.empty(0, np.int64)]
    for part in candidates:
        numbers = np.load(part.file("wanted.npy"), mmap_mode="r")
        first, last = np.searchsorted(numbers, [start, stop])
        found.append(np.array(numbers[first:last]))
    return np.unique(np.concatenate(found))


def verify(out: Path, bucket: Bucket, sets: tuple[Artifact, ...]) -> dict[str, int]:
    """Write `near.parquet`: the pairs of one bucket that are similar, and their true Jaccard similarity."""
    tables = map(shards.read, bucket_files(bucket))
    pairs = pa.concat_tables([PAIRS.empty_table(), *tables])
    left, right = distinct(pairs["left"].to_numpy(), pairs["right"].to_numpy())
    found = np.empty(len(left), np.float64)
    for some in portions(left, right, sets):
        found[some] = compare(left[some], right[some], sets)
    near = found >= LOWEST
    columns = [left[near], right[near], found[near].astype(np.float32)]
    shards.write(out / "near.parquet", pa.table(columns, schema=NEAR_PAIRS))
    return {"candidates": len(left), "near": int(near.sum())}


def portions(left: Indices, right: Indices, sets: Sequence[Artifact]) -> Iterator[slice]:
    """Slices of the pairs, each with at most ROOM shingles or of one pair."""
    documents = np.union1d(left, right)
    sizes = np.concatenate(
        [np.empty(0, np.int64), *(places[:, -1] - places[:, 0] for _, places in stored(documents, sets))]
    )
    total = np.cumsum(sizes[np.searchsorted(documents, left)] + sizes[np.searchsorted(documents, right)])
    start = 0
    while start < len(left):
        limit = ROOM + (total[start - 1] if start else 0)
        stop = max(start + 1, int(np.searchsorted(total, limit, side="right")))
        yield slice(start, stop)
        start = stop


def compare(left: Indices, right: Indices, sets: Sequence[Artifact]) -> NDArray[np.float64]:
    """The Jaccard similarity of each pair."""
    documents = np.union1d(left, right)
    hashes, sizes = [], [np.zeros(1, np.int64)]
    for part, places in stored(documents, sets):
        there: Hashes = np.memmap(part.file("shingles.bin"), np.uint64, "r")
        hashes += [np.array(there[begin:end]) for begin, end in places[:, [0, -1]].tolist()]
        sizes.append(np.diff(places).ravel())
    rows = (np.searchsorted(documents, side) for side in (left, right))
    return jaccards(np.concatenate(hashes), np.cumsum(np.concatenate(sizes)), *rows)


def stored(documents: Indices, sets: Sequence[Artifact]) -> Iterator[tuple[Artifact, Offsets]]:
    """The shards that have some of the documents, ascending, and where the sets of each begin there, (k, SETS + 1)."""
    borders = np.searchsorted(documents, numbering(sets))
    for shard in np.flatnonzero(np.diff(borders)).tolist():
        there = np.load(sets[shard].file("documents.npy"), mmap_mode="r")
        places = np.searchsorted(there, documents[borders[shard] : borders[shard + 1]])
        starts = np.load(sets[shard].file("starts.npy"), mmap_mode="r")
        yield sets[shard], starts[SETS * places[:, None] + np.arange(SETS + 1)]
