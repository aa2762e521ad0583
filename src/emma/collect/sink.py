"""Write a task's documents and rejects: two Parquet files, counts, and the amount of text in each language."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc

from emma.collect.config import SourceConfig
from emma.collect.metadata import dump_meta
from emma.collect.records import MAX_RAW_BYTES, UNKNOWN_LANGUAGE, Document, Meta, Reject
from emma.schemas import DOCUMENTS, REJECTS
from emma.store.shards import ROW_GROUP, ShardWriter, write

COLUMNS = ("id", "text", "lang", "text2", "lang2", "source_code", "rule", "file", "row", "url", "repair", "meta")
"""Columns in which the documents of a source differ."""
Row = tuple[str | int | None, ...]
"""One document's: a plain tuple, which costs the garbage collector nothing."""
BATCH_CHARS = 16_000_000
"""Characters of text held before they are written."""
LANGUAGES = pa.schema([("lang", pa.string()), ("documents", pa.int64()), ("bytes", pa.int64())])
KEPT = pa.schema([("name", pa.string()), ("documents", pa.int64())])
"""Names in `meta`, and the documents that have something under them."""
UNREAD = pa.schema([("file", pa.string()), ("bytes_read", pa.int64()), ("bytes_unread", pa.int64())])


LOST = ("units_rejected", "units_lost", "bytes_read", "bytes_unread")
"""Counts of what a source could not give: units in rejects; those of them that are text, as far as anybody can tell;
bytes of its files, decompressed, that were read, and that were not."""


