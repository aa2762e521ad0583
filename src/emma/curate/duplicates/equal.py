"""Equal texts: documents with the same hash of their normalised text, also by sides of pairs, or but for diacritics.

A pair that shares a side with another document is no duplicate of it, but must go to the same split.

Texts that differ in diacritics are not equal, since tone marks and vowels tell words apart. But a whole text that
differs from another in nothing else, and has hardly any, is its copy, and is the one that goes, wherever it stands.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.duplicates.shuffle import Bucket, Shard, read_bucket, write_buckets
from emma.kernels.normal import LINE_COLUMNS, hash_lines
from emma.kernels.sets import Indices
from emma.kernels.tables import fold, widths
from emma.kernels.text import Hashes, buffers
from emma.store import shards
from emma.store.artifact import Artifact

KEYS = pa.schema([("key", pa.uint64()), ("row", pa.int32()), ("side", pa.bool_())])
MAX_MARKS_SHARE = 0.25
"""Share of the other's diacritics that a copy without them may still have: some write đ, or é, and nothing else."""
BARE_KEYS = pa.schema([("key", pa.uint64()), ("row", pa.int32()), ("marks", pa.int32())])


def scatter_texts(out: Path, shard: Shard, buckets: int) -> dict[str, int]:
    """Write the hashes of a shard's texts, and of the sides of its pairs, to `0000.parquet`…"""
    table = shards.read(shard[1].file("annotations.parquet"), ["exact_hash", "side_hashes"])
    sides, owners = side_keys(table["side_hashes"], shard[0])
    keys = np.concatenate([table["exact_hash"].to_numpy(), sides])
    rows = np.concatenate([np.arange(table.num_rows), owners]).astype(np.int32)
    is_side = np.arange(len(keys)) >= table.num_rows
    write_buckets(out, keys, pa.table([keys, rows, is_side], schema=KEYS), buckets)
    return {"rows": table.num_rows}


def side_keys(hashes: pa.ChunkedArray, documents: Artifact) -> tuple[Hashes, Indices]:
    """Hashes of the sides of pairs, and the rows they are of; sides without a line of LINE_COLUMNS do not count.

    Through "Yes" or "OK" whole corpora would hang together.
    """
    pairs = np.flatnonzero(hashes.is_valid().to_numpy())
    if not len(pairs):
        return np.empty(0, np.uint64), pairs
    texts = shards.read(documents.file("documents.parquet"), ["text", "text2"]).take(pa.array(pairs))
    long = np.stack([has_long_line(texts[name]) for name in ("text", "text2")], axis=1)
    keys = hashes.combine_chunks().flatten().to_numpy().reshape(-1, 2)
    return keys[long], np.repeat(pairs, 2).reshape(-1, 2)[long]


def has_long_line(texts: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Which texts have a line that is long enough to be evidence of a common origin."""
    column = texts.cast(pa.large_string()).combine_chunks()
    lines, starts = hash_lines(*buffers(column), fold(), widths(), LINE_COLUMNS)
    counts = np.concatenate([[0], np.cumsum(lines != 0)])
    longer: NDArray[np.bool_] = counts[starts[1:]] > counts[starts[:-1]]
    return longer


def find_equal_texts(out: Path, bucket: Bucket) -> dict[str, int]:
    """Find documents with equal hashes in one bucket.

    Writes two arrays, int64 (2, m), of first documents above and others below: `equal.npy`, where the texts are equal,
    and `sides.npy`, where at least one of them is a side of a pair.
    """
    keys, rows, sides = read_hashes(bucket)
    order = np.lexsort((rows, keys))
    keys, rows, sides = keys[order], rows[order], sides[order]
    np.save(out / "equal.npy", pair_with_first(keys[~sides], rows[~sides]))
    # A key that no side has makes equal texts only, and these are in `equal.npy` already.
    with_sides = np.isin(keys, keys[sides])
    np.save(out / "sides.npy", pair_with_first(keys[with_sides], rows[with_sides]))
    return {"keys": len(keys)}


def read_hashes(bucket: Bucket) -> tuple[Hashes, Indices, NDArray[np.bool_]]:
    """The hashes of one bucket, the numbers of their documents, and whether they are of sides."""
    keys, rows, sides = [np.empty(0, np.uint64)], [np.empty(0, np.int64)], [np.empty(0, np.bool_)]
    for start, table in read_bucket(bucket):
        keys.append(table["key"].to_numpy())
        rows.append(table["row"].to_numpy().astype(np.int64) + start)
        sides.append(table["side"].to_numpy())
    return np.concatenate(keys), np.concatenate(rows), np.concatenate(sides)


def pair_with_first(keys: Hashes, rows: Indices) -> Indices:
    """The first document with each key above the others with that key, (2, m); sorted by key, then document."""
    fresh = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    first = rows[fresh][np.cumsum(fresh) - 1]
    return np.stack([first[~fresh], rows[~fresh]])


def number_first_texts(out: Path, parts: tuple[Artifact, ...], documents: int) -> dict[str, int]:
    """Write `texts.npy`, int64 (documents): the first document with the same text, in any language."""
    first = np.arange(documents)
    for part in parts:
        # Each hash is in one bucket, so that no document has two first ones.
        equal = np.load(part.file("equal.npy"))
        first[equal[1]] = equal[0]
    np.save(out / "texts.npy", first)
    return {"texts": int((first == np.arange(documents)).sum())}


def scatter_bare(out: Path, shard: Shard, buckets: int) -> dict[str, int]:
    """Write the hashes of a shard's texts without diacritics to `0000.parquet`…; short texts and pairs have none."""
    table = shards.read(shard[1].file("annotations.parquet"), ["bare_hash", "marks"])
    rows = pa.array(np.arange(table.num_rows, dtype=np.int32))
    keys = pa.table([table["bare_hash"], rows, table["marks"]], schema=BARE_KEYS)
    keys = keys.filter(pc.is_valid(keys["key"]))
    write_buckets(out, keys["key"].to_numpy(), keys, buckets)
    return {"rows": table.num_rows}


def find_bare(out: Path, bucket: Bucket, texts: Artifact) -> dict[str, int]:
    """Write `bare.npy`, int64 (2, m): a text with diacritics, and a copy of it with hardly any."""
    tables = [
        BARE_KEYS.empty_table().set_column(1, "row", pa.array([], pa.int64())),
        *(
            table.set_column(1, "row", pc.add(table["row"].cast(pa.int64()), start))
            for start, table in read_bucket(bucket)
        ),
    ]
    key, row, marks = (column.to_numpy() for column in pa.concat_tables(tables).columns)
    first = np.load(texts.file("texts.npy"), mmap_mode="r")[row] == row
    key, row, marks = key[first], row[first], marks[first].astype(np.int64)
    # Within a key the text with most diacritics comes first: the others are held against it.
    order = np.lexsort((row, -marks, key))
    key, row, marks = key[order], row[order], marks[order]
    fresh = np.append(True, key[1:] != key[:-1])[: len(key)]
    best = np.flatnonzero(fresh)[np.cumsum(fresh) - 1]
    lacking = (marks <= MAX_MARKS_SHARE * marks[best]) & (marks < marks[best])
    copies: Indices = np.stack([row[best][lacking], row[lacking]])
    np.save(out / "bare.npy", copies)
    return {"copies": copies.shape[1]}
