"""Tables in Arrow's formats: Parquet files, and data sets of the Hugging Face world."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from emma.collect.config import SourceConfig
from emma.collect.files.datasets import is_on_hub, read_hub_rows
from emma.collect.files.streams import CHUNK_BYTES, DAMAGE_ERRORS, InputFile
from emma.collect.formats import arrow
from emma.collect.formats.record import Fields
from emma.collect.readers import reader
from emma.collect.records import RawDocument, Reject

MOST_ROWS = 1 << 40
"""Rows that a group may have: the metadata of a damaged file may give any number."""


def read_parquet(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The rows, in order, a few at a time; a row group that is damaged costs what is left of it."""
    size = 0
    try:
        stream = file.seekable_stream()
        size = stream.seek(0, os.SEEK_END)
        table = pq.ParquetFile(stream)
        columns = arrow.wanted(table.schema_arrow, source)
        groups = map(table.metadata.row_group, range(table.num_row_groups))
        counts = [max(0, min(group.num_rows, MOST_ROWS)) for group in groups]
    except arrow.BROKEN as error:
        yield arrow.broken(0, error, unread=size)
        return
    if isinstance(columns, Reject):
        yield replace(columns, units=max(1, sum(counts)), unread=size)
        return
    begin = 1
    for index, count in enumerate(counts):
        rows = range(begin, begin + count)
        for found in read_row_group(table, index, columns, source, rows):
            yield replace(found, units=arrow.plausible(found.units, size)) if isinstance(found, Reject) else found
        begin += count


def read_row_group(
    table: pq.ParquetFile, index: int, columns: list[str], source: SourceConfig, rows: range
) -> Iterator[RawDocument | Reject]:
    """The rows of a group, under their numbers."""
    row = rows.start
    why: BaseException = EOFError("there are fewer rows than the file says")
    try:
        for batch in table.iter_batches(arrow.BATCH, row_groups=[index], columns=columns):
            yield from arrow.units(batch, columns, source, row)
            row += batch.num_rows
    except arrow.BROKEN as error:
        why = error
    if row < rows.stop:
        yield arrow.broken(row, why, units=rows.stop - row)


@reader(options={"config": str, "split": str})
def read_huggingface(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a row, in order."""
    if is_on_hub(file.location):
        fields = Fields(source)
        for row, record in enumerate(read_hub_rows(file.location), 1):
            yield arrow.unit(fields, row, record)
    elif file.plain_name.suffix == ".parquet":
        yield from read_parquet(file, source)
    else:
        yield from _read_saved(file, source)


def _read_saved(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """A file of Arrow batches, one after the other, as `datasets` writes them."""
    measured = Measured(file.stream)
    row, begin = 1, 0
    try:
        stream = pa.ipc.open_stream(measured)
        columns = arrow.wanted(stream.schema, source)
        if isinstance(columns, Reject):
            yield replace(columns, unread=measured.drain())
            return
        while True:
            begin = measured.at
            batch = stream.read_next_batch()
            yield from arrow.units(batch, columns, source, row)
            row += min(batch.num_rows, 8 * batch.get_total_buffer_size())  # a damaged one may give any number
    except StopIteration:
        end = measured.at
        if rest := measured.drain() - end:
            yield arrow.broken(row, EOFError("there is more after the mark of its end"), unread=rest)
    except arrow.BROKEN as error:
        yield arrow.broken(row, error, unread=measured.drain() - begin)


class Measured(io.RawIOBase):
    """A stream that knows how much was read of it, and that no damaged length makes it hold more than there is."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.at = 0
        """Bytes that were read."""

    def readable(self) -> bool:
        """True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """As many bytes as there are, up to `size`."""
        pieces: list[bytes] = []
        while size and (piece := self._stream.read(min(size, CHUNK_BYTES) if size > 0 else CHUNK_BYTES)):
            pieces.append(piece)
            self.at += len(piece)
            size -= len(piece) if size > 0 else 0
        return b"".join(pieces)

    def drain(self) -> int:
        """Read the rest for nothing; bytes of it all, as far as it is whole."""
        try:
            while piece := self._stream.read(CHUNK_BYTES):
                self.at += len(piece)
        except DAMAGE_ERRORS:
            pass
        return self.at
