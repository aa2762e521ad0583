"""Tables that count: those of shards add up to those of the corpus."""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from emma.store import shards
from emma.store.artifact import Artifact


def add_up(tables: Sequence[pa.Table], schema: pa.Schema, sums: int) -> pa.Table:
    """Tables of one schema as one: its last `sums` columns summed by the others, and sorted by these."""
    keys, counts = schema.names[:-sums], schema.names[-sums:]
    grouped = pa.concat_tables([schema.empty_table(), *(table.cast(schema) for table in tables)]).group_by(keys)
    total = grouped.aggregate([(name, "sum") for name in counts]).rename_columns(schema.names)
    return total.cast(schema).sort_by([(key, "ascending") for key in keys])


def add_up_files(parts: Iterable[Artifact], name: str, schema: pa.Schema, sums: int) -> pa.Table:
    """The same for a file that every part has."""
    return add_up([shards.read(part.file(name)) for part in parts], schema, sums)
