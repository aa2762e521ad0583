"""Data sets of the Hugging Face world: streamed from the hub, or a folder that `save_to_disk` wrote.

`path = "hub:owner/name@revision"` streams a split through `datasets`; the options `config` and `split` ("train" unless
said) choose it. `path = "folder"` takes the Arrow files that the folder's state names, or the Parquet files below it:
all of them, or those whose names or folders say that they are of the `config` and `split` that the options ask for.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

import pyarrow as pa

from emma.collect.config import SourceConfig
from emma.collect.files import datasets as hub
from emma.collect.files.streams import CHUNK_BYTES, DAMAGE_ERRORS, InputFile
from emma.collect.formats import arrow
from emma.collect.formats.record import Fields
from emma.collect.readers import parquet
from emma.collect.records import RawDocument, Reject

OPTIONS = {"config": str, "split": str}


def read(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a row, in order."""
    if hub.is_hub(file.location):
        fields = Fields(source)
        for row, record in enumerate(hub.rows(file.location), 1):
            yield arrow.unit(fields, row, record)
    elif file.plain_name.suffix == ".parquet":
        yield from parquet.read(file, source)
    else:
        yield from _saved(file, source)


def _saved(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
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
