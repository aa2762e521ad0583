"""Boilerplate: lines that stand in many documents of one source and language, found by their hashes.

A line counts once a document, so that a chorus is no boilerplate. It counts by source and language: that two sources
share a line says nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.curate.duplicates.shuffle import Shard, distinct_rows, stream_rows, write_buckets
from emma.kernels.duplicates import may_repeat
from emma.kernels.sets import Indices
from emma.kernels.text import Hashes, buffers, hash_bytes
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.selected import drop_lines
from emma.work.work import Work, bucket_files

COUNTS = pa.schema([("key", pa.uint64()), ("group", pa.uint64()), ("documents", pa.int64())])
"""A line and what it belongs to: `group` is the hash of language and source, `key` that of the line in them."""
LINES = pa.schema([("lang", pa.string()), ("source", pa.string()), ("line", pa.string()), ("documents", pa.int64())])
EXAMPLES = pa.schema([("key", pa.uint64()), ("lang", pa.string()), ("source", pa.string()), ("line", pa.string())])
DROPPED = pa.schema([("drop_lines", pa.list_(pa.int32()))])


class LineExample(TypedDict):
    """A row of EXAMPLES: a line as it first reads, since lines with the same key may differ in case and punctuation."""

    key: int
    lang: str
    source: str
    line: str


@dataclass(frozen=True)
class Boilerplate:
    """The boilerplate lines of the corpus."""

    table: pa.Table
    """LINES, by language and source, those of most documents first."""
    lines: list[Artifact]
    """Shard for shard `drop_lines.parquet`, row for row: the lines of the text, from 0, that are boilerplate; null
    where there are none, and where nothing else would be left."""


def find_boilerplate(
    documents: Sequence[Shard], work: Work, *, buckets: int, min_documents: int, min_share: float
) -> Boilerplate:
    """Lines that stand in at least `min_documents` documents of one source and language, and `min_share` of them."""
    counted = work.scatter(count_lines, documents, buckets)
    frequent = work.each(find_frequent_lines, counted, min_documents)
    chosen = work.gather(choose_lines, frequent, counted[0][1], min_share)
    lines = work.each(mark_lines, documents, chosen)
    return Boilerplate(name_lines(chosen, lines), lines)


@dataclass(frozen=True)
class ShardLines:
    """The lines of one shard that are long enough to be boilerplate."""

    keys: Hashes
    rows: Indices
    """Their documents."""
    places: NDArray[np.int32]
    """Which line of the document each is, from 0."""
    groups: Hashes
    """The group of every document of the shard."""


def read_lines(shard: Shard) -> ShardLines:
    """The lines of one shard."""
    hashes = shards.read(shard[1].file("annotations.parquet"), ["line_hashes"])["line_hashes"].combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(hashes), 0).to_numpy()
    rows = np.repeat(np.arange(len(hashes)), lengths)
    places = (np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)).astype(np.int32)
    keys, groups = hashes.flatten().to_numpy(), group_hashes(shard[0])
    long = keys != 0
    # The same line in another source or language is another key, so each is counted by itself.
    return ShardLines(keys[long] ^ groups[rows[long]], rows[long], places[long], groups)


def group_hashes(documents: Artifact) -> Hashes:
    """A hash of each document's language and source."""
    table = shards.read(documents.file("documents.parquet"), ["lang", "source"])
    names = pc.binary_join_element_wise(table["lang"], table["source"], "\n").cast(pa.large_string())
    encoded = names.combine_chunks().dictionary_encode()
    hashes: Hashes = hash_bytes(*buffers(encoded.dictionary), 0)[encoded.indices.to_numpy()]
    return hashes


def count_lines(out: Path, shard: Shard, buckets: int) -> dict[str, int]:
    """Write the number of a shard's documents that have each line to `0000.parquet`…, and of documents by group."""
    lines = read_lines(shard)
    # Once for each document: a chorus repeats, and is no boilerplate.
    keys, rows = distinct_rows(lines.keys, lines.rows)
    keys, firsts, counts = np.unique(keys, return_index=True, return_counts=True)
    table = pa.table([keys, lines.groups[rows[firsts]], counts], schema=COUNTS)
    write_buckets(out, keys, table, buckets)
    groups, documents = np.unique(lines.groups, return_counts=True)
    shards.write(out / "groups.parquet", pa.table({"group": groups, "documents": documents}))
    return {"rows": len(lines.groups)}


