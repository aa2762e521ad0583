"""Selected text: documents beside their selection, without what curation left out of them.

The one way in which stages open text that curate has judged, so that all of them see the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from emma.schemas import DOCUMENTS
from emma.store import shards
from emma.store.artifact import Artifact

SelectedShard = tuple[Artifact, Artifact]
"""A shard of documents and the selection made on it."""


@dataclass(frozen=True)
class Beside:
    """Columns of a table that is row-aligned with a shard of documents, such as annotations."""

    artifact: Artifact
    file: str
    columns: Sequence[str]


def read_selected(
    documents: Artifact,
    selection: Artifact,
    columns: Sequence[str],
    splits: Sequence[str],
    beside: Sequence[Beside] = (),
) -> Iterator[pa.Table]:
    """Stream the documents of some splits: `columns` of DOCUMENTS, then those `beside`, and `split`.

    Lines that curate found to be boilerplate are gone from `text`. Raises ArtifactError where the shards are not row
    for row.
    """
    path = documents.file("documents.parquet")
    older = [name for name in columns if name not in shards.names(path)]  # of a home from before there was `meta`
    others = [(each.artifact.file(each.file), each.columns) for each in beside]
    judged = (selection.file("selection.parquet"), ("split", "drop_lines"))
    for table in shards.aligned([(path, [name for name in columns if name not in older]), *others, judged]):
        chosen = keep_rows(table, pc.is_in(table["split"], pa.array(list(splits))))
        chosen = drop_table_lines(chosen).drop_columns("drop_lines")
        for name in older:
            chosen = chosen.append_column(name, pa.nulls(chosen.num_rows, DOCUMENTS.field(name).type))
        yield chosen.select([*columns, *(name for each in beside for name in each.columns), "split"])


def keep_rows(table: pa.Table, is_kept: pa.ChunkedArray) -> pa.Table:
    """The rows for which `is_kept` is true; the table itself where all are, since filtering copies their texts."""
    return table if pc.all(is_kept).as_py() else table.filter(is_kept)


def drop_table_lines(table: pa.Table) -> pa.Table:
    """The table with the lines in `drop_lines` cut out of `text`; rows that drop none are not touched."""
    if "text" not in table.column_names or table["drop_lines"].null_count == table.num_rows:
        return table
    is_cut = pc.is_valid(table["drop_lines"]).combine_chunks()
    rows = table.select(["text", "drop_lines"]).filter(is_cut).to_pylist()
    cut = pa.array([drop_lines(row["text"], row["drop_lines"]) for row in rows], pa.string())
    # Other texts never become Python's, which would need twice their memory and more.
    texts = pc.replace_with_mask(table["text"], is_cut, cut)
    return table.set_column(table.column_names.index("text"), "text", texts)


def drop_lines(text: str, dropped: Sequence[int]) -> str:
    """A text without some of its lines, counted from 0, and without blank space where they were at either end."""
    gone = set(dropped)
    return "\n".join(line for number, line in enumerate(text.split("\n")) if number not in gone).strip()
