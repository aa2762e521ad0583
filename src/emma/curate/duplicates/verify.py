"""Verify candidates: the true Jaccard similarity of each pair, from shingles that are read from their text.

A pair of translations is as similar to another as the less similar of its sides: one sentence with two translations is
no duplicate.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.curate.duplicates.candidates import PAIRS
from emma.curate.duplicates.shingles import MIN_JACCARD, SETS, shingle_sets, token_runs
from emma.curate.duplicates.shuffle import Bucket, Shard, distinct_rows, first_numbers, stream_rows
from emma.kernels.differences import compare_texts
from emma.kernels.duplicates import jaccard_of_pairs
from emma.kernels.sets import Indices
from emma.kernels.text import Hashes, Offsets
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import bucket_files

MAX_SHINGLES = 1 << 23
"""Shingles that are compared at once, 64 MB of them, unless two documents have more."""
SHORT = 3
"""A value of `differs` beside those of `kernels.differences`: both are too short for similarity to mean a copy."""
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
    chosen = read_candidates(candidates, start, start + rows)
    tables = [(path, ["text", "text2"]), (annotations.file("annotations.parquet"), ["script", "words", "side_hashes"])]
    sizes, runs = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    with (out / "shingles.bin").open("wb") as of_sets, (out / "tokens.bin").open("wb") as of_runs:
        for _, table in stream_rows(tables, chosen - start):
            for read, stream, counts in ((shingle_sets, of_sets, sizes), (token_runs, of_runs, runs)):
                hashes, starts = read(table)
                hashes.tofile(stream)
                counts.append(np.diff(starts))
    np.save(out / "documents.npy", chosen)
    np.save(out / "starts.npy", np.cumsum(np.concatenate(sizes)))
    np.save(out / "runs.npy", np.cumsum(np.concatenate(runs)))
    return {"rows": rows, "documents": len(chosen), "tokens": int(sum(map(np.sum, runs)))}


def read_candidates(candidates: Sequence[Artifact], start: int, stop: int) -> Indices:
    """The candidates numbered from `start` to before `stop`."""
    parts = [np.empty(0, np.int64)]
    for part in candidates:
        numbers = np.load(part.file("wanted.npy"), mmap_mode="r")
        first, last = np.searchsorted(numbers, [start, stop])
        parts.append(np.array(numbers[first:last]))
    return np.unique(np.concatenate(parts))


def verify_candidates(out: Path, bucket: Bucket, sets: tuple[Artifact, ...]) -> dict[str, int]:
    """Write `near.parquet`, the pairs of one bucket that are similar, and `facts.parquet`, in what some of them differ.

    The similarity is the true Jaccard similarity. For facts see `kernels.differences`: `pair` is a row of `near`.
    """
    # Several buckets of bands may have found the same pair.
    tables = map(shards.read, bucket_files(bucket))
    pairs = pa.concat_tables([PAIRS.empty_table(), *tables])
    left, right = distinct_rows(pairs["left"].to_numpy(), pairs["right"].to_numpy())
    near, facts, start = [NEAR_PAIRS.empty_table()], [FACTS.empty_table()], 0
    for portion in split_pairs(left, right, sets):
        jaccard = compare_shingles(left[portion], right[portion], sets)
        similar = jaccard >= MIN_JACCARD
        one, two = left[portion][similar], right[portion][similar]
        differs, places, values = compare_tokens(one, two, sets)
        differs[are_short(one, sets) & are_short(two, sets)] = SHORT
        near.append(pa.table([one, two, jaccard[similar].astype(np.float32), differs], schema=NEAR_PAIRS))
        facts.append(pa.table([places[:, 0] + start, *places[:, 1:].T, *values.T], schema=FACTS))
        start += len(one)
    shards.write(out / "near.parquet", pa.concat_tables(near))
    shards.write(out / "facts.parquet", pa.concat_tables(facts))
    return {"candidates": len(left), "near": start}


def split_pairs(left: Indices, right: Indices, sets: Sequence[Artifact]) -> Iterator[slice]:
    """Slices of the pairs, each with at most MAX_SHINGLES shingles or of one pair."""
    documents = np.union1d(left, right)
    sizes = np.concatenate(
        [np.empty(0, np.int64), *(places[:, -1] - places[:, 0] for _, places in stored_sets(documents, sets))]
    )
    # Documents are counted once for each pair they are in, which errs on the side of less memory.
    total = np.cumsum(sizes[np.searchsorted(documents, left)] + sizes[np.searchsorted(documents, right)])
    start = 0
    while start < len(left):
        limit = MAX_SHINGLES + (total[start - 1] if start else 0)
        stop = max(start + 1, int(np.searchsorted(total, limit, side="right")))
        yield slice(start, stop)
        start = stop


def compare_shingles(left: Indices, right: Indices, sets: Sequence[Artifact]) -> NDArray[np.float64]:
    """The Jaccard similarity of each pair."""
    documents = np.union1d(left, right)
    hashes, sizes = [], [np.zeros(1, np.int64)]
    for part, places in stored_sets(documents, sets):
        there: Hashes = np.memmap(part.file("shingles.bin"), np.uint64, "r")
        hashes += [np.array(there[begin:end]) for begin, end in places[:, [0, -1]].tolist()]
        sizes.append(np.diff(places).ravel())
    rows = (np.searchsorted(documents, side) for side in (left, right))
    return jaccard_of_pairs(np.concatenate(hashes), np.cumsum(np.concatenate(sizes)), *rows)


def compare_tokens(
    left: Indices, right: Indices, sets: Sequence[Artifact]
) -> tuple[NDArray[np.uint8], Indices, Hashes]:
    """The differences between the documents of each pair: see `kernels.differences`."""
    documents = np.union1d(left, right)
    tokens, sizes = [np.empty(0, np.uint64)], [np.zeros(1, np.int64)]
    for part, mine in by_shard(documents, sets):
        there: Hashes = np.memmap(part.file("tokens.bin"), np.uint64, "r") if part.counts["tokens"] else tokens[0]
        runs = np.load(part.file("runs.npy"), mmap_mode="r")
        tokens += [np.array(there[runs[at] : runs[at + 1]]) for at in mine.tolist()]
        sizes.append(runs[mine + 1] - runs[mine])
    rows = (np.searchsorted(documents, side) for side in (left, right))
    result: tuple[NDArray[np.uint8], Indices, Hashes] = compare_texts(
        np.concatenate(tokens), np.cumsum(np.concatenate(sizes)), *rows
    )
    return result


def are_short(documents: Indices, sets: Sequence[Artifact]) -> NDArray[np.bool_]:
    """Which documents have fewer than SHORT_SHINGLES, and fewer tokens than SHORT_TOKENS: a word or two."""
    known, places = np.unique(documents, return_inverse=True)
    parts = [np.empty(0, np.bool_)]
    for part, mine in by_shard(known, sets):
        starts, runs = (np.load(part.file(name), mmap_mode="r") for name in ("starts.npy", "runs.npy"))
        shingles = starts[SETS * mine + 1] - starts[SETS * mine]
        parts.append((shingles < SHORT_SHINGLES) & (runs[mine + 1] - runs[mine] < SHORT_TOKENS))
    short: NDArray[np.bool_] = np.concatenate(parts)[places]
    return short


def by_shard(documents: Indices, sets: Sequence[Artifact]) -> Iterator[tuple[Artifact, Indices]]:
    """The shards that have some of the documents, ascending, and their places there."""
    borders = np.searchsorted(documents, first_numbers(sets))
    for shard in np.flatnonzero(np.diff(borders)).tolist():
        there = np.load(sets[shard].file("documents.npy"), mmap_mode="r")
        yield sets[shard], np.searchsorted(there, documents[borders[shard] : borders[shard + 1]])


def stored_sets(documents: Indices, sets: Sequence[Artifact]) -> Iterator[tuple[Artifact, Offsets]]:
    """The shards that have some of the documents, ascending, and where the sets of each begin there, (k, SETS + 1)."""
    for part, places in by_shard(documents, sets):
        starts = np.load(part.file("starts.npy"), mmap_mode="r")
        yield part, starts[SETS * places[:, None] + np.arange(SETS + 1)]
