"""Copies without their diacritics: texts that are equal but for these, and of which one has hardly any.

They are never equal texts, since tone marks and vowels tell words apart. But a whole text that differs from another in
nothing else is its copy, and the one that goes is the one that lacks them, wherever it stands.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.curate.duplicates.shuffle import Bucket, Shard, read_bucket, write_buckets
from emma.kernels.sets import Indices
from emma.store import shards
from emma.store.artifact import Artifact

HARDLY = 0.25
"""Share of the other's diacritics that a copy without them may still have: some write đ, or é, and nothing else."""
KEYS = pa.schema([("key", pa.uint64()), ("row", pa.int32()), ("marks", pa.int32())])


def scatter_bare(out: Path, shard: Shard, buckets: int) -> dict[str, int]:
    """Write the hashes of a shard's texts without diacritics to `0000.parquet`…; short texts and pairs have none."""
    table = shards.read(shard[1].file("annotations.parquet"), ["bare_hash", "marks"])
    rows = pa.array(np.arange(table.num_rows, dtype=np.int32))
    keys = pa.table([table["bare_hash"], rows, table["marks"]], schema=KEYS)
    keys = keys.filter(pc.is_valid(keys["key"]))
    write_buckets(out, keys["key"].to_numpy(), keys, buckets)
    return {"rows": table.num_rows}


def find_bare(out: Path, bucket: Bucket, texts: Artifact) -> dict[str, int]:
    """Write `bare.npy`, int64 (2, m): a text with diacritics, and a copy of it with hardly any."""
    tables = [
        KEYS.empty_table().set_column(1, "row", pa.array([], pa.int64())),
        *(
            table.set_column(1, "row", pc.add(table["row"].cast(pa.int64()), start))
            for start, table in read_bucket(bucket)
        ),
    ]
    key, row, marks = (column.to_numpy() for column in pa.concat_tables(tables).columns)
    first = np.load(texts.file("texts.npy"), mmap_mode="r")[row] == row
    key, row, marks = key[first], row[first], marks[first].astype(np.int64)
    order = np.lexsort((row, -marks, key))
    key, row, marks = key[order], row[order], marks[order]
    fresh = np.append(True, key[1:] != key[:-1])[: len(key)]
    best = np.flatnonzero(fresh)[np.cumsum(fresh) - 1]
    lacking = (marks <= HARDLY * marks[best]) & (marks < marks[best])
    found: Indices = np.stack([row[best][lacking], row[lacking]])
    np.save(out / "bare.npy", found)
    return {"copies": found.shape[1]}
