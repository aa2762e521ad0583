"""Parquet: one unit a row; the source's `fields` name the columns, with a dot those inside a struct or list."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pyarrow.parquet as pq

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats import arrow
from emma.collect.records import RawDocument, Reject

MOST_ROWS = 1 << 40
"""Rows that a group may have: the metadata of a damaged file may give any number."""


def read(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
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
        for found in row_group(table, index, columns, source, rows):
            yield replace(found, units=arrow.plausible(found.units, size)) if isinstance(found, Reject) else found
        begin += count


def row_group(
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
