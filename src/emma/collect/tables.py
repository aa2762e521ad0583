"""The summaries of a collection: what each source declares and gave, and how much there is of each language."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa

from emma.collect.config import SourceConfig, is_spdx
from emma.collect.files.inputs import SourceFiles
from emma.collect.sink import LOST
from emma.store import shards
from emma.store.artifact import Artifact

SOURCES = pa.schema(
    [
        ("source", pa.string()),
        ("reader", pa.string()),
        ("licence", pa.string()),
        ("spdx", pa.bool_()),  # whether `licence` is an SPDX expression; a warning where it is not
        ("redistribution", pa.string()),  # public, derived or private
        ("origin", pa.string()),
        ("domain", pa.string()),
        ("scheme", pa.string()),
        ("priority", pa.int64()),  # of duplicates, the smallest stays
        ("files", pa.int64()),
        ("files_left_out", pa.int64()),  # beyond the source's limit_bytes
        ("documents", pa.int64()),
        ("bytes", pa.int64()),  # UTF-8, both sides of bitext
        ("rejects", pa.int64()),  # rows of rejects.parquet
        ("units", pa.int64()),  # of the source's own: a document may hold several, a reject stand for several
        ("units_rejected", pa.int64()),
        ("units_lost", pa.int64()),  # rejected, and text as far as anybody can tell (records.WITHOUT_TEXT)
        ("bytes_read", pa.int64()),  # of its files, decompressed, as far as they can be counted
        ("bytes_unread", pa.int64()),
        ("unread_file", pa.string()),  # the file of which most bytes were not read; null where all were read
        ("unread_share", pa.float64()),  # of that file's bytes
    ]
)


def sum_counts(parts: Sequence[Artifact]) -> dict[str, int]:
    """Add up the counts of artifacts."""
    counts: Counter[str] = Counter(rows_in=0, rows_out=0)
    for part in parts:
        counts.update(part.counts)
    return dict(sorted(counts.items()))


def sources_table(
    sources: Sequence[SourceConfig], parts: Mapping[str, Sequence[Artifact]], files: Mapping[str, SourceFiles]
) -> pa.Table:
    """Make the table of sources, a row each in the recipe's order."""
    rows = []
    for source in sources:
        counts, read = sum_counts(parts[source.name]), files[source.name]
        declared = {name: getattr(source, name) for name in SOURCES.names if name in SourceConfig.model_fields}
        rows.append(
            {
                **declared,
                "source": source.name,
                "spdx": is_spdx(source.licence),
                "files": sum(map(len, read.groups)),
                "files_left_out": read.left_out,
                "documents": counts["rows_out"],
                "rejects": counts["rows_in"] - counts["rows_out"],
                **{name: counts[name] for name in ("bytes", "units", *LOST)},
                **find_least_read(parts[source.name]),
            }
        )
    return pa.Table.from_pylist(rows, schema=SOURCES)


def find_least_read(parts: Sequence[Artifact]) -> dict[str, str | float]:
    """Find the file of which most bytes were not read, and their share of it; nothing where everything was read."""
    rows = shards.read_all([part.file("unread.parquet") for part in parts]).group_by("file").aggregate(
        [("bytes_read", "sum"), ("bytes_unread", "sum")]
    ).to_pylist()  # fmt: skip
    if not rows:
        return {}
    # The name breaks ties, so that the table does not depend on the order of tasks.
    worst = min(rows, key=lambda row: (-row["bytes_unread_sum"], row["file"]))
    share = worst["bytes_unread_sum"] / (worst["bytes_read_sum"] + worst["bytes_unread_sum"])
    return {"unread_file": worst["file"], "unread_share": share}


def languages_table(parts: Mapping[str, Sequence[Artifact]]) -> pa.Table:
    """Make the table of documents and bytes of each language in each source, sorted."""
    tables = [
        table.append_column("source", pa.array([name] * table.num_rows, pa.string()))
        for name, of_source in parts.items()
        for table in (shards.read(part.file("languages.parquet")) for part in of_source)
    ]
    sums = pa.concat_tables(tables).group_by(["lang", "source"]).aggregate([("documents", "sum"), ("bytes", "sum")])
    return sums.rename_columns(["lang", "source", "documents", "bytes"]).sort_by(
        [("lang", "ascending"), ("source", "ascending")]
    )