class DocumentSink:
    """Writes `documents.parquet`, `rejects.parquet`, `languages.parquet` and `unread.parquet` into a folder.

    Where the source says what to `keep`, `kept.parquet` has the names in `meta`, and how many documents have each.
    """

    def __init__(self, out: Path, source: SourceConfig) -> None:
        self._out, self._source = out, source
        self._documents = ShardWriter(out / "documents.parquet", DOCUMENTS)
        self._rejects = ShardWriter(out / "rejects.parquet", REJECTS)
        self._rows: list[Row] = []
        self._chars = 0
        self._rejects_by_kind: Counter[str] = Counter()
        self._lost: Counter[str] = Counter(dict.fromkeys(LOST, 0))
        self._by_lang = LANGUAGES.empty_table()
        self._kept: Counter[str] = Counter()
        self._unread: list[dict[str, str | int]] = []
        self.units = 0
        """Units that came, in documents and rejects."""
        self.begin_piece("")
        self.open_file("")

    def begin_piece(self, file: str) -> None:
        """Begin with the next file of the source, or archive of files."""
        self._piece, self._read = file, self._lost["bytes_read"]

    def open_file(self, file: str) -> None:
        """Begin with a file, or a member of an archive."""
        self.file = file
        self._file_chars = self._file_unread = 0
        self._failed = False

    def close_file(self, passed: int) -> None:
        """End with a file of which so many bytes, decompressed, were passed.

        What nobody can tell is at least what its texts have. A damaged file that gave nothing counts as not read.
        """
        passed = max(passed, self._file_chars + self._file_unread)
        unread = passed if self._failed and not self._file_chars else self._file_unread
        self._lost.update(bytes_read=passed - unread, bytes_unread=unread)
        if unread:
            read = passed - unread
            if self.file == self._piece:  # of an archive, its members were read
                read, self._read = self._lost["bytes_read"] - self._read, self._lost["bytes_read"]
            self._unread.append({"file": self.file, "bytes_read": read, "bytes_unread": unread})

    def keep(self, document: Document) -> None:
        """Keep one document."""
        clean, lang2 = document.clean, document.lang2
        # From the source and not from arrival: a row has the same id in every run, with any number of workers.
        document_id = f"{self._source.name}:{self.file}#{clean.row}"
        sides = (clean.text, document.lang.label, clean.text2, None if lang2 is None else lang2.label)
        origin = (clean.code, document.rule, self.file, clean.row, clean.url, clean.repair, self._dump_meta(clean.meta))
        # Tuples in lists and not dicts: columns are made of them at once, and the garbage collector leaves them alone.
        self._rows.append((document_id, *sides, *origin))
        self.units += clean.units
        chars = len(clean.text) + (0 if clean.text2 is None else len(clean.text2))
        self._chars += chars
        self._file_chars += chars
        if self._chars >= BATCH_CHARS or len(self._rows) >= ROW_GROUP:
            self._flush()

    def _dump_meta(self, meta: Meta | None) -> str | None:
        """What is said of a document beside its text as JSON, its names counted."""
        if not meta:
            return None
        self._kept.update(meta.keys())
        return dump_meta(meta)

    def reject(self, reject: Reject) -> None:
        """Keep what is known of a row that cannot be used."""
        place = {"source": self._source.name, "file": self.file, "row": reject.row}
        stands_for = {"units": reject.units, "unread": reject.unread}
        self._rejects.add({**place, "reason": reject.reason, "raw": reject.raw[:MAX_RAW_BYTES], **stands_for})
        self.units += reject.units
        self._rejects_by_kind[f"rejected: {reject.kind}"] += 1
        self._lost["units_rejected"] += reject.units
        if reject.is_lost:
            self._lost["units_lost"] += reject.units
            self._file_unread += reject.unread
            self._failed = self._failed or reject.kind != UNKNOWN_LANGUAGE

    def refuse(self, reject: Reject) -> None:
        """Reject a file, a member of an archive, or a place in an archive, that is not read at all."""
        self.open_file(reject.file or self._piece)
        self.reject(reject)
        self.close_file(0)

    def counts(self) -> dict[str, int]:
        """Count, once all is read: rows in, rows out, units, bytes, what was lost, and rejects by kind."""
        rows, size = (sum(self._by_lang[name].to_pylist()) for name in ("documents", "bytes"))
        totals = {"rows_in": rows + self._rejects_by_kind.total(), "rows_out": rows, "units": self.units, "bytes": size}
        return dict(sorted({**totals, **self._lost, **self._rejects_by_kind}.items()))

    def _flush(self) -> None:
        rows, self._rows, self._chars = self._rows, [], 0
        if rows:
            documents = make_table(rows, self._source)
            self._documents.add_table(documents)
            self._by_lang = sum_languages([self._by_lang, count_languages(documents)])

    def __enter__(self) -> "DocumentSink":
        self._documents.__enter__()
        self._rejects.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
            write(self._out / "languages.parquet", self._by_lang)
            write(self._out / "unread.parquet", pa.Table.from_pylist(self._unread, schema=UNREAD))
            if self._source.keep:
                kept = [{"name": name, "documents": self._kept[name]} for name in sorted(self._kept)]
                write(self._out / "kept.parquet", pa.Table.from_pylist(kept, schema=KEPT))
        self._documents.__exit__(kind, error, trace)
        self._rejects.__exit__(kind, error, trace)


def make_table(rows: Sequence[Row], source: SourceConfig) -> pa.Table:
    """Make a table of the schema DOCUMENTS from the rows of a source."""
    columns: dict[str, object] = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    for name, value in (("source", source.name), ("domain", source.domain), ("licence", source.licence)):
        columns[name] = pa.repeat(value, len(rows))
    return pa.table([pa.array(columns[field.name], field.type) for field in DOCUMENTS], schema=DOCUMENTS)


def count_languages(documents: pa.Table) -> pa.Table:
    """Count documents and their UTF-8 bytes, both sides of bitext, by language."""
    sizes = [pc.fill_null(pc.binary_length(documents[name]), 0).cast(pa.int64()) for name in ("text", "text2")]
    ones = pa.repeat(pa.scalar(1, pa.int64()), documents.num_rows)
    return pa.table([documents["lang"], ones, pc.add(*sizes)], schema=LANGUAGES)


def sum_languages(tables: Sequence[pa.Table]) -> pa.Table:
    """Add tables of the schema LANGUAGES up to one, a row a language, sorted."""
    grouped = pa.concat_tables(tables).group_by("lang").aggregate([("documents", "sum"), ("bytes", "sum")])
    return grouped.rename_columns(LANGUAGES.names).cast(LANGUAGES).sort_by("lang")
