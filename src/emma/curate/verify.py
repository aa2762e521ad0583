"""True similarity: the shingles of candidates, read from their text, and the Jaccard similarity of each pair.

A pair of translations is as similar to another as the less similar of its sides: one sentence with two translations is
no duplicate. So every document has two sets of shingles, of which a text alone leaves the second empty.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from emma.curate.candidates import LOWEST, PAIRS
from emma.curate.shuffle import Bucket, Shard, distinct, numbering
from emma.kernels.arrow import buffers
from emma.kernels.duplicates import jaccards
from emma.kernels.fingerprint import shingles
from emma.kernels.sets import Indices
from emma.kernels.tables import fold
from emma.kernels.utf8 import Hashes, Offsets
from emma.lang.scripts import NO_SCRIPT, is_spaced
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import bucket_files

ROWS = 1024
"""Rows read at once."""
ROOM = 1 << 23
"""Shingles compared at once, 64 MB of them, unless two documents have more."""
NEAR_PAIRS = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("jaccard", pa.float32())])


def write_shingles(out: Path, shard: tuple[Shard, int], candidates: tuple[Artifact, ...]) -> dict[str, int]:
    """Write the shingles of those of a shard's documents that are candidates; the first is number `shard[1]`.

    `documents.npy`, int64 (m), has their numbers, `starts.npy`, int64 (2 m + 1), where each of their two sides begins
    in `shingles.bin`, uint64, sorted and distinct within a side.
    """
    (documents, annotations), start = shard
    path = documents.file("documents.parquet")
    rows = pq.read_metadata(path).num_rows
    wanted = read_wanted(candidates, start, start + rows)
    sizes = [np.zeros(1, np.int64)]
    with (out / "shingles.bin").open("wb") as stream:
        if len(wanted):
            tables = [(path, ["text", "text2"]), (annotations.file("annotations.parquet"), ["script"])]
            sizes += append_shingles(stream, shards.aligned(tables, ROWS), wanted - start)
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


def append_shingles(stream: BinaryIO, tables: Iterator[pa.Table], wanted: Indices) -> Iterator[Indices]:
    """Write the shingles of the wanted rows, side by side, and yield how many each side has."""
    start = 0
    for table in tables:
        first, last = np.searchsorted(wanted, [start, start + table.num_rows])
        hashes, starts = side_shingles(table.take(pa.array(wanted[first:last] - start)))
        hashes.tofile(stream)
        yield np.diff(starts)
        start += table.num_rows


def side_shingles(table: pa.Table) -> tuple[Hashes, Offsets]:
    """The shingles of both sides of some documents, and where each side's begin, int64 (2 n + 1)."""
    sides = [table[name].cast(pa.large_string()).combine_chunks() for name in ("text", "text2")]
    by_row = np.arange(2 * table.num_rows).reshape(2, -1).T.ravel()
    both = pa.concat_arrays(sides).take(pa.array(by_row))
    there = both.is_valid().to_numpy(zero_copy_only=False)
    hashes, starts = shingles(*buffers(both.drop_null()), fold(), np.repeat(spaced(table["script"]), 2)[there])
    return hashes, starts[np.concatenate([[0], np.cumsum(there)])]


def spaced(scripts: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Whether each document's script spaces its words; one without letters has none."""
    codes = scripts.combine_chunks().dictionary_encode()
    known = [code not in NO_SCRIPT and is_spaced(code) for code in codes.dictionary.to_pylist()]
    by_row: NDArray[np.bool_] = np.array(known, np.bool_)[codes.indices.to_numpy()]
    return by_row


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
        [np.empty(0, np.int64), *(sides[:, 2] - sides[:, 0] for _, sides in stored(documents, sets))]
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
    for part, sides in stored(documents, sets):
        there: Hashes = np.memmap(part.file("shingles.bin"), np.uint64, "r")
        hashes += [np.array(there[begin:end]) for begin, _, end in sides.tolist()]
        sizes.append(np.diff(sides).ravel())
    places = (np.searchsorted(documents, side) for side in (left, right))
    return jaccards(np.concatenate(hashes), np.cumsum(np.concatenate(sizes)), *places)


def stored(documents: Indices, sets: Sequence[Artifact]) -> Iterator[tuple[Artifact, Offsets]]:
    """The shards that have some of the documents, ascending, and of each where its sides begin and end, (k, 3)."""
    borders = np.searchsorted(documents, numbering(sets))
    for shard in np.flatnonzero(np.diff(borders)).tolist():
        there = np.load(sets[shard].file("documents.npy"), mmap_mode="r")
        places = np.searchsorted(there, documents[borders[shard] : borders[shard + 1]])
        starts = np.load(sets[shard].file("starts.npy"), mmap_mode="r")
        yield sets[shard], starts[2 * places[:, None] + np.arange(3)]
