"""Parquet shards: one fixed way to write them, and reading them whole, in batches, by row, or side by side.

The writer settings are part of the promise that the same input gives the same bytes. They are chosen by column: a
dictionary where texts repeat, such as labels, and nowhere else; no compression of hashes, which nothing makes smaller.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from emma.errors import ArtifactError

ROW_GROUP = 16_384
"""Rows of a row group, so that readers of one language or one batch never hold a whole shard."""
FAST, SMALL = 1, 3
"""Levels of Zstandard: of what EMMA reads again, and of what is released. Text takes a sixth more space under the
first, and half the time."""
DISTINCT = frozenset({"id", "text", "text2", "url", "meta", "cluster", "line", "raw"})
"""Columns in which hardly a value occurs twice."""


class TableWriter(Protocol):
    """Writes tables of one schema to a file."""

    def add_table(self, table: pa.Table) -> None:
        """Add the rows of a table."""
        ...

    def close(self) -> None:
        """Write what is left; the file is complete afterwards."""
        ...


class ShardWriter:
    """Writes rows or tables of one schema to one Parquet file; use as a context manager, or `close` it."""

    def __init__(self, path: Path, schema: pa.Schema, level: int = FAST) -> None:
        self.rows = 0
        self._schema = schema
        self._pending: list[Mapping[str, Any]] = []
        self._writer = pq.ParquetWriter(path, schema, **writer_settings(schema, level))

    def add(self, row: Mapping[str, Any]) -> None:
        """Add one row; buffered until a row group is full."""
        self._pending.append(row)
        if len(self._pending) >= ROW_GROUP:
            self._flush()

    def add_table(self, table: pa.Table) -> None:
        """Add a table of the writer's schema."""
        self._flush()
        self.rows += table.num_rows
        if table.num_rows:
            # Cast, so that bytes do not depend on how a table came by its types (large strings, nullable fields).
            self._writer.write_table(table.cast(self._schema), row_group_size=ROW_GROUP)

    def close(self) -> None:
        """Write what is pending; the file is complete afterwards."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._pending:
            pending, self._pending = self._pending, []
            self.add_table(pa.Table.from_pylist(pending, schema=self._schema))

    def __enter__(self) -> "ShardWriter":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        # After an error the file is closed as it is: the folder that it lies in is thrown away.
        if error is None:
            self._flush()
        self._writer.close()


@lru_cache(maxsize=64)
def writer_settings(schema: pa.Schema, level: int) -> dict[str, Any]:
    """Arguments of the Parquet writer for the columns of a schema."""
    # Parquet encodes leaves: the settings of a list go by the path of its elements.
    leaves = dict(map(leaf_column, schema))
    dense = {name: level for name, kind in leaves.items() if kind not in (pa.uint32(), pa.uint64())}
    return {
        "use_dictionary": [name for name, kind in leaves.items() if pa.types.is_string(kind) and name not in DISTINCT],
        "compression": {name: "zstd" if name in dense else "none" for name in leaves},
        "compression_level": dense,
    }


def leaf_column(field: pa.Field) -> tuple[str, pa.DataType]:
    """The path in Parquet of a column's values, and their type: of a list, that of its elements."""
    path, kind = field.name, field.type
    while pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        path, kind = f"{path}.list.element", kind.value_type
    return path, kind


def write(path: Path, table: pa.Table) -> None:
    """Write a whole table as one shard."""
    with ShardWriter(path, table.schema) as writer:
        writer.add_table(table)


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read one shard, or some of its columns.

    Not by `read_table`, which opens a data set first: of small shards, of which there are hundreds, that is half of the
    time.
    """
    with pq.ParquetFile(path) as shard:
        if columns is None:
            return shard.read()
        return shard.read(columns=list(columns)).select(list(columns))


def source_of(path: Path) -> str | None:
    """The source of a shard of documents, which holds one; None where it has no document."""
    batch = next(batches(path, ["source"], rows=1), None)
    return None if batch is None else str(batch["source"][0])


def read_all(paths: Iterable[Path], columns: Sequence[str] | None = None) -> pa.Table:
    """Read several shards of one schema, one after the other, as a single table."""
    return pa.concat_tables([read(path, columns) for path in paths])


def count_rows(path: Path) -> int:
    """Rows of a shard, from its footer."""
    rows: int = pq.read_metadata(path).num_rows
    return rows


def names(path: Path) -> list[str]:
    """The names of a shard's columns."""
    columns: list[str] = pq.read_schema(path).names
    return columns


def read_row(path: Path, row: int, columns: Sequence[str] | None = None) -> dict[str, Any]:
    """One row of a shard, counted from 0; only the row group that holds it is read.

    Raises ArtifactError when the shard has no such row.
    """
    with pq.ParquetFile(path) as shard:
        left = row
        for group in range(shard.num_row_groups):
            rows = shard.metadata.row_group(group).num_rows
            if left < rows:
                table = shard.read_row_group(group, columns=None if columns is None else list(columns))
                return dict(table.slice(left, 1).to_pylist()[0])
            left -= rows
    raise ArtifactError(f"{path} has no row {row}. Delete {path.parent} and run again to rebuild it.")


def batches(path: Path, columns: Sequence[str] | None = None, rows: int = ROW_GROUP) -> Iterator[pa.RecordBatch]:
    """Stream one shard in batches of at most `rows`."""
    with pq.ParquetFile(path) as shard:
        yield from shard.iter_batches(batch_size=rows, columns=list(columns) if columns is not None else None)


def batches_of_bytes(path: Path, columns: Sequence[str], size: int) -> Iterator[pa.RecordBatch]:
    """Stream one shard in batches of about `size` bytes as they are stored, and of at least one row."""
    with pq.ParquetFile(path) as shard:
        for group in range(shard.num_row_groups):
            facts = shard.metadata.row_group(group)
            # By the mean of the row group, which is near enough where a batch has hundreds of documents.
            rows = max(1, facts.num_rows * size // max(1, facts.total_byte_size))
            yield from shard.iter_batches(rows, [group], list(columns))


def aligned(tables: Sequence[tuple[Path, Sequence[str]]], rows: int = ROW_GROUP) -> Iterator[pa.Table]:
    """Stream row-aligned shards side by side: each item joins the named columns of all of them.

    Raises ArtifactError if the shards have different numbers of rows, which means they belong to different runs.
    """
    counts = {path: count_rows(path) for path, _ in tables}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{path}: {count}" for path, count in counts.items())
        raise ArtifactError(
            f"These shards should have one row for one, but do not: {listed}. Delete them and run again."
        )
    streams = [batches(path, columns, rows) for path, columns in tables]
    for group in zip(*streams, strict=True):
        columns = [column for batch in group for column in batch.columns]
        names = [name for batch in group for name in batch.schema.names]
        yield pa.table(columns, names=names)
