"""Shuffle rows into hash buckets and back: documents are numbered through all shards in order."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.kernels.duplicates import group_by_bucket
from emma.kernels.sets import Indices
from emma.kernels.text import Hashes
from emma.store import shards
from emma.store.artifact import Artifact, find_all

Shard = tuple[Artifact, Artifact]
"""Documents and their annotations."""
Bucket = tuple[int, tuple[Artifact, ...]]
"""A bucket's number, and the artifacts of all shards."""
TEXT_ROWS = 1024
"""Rows whose text is in memory at once."""
KEY_ROWS = 262_144
"""Keys that are worked on at once."""


def first_numbers(parts: Sequence[Artifact], rows: str = "rows") -> Indices:
    """The number of each shard's first row, and the number of all rows, int64 (shards + 1), from their counts."""
    return np.cumsum([0, *(part.counts[rows] for part in parts)], dtype=np.int64)


def write_buckets(out: Path, keys: Hashes, table: pa.Table, buckets: int) -> None:
    """Write the rows of a table to `0000.parquet`… by their keys, in order within a bucket; empty ones to none."""
    places, starts = group_by_bucket(keys, buckets)
    for bucket in np.flatnonzero(np.diff(starts)).tolist():
        rows = places[starts[bucket] : starts[bucket + 1]]
        shards.write(out / f"{bucket:04}.parquet", table.take(pa.array(rows)))


def read_bucket(bucket: Bucket) -> Iterator[tuple[int, pa.Table]]:
    """The tables of one bucket, each with the number of its shard's first document."""
    number, parts = bucket
    for start, path in zip(first_numbers(parts).tolist(), find_all(parts, f"{number:04}.parquet"), strict=False):
        if path is not None:
            yield start, shards.read(path)


def load_rows(name: str, rows: Indices, parts: Sequence[Artifact]) -> Any:
    """Some rows, in ascending order, of an array that is spread over the shards: at most one is open at a time."""
    starts = first_numbers(parts)
    borders = np.searchsorted(rows, starts)
    # Arrays are mapped and not read: a bucket needs few of the rows of each shard.
    first = np.load(parts[0].file(name), mmap_mode="r")
    loaded = np.empty((len(rows), *first.shape[1:]), first.dtype)
    # One shard is open at a time, however many there are: the limit on open files is soon met.
    for shard in np.flatnonzero(np.diff(borders)).tolist():
        mine = slice(borders[shard], borders[shard + 1])
        loaded[mine] = np.load(parts[shard].file(name), mmap_mode="r")[rows[mine] - starts[shard]]
    return loaded


def stream_rows(tables: Sequence[tuple[Path, Sequence[str]]], rows: Indices) -> Iterator[tuple[Indices, pa.Table]]:
    """Stream some rows, ascending, of row-aligned shards: their numbers, and columns as of `shards.aligned`."""
    start = 0
    for table in shards.aligned(tables, TEXT_ROWS) if len(rows) else ():
        first, last = np.searchsorted(rows, [start, start + table.num_rows])
        yield rows[first:last], table.take(pa.array(rows[first:last] - start))
        start += table.num_rows


def split_keys(keys: Hashes) -> Iterator[slice]:
    """Slices of at least KEY_ROWS sorted keys, no key in two of them."""
    borders = np.append(np.flatnonzero(keys[1:] != keys[:-1]) + 1, len(keys))
    start = 0
    while start < len(keys):
        # A chunk ends where a key ends, so that all that share a key are compared with one another.
        stop = int(borders[np.searchsorted(borders, min(start + KEY_ROWS, len(keys)))])
        yield slice(start, stop)
        start = stop


def distinct_rows(*columns: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The distinct rows of some columns of integers, sorted by the first, then the second…"""
    order = np.lexsort(columns[::-1])
    ordered = [column[order] for column in columns]
    fresh = np.zeros(len(order), np.bool_)
    fresh[:1] = True
    for column in ordered:
        fresh[1:] |= column[1:] != column[:-1]
    return tuple(column[fresh] for column in ordered)
