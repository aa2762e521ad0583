"""Documents from batches of Arrow rows; only the columns that the source names are made into Python values.

Nothing of a batch is used before all of it is checked: offsets that point outside of their buffer end the process.
"""

from collections.abc import Iterator
from dataclasses import replace

import orjson
import pyarrow as pa

from emma.collect.config import KEEP_ALL, SourceConfig
from emma.collect.files.streams import DAMAGE_ERRORS, describe_error
from emma.collect.formats.record import Fields
from emma.collect.records import RawDocument, Reject

READ_ERRORS = (*DAMAGE_ERRORS, pa.ArrowException, MemoryError, OverflowError, UnicodeDecodeError)
"""Errors of reading a damaged Arrow or Parquet file, in which any length or name may be wrong."""
BATCH_ROWS = 4096
"""Rows that are read at a time."""


def reject_rest(row: int, error: BaseException, units: int = 1, unread: int = 0) -> Reject:
    """The reject of a file that cannot be read from a row on."""
    return Reject(row, "broken file", describe_error(error), units=units, unread=unread)


def find_columns(schema: pa.Schema, source: SourceConfig) -> list[str] | Reject:
    """The columns that hold the source's fields, or a reject if any is missing, or there twice."""
    fields = Fields(source)
    if reject := fields.check_columns(0, schema.names):
        return reject
    # a column whose name has a dot comes before a field inside of a struct
    tops = [field if field in schema.names else field.partition(".")[0] for field in fields.columns]
    tops += schema.names if KEEP_ALL in source.keep else []
    columns = [name for name in dict.fromkeys(tops) if name in schema.names]
    if twice := next(filter(None, (find_repeated_field(schema.field(name).type) for name in columns)), None):
        return Reject(0, "column twice", f"'{twice}': which one is meant is not known")
    return columns


def find_repeated_field(kind: pa.DataType) -> str | None:
    """The name of a field that a type has twice, at any depth."""
    inner = [kind.field(index) for index in range(kind.num_fields)]
    names = [field.name for field in inner] if pa.types.is_struct(kind) else []
    twice = next((name for name in names if names.count(name) > 1), None)
    return twice or next(filter(None, (find_repeated_field(field.type) for field in inner)), None)


def read_batch(
    batch: pa.RecordBatch, columns: list[str], source: SourceConfig, row: int
) -> Iterator[RawDocument | Reject]:
    """A document a row, numbered from `row`; a damaged batch is one reject for all of its rows."""
    if why := describe_damage(batch, columns):
        yield Reject(row, "broken file", why, units=bound_rows(batch.num_rows, batch.get_total_buffer_size()))
        return
    fields = Fields(source)
    for number, record in enumerate(iterate_rows(batch.select(columns)), row):
        yield reject_encoding(number, record) if isinstance(record, bytes) else read_row(fields, number, record)


def bound_rows(rows: int, size: int) -> int:
    """A number of rows that a damaged file states, or the most that `size` bytes can hold, a bit each; at least one."""
    return max(1, min(rows, 8 * size))


def describe_damage(batch: pa.RecordBatch, columns: list[str]) -> str:
    """Describe the damage of a batch's columns; empty if there is none. Text that is not UTF-8 costs only its row."""
    # a row takes at least a bit; a damaged length may claim any number of rows, and memory for them
    if batch.num_rows > 8 * batch.get_total_buffer_size():
        return f"{batch.num_rows} rows without data"
    for name in columns:
        try:
            validate_column(batch.column(name))
        except READ_ERRORS as error:
            return f"column '{name}': {describe_error(error)}"
    return ""


def validate_column(column: pa.Array) -> None:
    """Check everything except that texts are UTF-8. Raises READ_ERRORS."""
    column.validate()  # the lengths first: the full check itself relies on them
    try:
        column.validate(full=True)
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
        column.cast(as_binary_type(column.type)).validate(full=True)  # the check ends at its first fault


def as_binary_type(kind: pa.DataType) -> pa.DataType:
    """A type with bytes in place of texts: the same buffers, in which any bytes are valid."""
    if pa.types.is_string(kind):
        return pa.binary()
    if pa.types.is_large_string(kind):
        return pa.large_binary()
    if pa.types.is_struct(kind):
        return pa.struct(
            [pa.field(field.name, as_binary_type(field.type)) for field in map(kind.field, range(kind.num_fields))]
        )
    if pa.types.is_list(kind):
        return pa.list_(as_binary_type(kind.value_type))
    if pa.types.is_large_list(kind):
        return pa.large_list(as_binary_type(kind.value_type))
    return kind


def iterate_rows(batch: pa.RecordBatch) -> Iterator[dict[str, object] | bytes]:
    """The rows as Python values; a row whose text is not UTF-8 gives the bytes of the first such text."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:  # which row it is Arrow does not say, so they are read one by one
        for at in range(batch.num_rows):
            try:
                yield batch.slice(at, 1).to_pylist()[0]
            except UnicodeDecodeError as error:
                yield error.object


def reject_encoding(row: int, raw: bytes) -> Reject:
    """The reject of a row whose text is not UTF-8."""
    return Reject(row, "invalid UTF-8", "Parquet and Arrow text must be UTF-8", raw)


def read_row(fields: Fields, row: int, record: dict[str, object]) -> RawDocument | Reject:
    """The document in a row, or a reject that shows the row as JSON."""
    document = fields.read_record(row, record, b"")
    if isinstance(document, Reject):
        document = replace(document, raw=dump_row(record))
    return document


def dump_row(record: dict[str, object]) -> bytes:
    """A row as JSON, or as Python writes it where JSON cannot."""
    try:
        return orjson.dumps(record, default=repr)
    except TypeError:
        return repr(record).encode("utf-8", "replace")
