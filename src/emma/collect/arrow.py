"""Units from batches of Arrow rows: only the columns that are asked for are ever made into Python values."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pyarrow as pa

from emma.collect.config import SourceConfig
from emma.collect.record import Fields
from emma.collect.streams import DAMAGE, in_words
from emma.collect.unit import Bad, Unit

BROKEN = (*DAMAGE, pa.ArrowException)
"""What reading a broken Arrow or Parquet file raises."""
BATCH = 4096
"""Rows at a time."""


def broken(row: int, error: BaseException) -> Bad:
    """What to say of a file that cannot be read, or not further."""
    return Bad(row, "broken file", in_words(error))


def wanted(schema: pa.Schema, source: SourceConfig) -> list[str] | Bad:
    """The columns that the source's fields are in, or a Bad if any is not there."""
    fields = Fields(source)
    if refused := fields.refused(0, schema.names):
        return refused
    tops = (each if each in schema.names else each.partition(".")[0] for each in fields.columns)
    return [name for name in dict.fromkeys(tops) if name in schema.names]


def units(batches: Iterator[pa.RecordBatch], columns: list[str], source: SourceConfig) -> Iterator[Unit | Bad]:
    """One unit a row, numbered from 1. Damage ends the rows with a Bad."""
    fields, row = Fields(source), 0
    try:
        for batch in batches:
            for record in records(batch.select(columns)):
                row += 1
                yield invalid(row, record) if isinstance(record, bytes) else unit(fields, row, record)
    except BROKEN as error:
        yield broken(row + 1, error)


def records(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | bytes]:
    """The rows as Python values; of those whose text is not UTF-8, what the first such value says."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        for at in range(batch.num_rows):
            try:
                yield batch.slice(at, 1).to_pylist()[0]
            except UnicodeDecodeError as error:
                yield error.object


def invalid(row: int, raw: bytes) -> Bad:
    """A row whose text is not UTF-8."""
    return Bad(row, "invalid UTF-8", "Parquet and Arrow text must be UTF-8", raw)


def unit(fields: Fields, row: int, record: dict[str, Any]) -> Unit | Bad:
    """The unit in a row; of a bad one, the reject shows the row as JSON."""
    unit = fields.unit(row, record, b"")
    if isinstance(unit, Bad):
        unit = replace(unit, raw=orjson.dumps(record, default=repr))
    return unit
