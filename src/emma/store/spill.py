"""Shards written bit by bit, thousands at a time: no file stays open between two bits, and little is held in memory.

A process may have about a thousand files open, which is fewer than a corpus has languages and domains.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from emma.store import shards

BUFFER_BYTES = 1 << 16
"""Bytes that each file being written holds in memory: opening one for every bit would cost more than the bit."""


class BufferedFile:
    """Appends to the file at `path`, which stays closed: bytes are held until they are worth opening it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._buffer = bytearray()
        self._is_on_disk = False

    def add(self, content: bytes) -> None:
        """Append bytes."""
        self._buffer += content
        if len(self._buffer) > BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what is held; the file is there from then on."""
        with self.path.open("ab" if self._is_on_disk else "wb") as stream:
            stream.write(self._buffer)
        self._buffer, self._is_on_disk = bytearray(), True

    def take(self) -> Iterator[pa.BufferReader | pa.OSFile]:
        """All that was added, as a stream; the file is gone afterwards."""
        if not self._is_on_disk:
            yield pa.BufferReader(self._buffer)
            return
        self.flush()
        with pa.OSFile(str(self.path)) as stream:
            yield stream
        self.path.unlink()


class SpillWriter:
    """Collects tables of one schema for the shard at `path`, which is there after `close`.

    What the shard's bytes are does not depend on the sizes of the tables.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path, self._schema = path, schema
        self._file = BufferedFile(path.with_name(f"{path.name}.tmp"))

    def add(self, table: pa.Table | pa.RecordBatch) -> None:
        """Add rows."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self._schema) as writer:
            writer.write(table)
        self._file.add(sink.getvalue())

    def close(self) -> None:
        """Write the shard."""
        with shards.ShardWriter(self._path, self._schema) as writer:
            for table in _regroup_rows(self._read(), shards.ROW_GROUP):
                writer.add_table(table)

    def _read(self) -> Iterator[pa.RecordBatch]:
        # Each bit was written as an Arrow stream of its own, one behind the other in the file.
        for stream in self._file.take():
            while stream.tell() < stream.size():
                yield from pa.ipc.open_stream(stream)


def _regroup_rows(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """The same rows as tables of `rows` each, the last one shorter."""
    pending: list[pa.RecordBatch] = []
    for batch in batches:
        pending.append(batch)
        # Row groups must not depend on the sizes of the tables that came.
        while sum(held.num_rows for held in pending) >= rows:
            table = pa.Table.from_batches(pending).combine_chunks()
            yield table.slice(0, rows)
            pending = table.slice(rows).to_batches()
    if pending:
        yield pa.Table.from_batches(pending).combine_chunks()
