"""Parquet: one unit a row; the source's `fields` name the columns, with a dot those inside a struct or list."""

from collections.abc import Iterator

import pyarrow.parquet as pq

from emma.collect import arrow
from emma.collect.config import SourceConfig
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit


def read(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """The rows, in order, a few at a time."""
    try:
        table = pq.ParquetFile(file.seekable())
    except arrow.BROKEN as error:
        yield arrow.broken(0, error)
        return
    columns = arrow.wanted(table.schema_arrow, source)
    if isinstance(columns, Bad):
        yield columns
    else:
        yield from arrow.units(table.iter_batches(arrow.BATCH, columns=columns), columns, source)
