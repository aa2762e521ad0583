"""Shards written bit by bit, thousands at a time: no file stays open between two bits, and little is held in memory.

A process may have about a thousand files open, which is fewer than a corpus has languages and domains.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from emma.store import shards

_HELD = 1 << 16
"""Bytes that each file being written holds in memory: opening one for every bit would cost more than the bit."""


class Held:
    """Appends to the file at `path`, which stays closed: bytes are held until they are worth opening it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held = bytearray()
        self._begun = False

    def add(self, some: bytes) -> None:
        """Append bytes."""
        self._held += some
        if len(self._held) > _HELD:
            self.flush()

    def flush(self) -> None:
        """Write what is held; the file is there from then on."""
        with self.path.open("ab" if self._begun else "wb") as stream:
            stream.write(self._held)
        self._held, self._begun = bytearray(), True

    def take(self) -> Iterator[pa.BufferReader | pa.OSFile]:
        """All that was added, as a stream; the file is gone afterwards."""
        if not self._begun:
            yield pa.BufferReader(self._held)
            return
        self.flush()
        with pa.OSFile(str(self.path)) as stream:
            yield stream
        self.path.unlink()


class Spill:
    """Collects tables of one schema for the shard at `path`, which is there after `close`.

    What the shard's bytes are does not depend on the sizes of the tables.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path, self._schema = path, schema
        self._held = Held(path.with_name(f"{path.name}.tmp"))

    def add(self, table: pa.Table | pa.RecordBatch) -> None:
        """Add rows."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self._schema) as writer:
            writer.write(table)
        self._held.add(sink.getvalue())

    def close(self) -> None:
        """Write the shard."""
        with shards.ShardWriter(self._path, self._schema) as writer:
            for table in _regrouped(self._read(), shards.ROW_GROUP):
                writer.add_table(table)

    def _read(self) -> Iterator[pa.RecordBatch]:
        for stream in self._held.take():
            while stream.tell() < stream.size():
                yield from pa.ipc.open_stream(stream)


def _regrouped(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """The same rows as tables of `rows` each, the last one shorter."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while sum(each.num_rows for each in held) >= rows:
            table = pa.Table.from_batches(held).combine_chunks()
            yield table.slice(0, rows)
            held = table.slice(rows).to_batches()
    if held:
        yield pa.Table.from_batches(held).combine_chunks()
