"""Where a task's documents and rejects go: two Parquet files, counts, and how much there is of each language."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from emma.collect.config import SourceConfig
from emma.collect.documents import Document
from emma.collect.unit import RAW_BYTES, Bad
from emma.schemas import DOCUMENTS, REJECTS
from emma.store.shards import ROW_GROUP, ShardWriter, write

BATCH_BYTES = 32_000_000
"""Text held before it is written."""
LANGUAGES = pa.schema([("lang", pa.string()), ("documents", pa.int64()), ("bytes", pa.int64())])


class Sink:
    """Writes `documents.parquet`, `rejects.parquet` and `languages.parquet` into a folder."""

    def __init__(self, out: Path, source: SourceConfig) -> None:
        self._out, self._source = out, source
        self._documents = ShardWriter(out / "documents.parquet", DOCUMENTS)
        self._rejects = ShardWriter(out / "rejects.parquet", REJECTS)
        self._rows: list[Mapping[str, Any]] = []
        self._waiting = 0
        self.file = ""
        """Name of the file that is being read."""
        self.counts: Counter[str] = Counter(rows_in=0, rows_out=0, units=0, bytes=0)
        self._by_lang: Counter[tuple[str, str]] = Counter()

    def keep(self, document: Document) -> None:
        """Take one document."""
        unit, size = document.unit, document.unit.bytes
        self._rows.append(
            {
                "id": f"{self._source.name}:{self.file}#{unit.row}",
                "text": unit.text,
                "lang": document.lang,
                "text2": unit.text2,
                "lang2": document.lang2,
                "source": self._source.name,
                "source_code": unit.code,
                "rule": document.rule,
                "domain": self._source.domain,
                "licence": self._source.licence,
                "file": self.file,
                "row": unit.row,
                "url": unit.url,
                "repair": unit.repair,
            }
        )
        self._waiting += size
        self.counts.update(rows_in=1, rows_out=1, units=unit.units, bytes=size)
        self._by_lang.update({(document.lang, "documents"): 1, (document.lang, "bytes"): size})
        if self._waiting >= BATCH_BYTES or len(self._rows) >= ROW_GROUP:
            self._flush()

    def reject(self, bad: Bad) -> None:
        """Take one row that cannot be used."""
        place = {"source": self._source.name, "file": self.file, "row": bad.row}
        self._rejects.add({**place, "reason": bad.reason, "raw": bad.raw[:RAW_BYTES]})
        self.counts.update({"rows_in": 1, "units": bad.units, f"rejected: {bad.kind}": 1})

    def _flush(self) -> None:
        rows, self._rows, self._waiting = self._rows, [], 0
        if rows:
            self._documents.add_table(pa.Table.from_pylist(rows, schema=DOCUMENTS))

    def __enter__(self) -> "Sink":
        self._documents.__enter__()
        self._rejects.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
            write(self._out / "languages.parquet", self._languages())
        self._documents.__exit__(kind, error, trace)
        self._rejects.__exit__(kind, error, trace)

    def _languages(self) -> pa.Table:
        langs = sorted({lang for lang, _ in self._by_lang})
        rows = [{"lang": lang, **{name: self._by_lang[lang, name] for name in LANGUAGES.names[1:]}} for lang in langs]
        return pa.Table.from_pylist(rows, schema=LANGUAGES)
