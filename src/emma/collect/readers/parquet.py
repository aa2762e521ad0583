"""Readers of tables in Arrow's formats: Parquet files, and data sets of the Hugging Face world.

The source's `fields` name the columns, with a dot those inside a struct or list.
"""

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
from emma.collect.readers.reader import Option, reader
from emma.collect.records import RawDocument, Reject

MAX_ROWS = 1 << 40
"""Rows that a row group may have: the metadata of a damaged file may give any number."""


@reader(
    is_binary=True,
    purpose="Parquet files: a document a row, or a pair of translations with `text2` in `fields`",
    language="The column `lang`, or the one that `fields` names for it.",
    suffixes=(".parquet",),
    has_fields=True,
    metadata={"*": "a column, with a dot a field inside of it"},
    example="""\
path = "crawl/**/*.parquet"
fields = { text = "content", lang = "meta.lang" }
""",
)
def read_parquet(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a Parquet file: a document a row, in order; a row group that is damaged costs what is left of it."""
    size = 0
    try:  # pyarrow.parquet itself, since `store.shards` reads only files of our own, which are not damaged
        stream = file.seekable_stream()
        size = stream.seek(0, os.SEEK_END)
        table = pq.ParquetFile(stream)
        columns = arrow.find_columns(table.schema_arrow, source)
        groups = map(table.metadata.row_group, range(table.num_row_groups))
        counts = [max(0, min(group.num_rows, MAX_ROWS)) for group in groups]
    except arrow.READ_ERRORS as error:
        yield arrow.reject_rest(0, error, unread=size)
        return
    if isinstance(columns, Reject):
        yield replace(columns, units=max(1, sum(counts)), unread=size)
        return
    begin = 1
    # Row group by row group, so that a damaged one does not cost those after it.
    for index, count in enumerate(counts):
        rows = range(begin, begin + count)
        for document in read_row_group(table, index, columns, source, rows):
            if isinstance(document, Reject):
                document = replace(document, units=arrow.bound_rows(document.units, size))  # noqa: PLW2901
            yield document
        begin += count


def read_row_group(
    table: pq.ParquetFile, index: int, columns: list[str], source: SourceConfig, rows: range
) -> Iterator[RawDocument | Reject]:
    """The documents of a row group, under the numbers `rows`; those that cannot be read are one reject."""
    row = rows.start
    why: BaseException = EOFError("there are fewer rows than the file says")
    try:
        for batch in table.iter_batches(arrow.BATCH_ROWS, row_groups=[index], columns=columns):
            yield from arrow.read_batch(batch, columns, source, row)
            row += batch.num_rows
    except arrow.READ_ERRORS as error:
        why = error
    if row < rows.stop:
        yield arrow.reject_rest(row, why, units=rows.stop - row)


@reader(
    options={
        "config": Option(str, "The configuration of a data set that has several, such as a language.", ""),
        "split": Option(str, "The split to read.", "train"),
    },
    is_binary=True,
    purpose="data sets of the library `datasets`, streamed from the Hugging Face hub or in a folder: a document a row",
    language="The column `lang`, or the one that `fields` names for it.",
    suffixes=(".parquet", ".arrow"),
    has_fields=True,
    metadata={"*": "a column, with a dot a field inside of it"},
    example="""\
path = "stories"                         # a folder; of the hub, "hub:owner/name@revision"
fields = { text = "story", lang = "language" }
options = { split = "train" }
""",
)
def read_huggingface(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a data set of the Hugging Face world, a document a row: from the hub, or a folder that `save_to_disk` wrote.

    `path = "hub:owner/name@revision"` streams a split through `datasets`; the options `config` and `split` ("train"
    unless said) choose it. `path = "folder"` takes the Arrow files that the folder's state names, or the Parquet files
    below it: all of them, or those whose names or folders say that they are of the `config` and `split` asked for.
    """
    if is_on_hub(file.location):
        fields = Fields(source)
        for row, record in enumerate(read_hub_rows(file.location), 1):
            yield arrow.read_row(fields, row, record)
    elif file.plain_name.suffix == ".parquet":
        yield from read_parquet.read(file, source)
    else:
        yield from _read_saved(file, source)


def _read_saved(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The documents of an Arrow stream, batch after batch, as `datasets` writes it."""
    counting = CountingStream(file.stream)
    row, begin = 1, 0
    try:
        stream = pa.ipc.open_stream(counting)
        columns = arrow.find_columns(stream.schema, source)
        if isinstance(columns, Reject):
            yield replace(columns, unread=counting.drain())
            return
        while True:
            begin = counting.at
            batch = stream.read_next_batch()
            yield from arrow.read_batch(batch, columns, source, row)
            row += min(batch.num_rows, 8 * batch.get_total_buffer_size())  # a damaged batch may state any number
    except StopIteration:
        end = counting.at
        # a mark of the end inside of the file is damage, and hides the batches after it
        if rest := counting.drain() - end:
            yield arrow.reject_rest(row, EOFError("there is more after the mark of its end"), unread=rest)
    except arrow.READ_ERRORS as error:
        yield arrow.reject_rest(row, error, unread=counting.drain() - begin)


class CountingStream(io.RawIOBase):
    """A stream that counts the bytes read of it.

    It reads by pieces, so that a damaged length makes nobody hold more memory than there are bytes.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.at = 0
        """Bytes read so far."""

    def readable(self) -> bool:
        """True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read `size` bytes, or those that are left."""
        pieces: list[bytes] = []
        while size and (piece := self._stream.read(min(size, CHUNK_BYTES) if size > 0 else CHUNK_BYTES)):
            pieces.append(piece)
            self.at += len(piece)
            size -= len(piece) if size > 0 else 0
        return b"".join(pieces)

    def drain(self) -> int:
        """Pass over the rest, as far as it is whole; returns the bytes of the stream up to there."""
        try:
            while piece := self._stream.read(CHUNK_BYTES):
                self.at += len(piece)
        except DAMAGE_ERRORS:
            pass
        return self.at
