"""Units from batches of Arrow rows: only the columns that are asked for are ever made into Python values.

Nothing of a batch is used before all of it is checked: offsets that point outside of their buffer end the process.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pyarrow as pa

from emma.collect.config import SourceConfig
from emma.collect.files.streams import DAMAGE_ERRORS, describe_error
from emma.collect.formats.record import Fields
from emma.collect.records import RawDocument, Reject

BROKEN = (*DAMAGE_ERRORS, pa.ArrowException, MemoryError, OverflowError, UnicodeDecodeError)
"""What reading a broken Arrow or Parquet file raises: a length or a name in it may be anything."""
BATCH = 4096
"""Rows at a time."""


def broken(row: int, error: BaseException, units: int = 1, unread: int = 0) -> Reject:
    """What to say of a file that cannot be read, or not further."""
    return Reject(row, "broken file", describe_error(error), units=units, unread=unread)


def wanted(schema: pa.Schema, source: SourceConfig) -> list[str] | Reject:
    """The columns that the source's fields are in, or a reject if any is not there, or there twice."""
    fields = Fields(source)
    if refused := fields.refused(0, schema.names):
        return refused
    tops = (each if each in schema.names else each.partition(".")[0] for each in fields.columns)
    found = [name for name in dict.fromkeys(tops) if name in schema.names]
    if twice := next(filter(None, (repeated(schema.field(name).type) for name in found)), None):
        return Reject(0, "column twice", f"'{twice}': which one is meant is not known")
    return found


def repeated(kind: pa.DataType) -> str | None:
    """The name of a field that a type has twice, at any depth."""
    inner = [kind.field(index) for index in range(kind.num_fields)]
    names = [field.name for field in inner] if pa.types.is_struct(kind) else []
    twice = next((name for name in names if names.count(name) > 1), None)
    return twice or next(filter(None, (repeated(field.type) for field in inner)), None)


def units(batch: pa.RecordBatch, columns: list[str], source: SourceConfig, row: int) -> Iterator[RawDocument | Reject]:
    """One unit a row, numbered from `row`; a damaged batch is a reject for all of its rows."""
    if why := damage(batch, columns):
        yield Reject(row, "broken file", why, units=plausible(batch.num_rows, batch.get_total_buffer_size()))
        return
    fields = Fields(source)
    for number, record in enumerate(records(batch.select(columns)), row):
        yield invalid(number, record) if isinstance(record, bytes) else unit(fields, number, record)


def plausible(rows: int, size: int) -> int:
    """A number of rows that a damaged file gives, or the most that so many bytes can hold; at least one."""
    return max(1, min(rows, 8 * size))


def damage(batch: pa.RecordBatch, columns: list[str]) -> str:
    """What is wrong with the columns of a batch, in words; text that is not UTF-8 is a matter of its row."""
    if batch.num_rows > 8 * batch.get_total_buffer_size():
        return f"{batch.num_rows} rows without data"
    for name in columns:
        try:
            validate(batch.column(name))
        except BROKEN as error:
            return f"column '{name}': {describe_error(error)}"
    return ""


def validate(column: pa.Array) -> None:
    """Check everything but that texts are UTF-8. Raises what damage raises."""
    column.validate()  # the lengths, without which nothing can be done with it
    try:
        column.validate(full=True)
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
        column.cast(as_bytes(column.type)).validate(full=True)  # that text may hide other faults


def as_bytes(kind: pa.DataType) -> pa.DataType:
    """A type with bytes in place of texts: the same data, of which any bytes are right."""
    if pa.types.is_string(kind):
        return pa.binary()
    if pa.types.is_large_string(kind):
        return pa.large_binary()
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(each.name, as_bytes(each.type)) for each in map(kind.field, range(kind.num_fields))])
    if pa.types.is_list(kind):
        return pa.list_(as_bytes(kind.value_type))
    if pa.types.is_large_list(kind):
        return pa.large_list(as_bytes(kind.value_type))
    return kind


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


def invalid(row: int, raw: bytes) -> Reject:
    """A row whose text is not UTF-8."""
    return Reject(row, "invalid UTF-8", "Parquet and Arrow text must be UTF-8", raw)


def unit(fields: Fields, row: int, record: dict[str, Any]) -> RawDocument | Reject:
    """The unit in a row; of a bad one, the reject shows the row as JSON."""
    unit = fields.unit(row, record, b"")
    if isinstance(unit, Reject):
        unit = replace(unit, raw=shown(record))
    return unit


def shown(record: dict[str, Any]) -> bytes:
    """A row as JSON, or as Python writes it where JSON cannot."""
    try:
        return orjson.dumps(record, default=repr)
    except TypeError:
        return repr(record).encode("utf-8", "replace")
