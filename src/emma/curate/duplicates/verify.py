"""True similarity: the shingles of candidates, read from their text, and the Jaccard similarity of each pair.

A pair of translations is as similar to another as the less similar of its sides: one sentence with two translations is
no duplicate.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.duplicates.candidates import PAIRS
from emma.curate.duplicates.shingles import LOWEST, SETS, shingle_sets, token_runs
from emma.curate.duplicates.shuffle import Bucket, Shard, distinct, numbering, some_rows
from emma.kernels.differences import compare_texts
from emma.kernels.duplicates import jaccard_of_pairs
from emma.kernels.sets import Indices
from emma.kernels.text import Hashes, Offsets
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import bucket_files

ROOM = 1 << 23
"""Shingles compared at once, 64 MB of them, unless two documents have more."""
SHORT = 3
"""Beside what `kernels.differences` says of a pair: both are too short for a likeness to mean a copy."""
SHORT_SHINGLES, SHORT_TOKENS = 16, 8
"""Shingles are of 5 characters: "rezultat" and "rezultati" are two words, and so may be all of 20 characters."""
NEAR_PAIRS = pa.schema(
    [("left", pa.int64()), ("right", pa.int64()), ("jaccard", pa.float32()), ("differs", pa.uint8())]
)
FACTS = pa.schema(
    [
        ("pair", pa.int64()),
        ("left_at", pa.int64()),  # the token at which the fact begins
        ("right_at", pa.int64()),
        ("left_value", pa.uint64()),  # a hash of what stands there
        ("right_value", pa.uint64()),
    ]
)


def write_shingles(out: Path, shard: tuple[Shard, int], candidates: tuple[Artifact, ...]) -> dict[str, int]:
    """Write the shingles of those of a shard's documents that are candidates; the first is number `shard[1]`.

    `documents.npy`, int64 (m), has their numbers, `starts.npy`, int64 (SETS * m + 1), where each of their sets begins
    in `shingles.bin`, uint64, sorted and distinct within a set. `tokens.bin`, uint64, has their tokens in order, and
    `runs.npy`, int64 (m + 1), where each document's begin.
    """
    (documents, annotations), start = shard
    path = documents.file("documents.parquet")
    rows = shards.count_rows(path)
    wanted = read_wanted(candidates, start, start + rows)
    tables = [(path, ["text", "text2"]), (annotations.file("annotations.parquet"), ["script", "words", "side_hashes"])]
    sizes, runs = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    with (out / "shingles.bin").open("wb") as of_sets, (out / "tokens.bin").open("wb") as of_runs:
        for _, chosen in some_rows(tables, wanted - start):
            for read, stream, found in ((shingle_sets, of_sets, sizes), (token_runs, of_runs, runs)):
                hashes, starts = read(chosen)
                hashes.tofile(stream)
                found.append(np.diff(starts))
    np.save(out / "documents.npy", wanted)
    np.save(out / "starts.npy", np.cumsum(np.concatenate(sizes)))
    np.save(out / "runs.npy", np.cumsum(np.concatenate(runs)))
    return {"rows": rows, "documents": len(wanted), "tokens": int(sum(map(np.sum, runs)))}


def read_wanted(candidates: Sequence[Artifact], start: int, stop: int) -> Indices:
    """The candidates numbered from `start` to before `stop`."""
    found = [np.empty(0, np.int64)]
    for part in candidates:
        numbers = np.load(part.file("wanted.npy"), mmap_mode="r")
        first, last = np.searchsorted(numbers, [start, stop])
        found.append(np.array(numbers[first:last]))
    return np.unique(np.concatenate(found))


def verify(out: Path, bucket: Bucket, sets: tuple[Artifact, ...]) -> dict[str, int]:
    """Write `near.parquet`, the pairs of one bucket that are similar, and `facts.parquet`, in what some of them differ.

    The similarity is the true Jaccard similarity. For facts see `kernels.differences`: `pair` is a row of `near`.
    """
    tables = map(shards.read, bucket_files(bucket))
    pairs = pa.concat_tables([PAIRS.empty_table(), *tables])
    left, right = distinct(pairs["left"].to_numpy(), pairs["right"].to_numpy())
    near, facts, start = [NEAR_PAIRS.empty_table()], [FACTS.empty_table()], 0
    for some in portions(left, right, sets):
        alike = compare(left[some], right[some], sets)
        similar = alike >= LOWEST
        one, two = left[some][similar], right[some][similar]
        differs, places, values = differences(one, two, sets)
        differs[is_short(one, sets) & is_short(two, sets)] = SHORT
        near.append(pa.table([one, two, alike[similar].astype(np.float32), differs], schema=NEAR_PAIRS))
        facts.append(pa.table([places[:, 0] + start, *places[:, 1:].T, *values.T], schema=FACTS))
        start += len(one)
    shards.write(out / "near.parquet", pa.concat_tables(near))
    shards.write(out / "facts.parquet", pa.concat_tables(facts))
    return {"candidates": len(left), "near": start}


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
    return jaccard_of_pairs(np.concatenate(hashes), np.cumsum(np.concatenate(sizes)), *rows)


def differences(left: Indices, right: Indices, sets: Sequence[Artifact]) -> tuple[NDArray[np.uint8], Indices, Hashes]:
    """In what the documents of each pair differ: see `kernels.differences.compare`."""
    documents = np.union1d(left, right)
    tokens, sizes = [np.empty(0, np.uint64)], [np.zeros(1, np.int64)]
    for part, mine in by_shard(documents, sets):
        there: Hashes = np.memmap(part.file("tokens.bin"), np.uint64, "r") if part.counts["tokens"] else tokens[0]
        runs = np.load(part.file("runs.npy"), mmap_mode="r")
        tokens += [np.array(there[runs[at] : runs[at + 1]]) for at in mine.tolist()]
        sizes.append(runs[mine + 1] - runs[mine])
    rows = (np.searchsorted(documents, side) for side in (left, right))
    found: tuple[NDArray[np.uint8], Indices, Hashes] = compare_texts(
        np.concatenate(tokens), np.cumsum(np.concatenate(sizes)), *rows
    )
    return found


def is_short(documents: Indices, sets: Sequence[Artifact]) -> NDArray[np.bool_]:
    """Which documents have fewer than SHORT_SHINGLES, and fewer tokens than SHORT_TOKENS: a word or two."""
    known, places = np.unique(documents, return_inverse=True)
    found = [np.empty(0, np.bool_)]
    for part, mine in by_shard(known, sets):
        starts, runs = (np.load(part.file(name), mmap_mode="r") for name in ("starts.npy", "runs.npy"))
        shingles = starts[SETS * mine + 1] - starts[SETS * mine]
        found.append((shingles < SHORT_SHINGLES) & (runs[mine + 1] - runs[mine] < SHORT_TOKENS))
    short: NDArray[np.bool_] = np.concatenate(found)[places]
    return short


def by_shard(documents: Indices, sets: Sequence[Artifact]) -> Iterator[tuple[Artifact, Indices]]:
    """The shards that have some of the documents, ascending, and their places there."""
    borders = np.searchsorted(documents, numbering(sets))
    for shard in np.flatnonzero(np.diff(borders)).tolist():
        there = np.load(sets[shard].file("documents.npy"), mmap_mode="r")
        yield sets[shard], np.searchsorted(there, documents[borders[shard] : borders[shard + 1]])


def stored(documents: Indices, sets: Sequence[Artifact]) -> Iterator[tuple[Artifact, Offsets]]:
    """The shards that have some of the documents, ascending, and where the sets of each begin there, (k, SETS + 1)."""
    for part, places in by_shard(documents, sets):
        starts = np.load(part.file("starts.npy"), mmap_mode="r")
        yield part, starts[SETS * places[:, None] + np.arange(SETS + 1)]
