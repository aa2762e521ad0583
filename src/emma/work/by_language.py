"""Kept documents, sorted by language, one file a split: what release writes, and what `emma export` does.

Rows go into hash buckets of languages first, so that each task holds a few languages and no shard is read twice.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from emma.config.section import Settings
from emma.schemas import SPLITS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.selected import Beside, keep_rows, read_selected
from emma.store.shards import ROW_GROUP, ShardWriter
from emma.work.masking import mask_table
from emma.work.table_files import FORMATS
from emma.work.work import bucket_files

SIZES = pa.schema(
    [
        ("lang", pa.string()),
        ("split", pa.string()),
        ("documents", pa.int64()),
        ("bitext", pa.int64()),  # documents with a second side
        ("bytes", pa.int64()),  # UTF-8, both sides
    ]
)
MAX_CONFIGS = 3_000
"""Configurations that a data set may have: the Hugging Face hub shows none with more."""
FLUSH_BYTES = 16_000_000
"""Rows of one file stay in memory until they are this many bytes, or a row group."""


class Choice(Settings):
    """Which rows of a corpus are written, and which of their columns."""

    columns: tuple[str, ...]
    """Columns of DOCUMENTS, `lang` among them."""
    splits: tuple[str, ...] = SPLITS
    langs: tuple[str, ...] | None = None
    """Labels; None: all languages."""
    sources: tuple[str, ...] | None = None
    """Names; None: all sources."""
    without_sources: tuple[str, ...] = ()
    beside: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Tables that are row-aligned with the documents, by the names of their files, and their columns."""
    mask: tuple[str, ...] = ()
    """Kinds of personal data (`emma.kernels.personal.KINDS`) that placeholders stand for, in texts and in `meta`."""
    by_source: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """Further columns, which a source has one value for: each with pairs of source and value."""


def bucket_by_language(out: Path, item: Sequence[Artifact], buckets: int, choice: Choice) -> dict[str, int]:
    """Send the chosen rows of a shard into buckets of languages.

    `item` is the shard of documents, the selection made on it, and what holds each table that is `beside`.
    """
    writers: dict[int, ShardWriter] = {}
    counts = {"rows_in": 0, "rows_out": 0}
    documents, selection, *others = item
    beside = [Beside(other, file, columns) for other, (file, columns) in zip(others, choice.beside, strict=True)]
    try:
        for kept in read_selected(documents, selection, choice.columns, choice.splits, beside):
            chosen = add_source_columns(keep_rows(kept, match_rows(kept, choice)), choice)
            chosen, masked = mask_table(chosen, choice.mask)
            counts.update({name: counts.get(name, 0) + count for name, count in masked.items()})
            counts["rows_in"] += kept.num_rows
            counts["rows_out"] += chosen.num_rows
            for number, rows in split_by_bucket(chosen, buckets):
                if number not in writers:
                    writers[number] = ShardWriter(out / f"{number:04}.parquet", rows.schema)
                writers[number].add_table(rows)
    finally:
        for writer in writers.values():
            writer.close()
    return counts


def needs_one_config(languages: int, most: int | None = None) -> bool:
    """Whether there are too many languages for a configuration each: more than `most`, or than the hub shows."""
    return languages > (MAX_CONFIGS if most is None else min(most, MAX_CONFIGS))


def match_rows(table: pa.Table, choice: Choice) -> pa.ChunkedArray:
    """Whether each row is of a language and a source that are chosen."""
    match = pc.invert(pc.is_in(table["source"], value_set=pa.array(choice.without_sources, pa.string())))
    for name, wanted in (("lang", choice.langs), ("source", choice.sources)):
        if wanted is not None:
            match = pc.and_(match, pc.is_in(table[name], value_set=pa.array(wanted, pa.string())))
    return match