def find_frequent_lines(out: Path, bucket: tuple[int, tuple[Artifact, ...]], min_documents: int) -> dict[str, int]:
    """Write `lines.parquet`, COUNTS, of the lines of one bucket that stand in enough documents of all shards."""
    table = pa.concat_tables([COUNTS.empty_table(), *map(shards.read, bucket_files(bucket))])
    # Lines of one shard alone, in too few documents of it, are dropped before the sums, which are most of them.
    several = may_repeat(table["key"].to_numpy()) | (table["documents"].to_numpy() >= min_documents)
    total = sum_documents(table.filter(pa.array(several)), ["key", "group"])
    shards.write(out / "lines.parquet", total.filter(pc.greater_equal(total["documents"], min_documents)))
    return {"lines": total.num_rows}


def sum_documents(table: pa.Table, keys: list[str]) -> pa.Table:
    """The sums of `documents`, sorted by the keys."""
    total = table.group_by(keys).aggregate([("documents", "sum")]).rename_columns([*keys, "documents"])
    return total.sort_by([(key, "ascending") for key in keys])


def choose_lines(
    out: Path, frequent: tuple[Artifact, ...], counted: tuple[Artifact, ...], min_share: float
) -> dict[str, int]:
    """Write `lines.parquet`, COUNTS by key, of the lines that stand in a large enough share of their group."""
    table = shards.read_all([part.file("lines.parquet") for part in frequent]).sort_by("key")
    groups = sum_documents(shards.read_all([part.file("groups.parquet") for part in counted]), ["group"])
    places = np.searchsorted(groups["group"].to_numpy(), table["group"].to_numpy())
    enough = table["documents"].to_numpy() >= min_share * groups["documents"].to_numpy()[places]
    shards.write(out / "lines.parquet", table.filter(pa.array(enough)))
    return {"lines": int(enough.sum())}


def mark_lines(out: Path, shard: Shard, chosen: Artifact) -> dict[str, int]:
    """Write `drop_lines.parquet` for one shard, and `found.parquet`: how each boilerplate line first reads there."""
    lines = read_lines(shard)
    is_chosen = np.isin(lines.keys, shards.read(chosen.file("lines.parquet"), ["key"])["key"].to_numpy())
    keys, rows, places = lines.keys[is_chosen], lines.rows[is_chosen], lines.places[is_chosen]
    dropped: list[list[int] | None] = [None] * len(lines.groups)
    first: dict[int, LineExample] = {}
    for row, document in marked_texts(shard[0], np.unique(rows)):
        mine = slice(*np.searchsorted(rows, [row, row + 1]))
        numbers, split = places[mine].tolist(), document["text"].split("\n")
        for key, number in zip(keys[mine].tolist(), numbers, strict=True):
            example = LineExample(key=key, lang=document["lang"], source=document["source"], line=split[number])
            first.setdefault(key, example)
        # A document of nothing but boilerplate keeps its lines: with none it would be an empty text.
        dropped[row] = numbers if drop_lines(document["text"], numbers) else None
    shards.write(out / "found.parquet", pa.Table.from_pylist(list(first.values()), schema=EXAMPLES))
    shards.write(out / "drop_lines.parquet", pa.table([pa.array(dropped, DROPPED.field(0).type)], schema=DROPPED))
    return {"rows": len(dropped), "documents": sum(numbers is not None for numbers in dropped)}


def marked_texts(documents: Artifact, rows: Indices) -> Iterator[tuple[int, dict[str, str]]]:
    """Some rows of a shard, ascending: number, and text, language and source."""
    tables = [(documents.file("documents.parquet"), ["text", "lang", "source"])]
    for numbers, table in stream_rows(tables, rows):
        yield from zip(numbers.tolist(), table.to_pylist(), strict=True)


def name_lines(chosen: Artifact, lines: Sequence[Artifact]) -> pa.Table:
    """The chosen lines as LINES, each as it first reads."""
    first: dict[int, LineExample] = {}
    for part in lines:
        for row in shards.read(part.file("found.parquet")).to_pylist():
            first.setdefault(row["key"], row)
    counts = shards.read(chosen.file("lines.parquet")).to_pylist()
    rows = [{**first[row["key"]], "documents": row["documents"]} for row in counts]
    # With most documents first within a language and source, as people look for them.
    order = [("lang", "ascending"), ("source", "ascending"), ("documents", "descending"), ("line", "ascending")]
    return pa.Table.from_pylist([{name: row[name] for name in LINES.names} for row in rows], schema=LINES).sort_by(
        order
    )
