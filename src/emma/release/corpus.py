"""The corpus folder: kept documents, sorted by language, one Parquet file a split.

Rows go into hash buckets of languages first, so that each task holds a few languages and no shard is read twice.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from emma.schemas import DOCUMENTS, SPLITS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.selected import read_selected
from emma.store.shards import ROW_GROUP, SMALL, ShardWriter
from emma.work.work import bucket_files

TEXTS = ("id", "text", "lang", "text2", "lang2")
SCHEMA = pa.schema(
    [DOCUMENTS.field(name) for name in (*TEXTS, "source", "domain", "licence", "source_code", "url", "meta")]
)
"""Columns of the released files."""
SIZES = pa.schema(
    [
        ("lang", pa.string()),
        ("split", pa.string()),
        ("documents", pa.int64()),
        ("bitext", pa.int64()),  # documents with a second side
        ("bytes", pa.int64()),  # UTF-8, both sides
    ]
)


class ReleasedSplit(TypedDict):
    """A row of SIZES."""

    lang: str
    split: str
    documents: int
    bitext: int
    bytes: int


FLUSH_BYTES = 16_000_000
"""Rows of one file stay in memory until they are this many bytes, or a row group."""


def bucket_by_language(
    out: Path, item: tuple[Artifact, Artifact], buckets: int, exclude: tuple[str, ...]
) -> dict[str, int]:
    """Send the kept rows of a shard of documents and its selection into buckets of languages."""
    writers: dict[int, ShardWriter] = {}
    counts = {"rows_in": 0, "rows_out": 0, "dropped: excluded source": 0}
    try:
        for kept in read_selected(*item, SCHEMA.names, SPLITS):
            is_excluded = pc.is_in(kept["source"], value_set=pa.array(exclude, pa.string()))
            released = kept.filter(pc.invert(is_excluded))
            counts["rows_in"] += kept.num_rows
            counts["rows_out"] += released.num_rows
            for number, rows in split_by_bucket(released, buckets):
                if number not in writers:
                    writers[number] = ShardWriter(out / f"{number:04}.parquet", rows.schema)
                writers[number].add_table(rows)
    finally:
        for writer in writers.values():
            writer.close()
    counts["dropped: excluded source"] = counts["rows_in"] - counts["rows_out"]
    return counts


def split_by_bucket(table: pa.Table, buckets: int) -> Iterable[tuple[int, pa.Table]]:
    """The rows of each bucket, in order."""
    langs = defaultdict(list)
    for lang in sorted(pc.unique(table["lang"]).to_pylist()):
        langs[crc32(lang.encode()) % buckets].append(lang)  # not `hash`, which Python salts for each process
    for number in sorted(langs):
        yield number, table.filter(pc.is_in(table["lang"], value_set=pa.array(langs[number])))


def write_languages(out: Path, bucket: tuple[int, tuple[Artifact, ...]]) -> dict[str, int]:
    """Write `<lang>/<split>.parquet` for the languages of a bucket, and `sizes.parquet`."""
    with LanguageFiles(out) as files:
        for path in bucket_files(bucket):
            for batch in shards.batches(path):
                files.add(pa.Table.from_batches([batch]))
    shards.write(out / "sizes.parquet", files.sizes())
    rows = sum(documents for documents, _, _ in files.counts.values())
    return {"rows_in": rows, "rows_out": rows}


class LanguageFiles:
    """Files of several languages and splits, written side by side in row groups of a decent size."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._writers: dict[tuple[str, str], ShardWriter] = {}
        self._tables: dict[tuple[str, str], list[pa.Table]] = defaultdict(list)
        self.counts: dict[tuple[str, str], tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
        """Documents, bitext, bytes by language and split."""

    def add(self, table: pa.Table) -> None:
        """Take rows of any languages and splits."""
        # Sorted, so that files are opened in the same order every time.
        for key in sorted({*zip(table["lang"].to_pylist(), table["split"].to_pylist(), strict=True)}):
            is_mine = pc.and_(pc.equal(table["lang"], key[0]), pc.equal(table["split"], key[1]))
            rows = table.filter(is_mine).select(SCHEMA.names)
            documents, bitext, size = self.counts[key]
            self.counts[key] = (documents + rows.num_rows, bitext + count_bitext(rows), size + count_bytes(rows))
            tables = self._tables[key]
            tables.append(rows)
            if sum(part.num_rows for part in tables) >= ROW_GROUP or sum(part.nbytes for part in tables) >= FLUSH_BYTES:
                self._flush(key)

    def _flush(self, key: tuple[str, str]) -> None:
        if key not in self._writers:
            path = self._out / key[0] / f"{key[1]}.parquet"
            path.parent.mkdir(exist_ok=True)
            # Compressed harder than shards of the store: written once, and downloaded often.
            self._writers[key] = ShardWriter(path, SCHEMA, SMALL)
        self._writers[key].add_table(pa.concat_tables(self._tables.pop(key)).combine_chunks())

    def sizes(self) -> pa.Table:
        """One row a language and split."""
        rows = [(*key, *self.counts[key]) for key in sorted(self.counts)]
        return pa.Table.from_pylist([dict(zip(SIZES.names, row, strict=True)) for row in rows], schema=SIZES)

    def __enter__(self) -> "LanguageFiles":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for key in sorted(self._tables) if error is None else ():
            self._flush(key)
        for writer in self._writers.values():
            writer.__exit__(kind, error, trace)


def count_bitext(rows: pa.Table) -> int:
    """Rows with a second side."""
    return int(rows.num_rows - rows["text2"].null_count)


def count_bytes(rows: pa.Table) -> int:
    """UTF-8 bytes of both sides."""
    return sum(pc.sum(pc.binary_length(rows[name])).as_py() or 0 for name in ("text", "text2"))


def assemble_corpus(parts: Sequence[Artifact], folder: Path) -> pa.Table:
    """Put the files of all buckets under `folder`/data, and return their sizes sorted by language."""
    for part in parts:
        for path in sorted(part.folder().glob("*/*.parquet")):
            link_file(path, folder / "data" / path.parent.name / path.name)
    sizes = shards.read_all([part.file("sizes.parquet") for part in parts])
    return sizes.sort_by([("lang", "ascending"), ("split", "ascending")])


def link_file(source: Path, to: Path) -> None:
    """The same file under another name, without a second copy where the file system allows that."""
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, to)
    except OSError:  # no hard links here, or too many
        shutil.copyfile(source, to)