def add_source_columns(table: pa.Table, choice: Choice) -> pa.Table:
    """The table with the columns that a source has one value for, behind those of documents."""
    for place, (name, pairs) in enumerate(choice.by_source, len(choice.columns)):
        sources, values = (pa.array(column, pa.string()) for column in zip(*pairs, strict=True))
        column = values.take(pc.index_in(table["source"], value_set=sources).combine_chunks())
        table = table.add_column(place, name, column)
    return table


def split_by_bucket(table: pa.Table, buckets: int) -> Iterable[tuple[int, pa.Table]]:
    """The rows of each bucket, in order."""
    langs = defaultdict(list)
    for lang in sorted(pc.unique(table["lang"]).to_pylist()):
        langs[crc32(lang.encode()) % buckets].append(lang)  # not `hash`, which Python salts for each process
    for number in sorted(langs):
        yield number, keep_rows(table, pc.is_in(table["lang"], value_set=pa.array(langs[number])))


def write_languages(out: Path, bucket: tuple[int, tuple[Artifact, ...]], kind: str = "parquet") -> dict[str, int]:
    """Write `<lang>/<split>.<kind>` for the languages of a bucket, and `sizes.parquet`."""
    with LanguageFiles(out, kind) as files:
        for path in bucket_files(bucket):
            for batch in shards.batches(path):
                files.add(pa.Table.from_batches([batch]))
    shards.write(out / "sizes.parquet", files.sizes())
    rows = sum(documents for documents, _, _ in files.counts.values())
    return {"rows_in": rows, "rows_out": rows}


class LanguageFiles:
    """Files of several languages and splits, written side by side in pieces of a decent size."""

    def __init__(self, out: Path, kind: str) -> None:
        self._out, self._kind = out, kind
        self._writers: dict[tuple[str, str], shards.TableWriter] = {}
        self._tables: dict[tuple[str, str], list[pa.Table]] = defaultdict(list)
        self.counts: dict[tuple[str, str], tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
        """Documents, bitext, bytes by language and split."""

    def add(self, table: pa.Table) -> None:
        """Take rows of any languages and splits."""
        # Sorted, so that files are opened in the same order every time.
        for key in sorted({*zip(table["lang"].to_pylist(), table["split"].to_pylist(), strict=True)}):
            is_mine = pc.and_(pc.equal(table["lang"], key[0]), pc.equal(table["split"], key[1]))
            rows = table.filter(is_mine).drop_columns("split")
            documents, bitext, size = self.counts[key]
            self.counts[key] = (documents + rows.num_rows, bitext + count_bitext(rows), size + count_bytes(rows))
            tables = self._tables[key]
            tables.append(rows)
            if sum(part.num_rows for part in tables) >= ROW_GROUP or sum(part.nbytes for part in tables) >= FLUSH_BYTES:
                self._flush(key)

    def _flush(self, key: tuple[str, str]) -> None:
        table = pa.concat_tables(self._tables.pop(key)).combine_chunks()
        if key not in self._writers:
            path = self._out / key[0] / f"{key[1]}.{self._kind}"
            path.parent.mkdir(exist_ok=True)
            self._writers[key] = FORMATS[self._kind](path, table.schema)
        self._writers[key].add_table(table)

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
            writer.close()


def count_bitext(rows: pa.Table) -> int:
    """Rows with a second side."""
    return int(rows.num_rows - rows["text2"].null_count)


def count_bytes(rows: pa.Table) -> int:
    """UTF-8 bytes of both sides."""
    return sum(pc.sum(pc.binary_length(rows[name])).as_py() or 0 for name in ("text", "text2"))


def assemble_corpus(parts: Sequence[Artifact], folder: Path) -> pa.Table:
    """Put the files of all buckets under `folder`/data, and return their sizes sorted by language."""
    (folder / "data").mkdir(parents=True, exist_ok=True)  # where nothing may be passed on, it stays empty
    for part in parts:
        for path in sorted(path for path in part.folder().glob("*/*") if path.is_file()):
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
