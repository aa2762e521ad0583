"""The ledger: which documents trained a model, their licences and origins, and how much of each was seen.

What training drew is known by the ids of packed documents, and what they are by the documents' own shards. Both are
sent into buckets of ids, where they meet: no task holds more than a bucket, or a number for each document of a source,
and no text is opened.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.config.section import Settings
from emma.kernels.text import buffers, hash_bytes
from emma.schemas import LEDGER
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.selected import SelectedShard, read_selected
from emma.store.shards import SMALL, ShardWriter
from emma.store.spill import SpillWriter
from emma.tokens.samples import Samples
from emma.tokens.seen import count_drawn, count_seen_tokens
from emma.work.work import Work, bucket_files

LEDGER_FILE = "ledger.parquet"
BUCKET_DOCUMENTS = 500_000
"""Documents of a bucket, about: few enough for a worker's memory."""
TASKS = 16
"""Tasks that read documents, and one more for each bucket: files from each of thousands of shards would be millions."""
CHUNKS = 64
"""Tasks, at most, that count what was seen."""
CHUNK_SAMPLES = 250_000
"""Samples of such a task, at least: each opens every source, which takes seconds where there are thousands."""
SEEN = pa.schema([("id", pa.string()), ("tokens", pa.int64()), ("tokens_seen", pa.int64())])
FACTS = tuple(name for name in LEDGER.names if name not in ("redistribution", "origin", "tokens", "tokens_seen"))
"""Columns that the documents have themselves."""
SIDES, SIDES_FILE = ["lang", "lang2"], "sides.parquet"
"""What says under which language a document was packed: of a pair either."""


class LedgerPart(Settings):
    """The documents that a ledger is asked about."""

    documents: int
    """Of its languages, from all sources: as many are looked through."""
    lang: str | None = None
    """Of this language alone, a label."""
    sources: tuple[str, ...] | None = None
    """Of these sources alone; those that have the language, where there is one."""


def make_ledger(
    *,
    collect: Artifact,
    curate: Artifact,
    pack: Artifact,
    mix: Artifact,
    train: Artifact,
    work: Work,
    part: LedgerPart | None = None,
) -> list[Artifact]:
    """The ledger of a training in files of their own, each LEDGER_FILE; a document that was never drawn is in none.

    With `part` only these documents are looked for, and only the token files that may have them.
    """
    number, only = train.counts["samples"], part or LedgerPart(documents=curate.counts.get("rows_out", 0))
    documents = list(zip(collect.parts["documents"], curate.parts["selection"], strict=True))
    buckets = max(1, -(-only.documents // BUCKET_DOCUMENTS))
    groups = [tuple(documents[at :: TASKS + buckets]) for at in range(min(TASKS + buckets, len(documents)))]
    known = work.scatter(scatter_documents, groups, buckets, only, label="documents that may have been seen")
    samples = Samples(pack, mix)
    drawn = count_drawn(samples, number)
    if part is not None:
        drawn[~find_packed(samples, known[0][1])] = 0
    chunks = [list(zip(*each, strict=True)) for each in _cut(drawn.tolist(), min(CHUNKS, 1 + number // CHUNK_SAMPLES))]
    seen = work.scatter(scatter_seen, chunks, buckets, pack, mix, label="what was seen of each document")
    both = [(number, seen[number][1], known[number][1]) for number in range(buckets)]
    return work.each(join_bucket, both, collect, label="the ledger")


def _cut(drawn: Sequence[int], pieces: int) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Sources and what was drawn of them in so many pieces; those of which nothing was are left out."""
    there = [source for source, number in enumerate(drawn) if number]
    for start in range(min(pieces, len(there))):
        mine = there[start::pieces]
        yield mine, [drawn[source] for source in mine]


def find_packed(samples: Samples, known: Sequence[Artifact]) -> NDArray[np.bool_]:
    """Which sources of the samples may have the documents that were found, bool (sources,)."""
    rows = [row for part in known for row in shards.read(part.file(SIDES_FILE)).to_pylist()]
    packed = {row[side] for row in rows for side in SIDES}
    return np.array([source.lang in packed for source in samples.sources], np.bool_)


def scatter_seen(
    out: Path, chunk: Sequence[tuple[int, int]], buckets: int, pack: Artifact, mix: Artifact
) -> dict[str, int]:
    """Task: the tokens seen of each document of some sources, into the bucket of its id."""
    samples, writers = Samples(pack, mix), _Buckets(out, SEEN, buckets)
    for source, drawn in chunk:
        own, first = samples.sources[source], 0
        lengths, seen = own.file.lengths, count_seen_tokens(samples, source, drawn)
        for batch in shards.batches(own.ids_file):
            rows = slice(first, first := first + batch.num_rows)
            writers.add(pa.table([batch["id"], lengths[rows].astype(np.int64), seen[rows]], schema=SEEN))
    return {"documents": writers.close()}


def scatter_documents(out: Path, group: Sequence[SelectedShard], buckets: int, only: LedgerPart) -> dict[str, int]:
    """Task: what is known of each training document of some shards, into the bucket of its id, and their SIDES."""
    writers = _Buckets(out, pa.schema([LEDGER.field(name) for name in FACTS]), buckets)
    sides = pa.schema([LEDGER.field(name) for name in SIDES]).empty_table()
    for shard in group:
        if only.sources is not None and shards.source_of(shard[0].file("documents.parquet")) not in only.sources:
            continue
        for table in read_selected(*shard, FACTS, ["train"]):
            mine = table if only.lang is None else table.filter(pc.equal(table["lang"], only.lang))
            sides = pa.concat_tables([sides, mine.select(SIDES)]).group_by(SIDES).aggregate([]).select(SIDES)
            writers.add(mine.select(FACTS))
    shards.write(out / SIDES_FILE, sides.sort_by([(name, "ascending") for name in SIDES]))
    return {"documents": writers.close()}


class _Buckets:
    """Files of a scatter, to which rows go by a hash of their ids."""

    def __init__(self, out: Path, schema: pa.Schema, buckets: int) -> None:
        self._out, self._schema, self._buckets = out, schema, buckets
        self._writers: dict[int, SpillWriter] = {}
        self._rows = 0

    def add(self, table: pa.Table) -> None:
        """Send each row to its bucket."""
        ids = table["id"].cast(pa.large_string()).combine_chunks()
        numbers = hash_bytes(*buffers(ids), 0) % np.uint64(self._buckets)
        self._rows += table.num_rows
        for number in np.unique(numbers).tolist():
            if number not in self._writers:
                self._writers[number] = SpillWriter(self._out / f"{number:04}.parquet", self._schema)
            self._writers[number].add(table.filter(pa.array(numbers == number)))

    def close(self) -> int:
        """Write the files; returns their rows."""
        for writer in self._writers.values():
            writer.close()
        return self._rows


Bucket = tuple[int, tuple[Artifact, ...], tuple[Artifact, ...]]
"""Its number, what holds what was seen, and what holds the documents."""


def join_bucket(out: Path, bucket: Bucket, collect: Artifact) -> dict[str, int]:
    """Task: write LEDGER_FILE for the documents of a bucket, sorted by source, file and row."""
    number, seen, documents = bucket
    known = [shards.read(path) for path in bucket_files((number, documents))]
    drawn = [shards.read(path) for path in bucket_files((number, seen))]
    # A pair of texts that is written both ways has two packed documents, of one id.
    sums = pa.concat_tables([SEEN.empty_table(), *drawn]).group_by("id").aggregate(
        [("tokens", "sum"), ("tokens_seen", "sum")]
    ).rename_columns(SEEN.names)  # fmt: skip
    sums = sums.filter(pc.greater(sums["tokens_seen"], 0))
    facts = pa.concat_tables([pa.schema([LEDGER.field(name) for name in FACTS]).empty_table(), *known])
    joined = facts.join(sums, "id", join_type="inner")
    declared = shards.read(collect.file("sources.parquet"), ["source", "redistribution", "origin"])
    at = pc.index_in(joined["source"].combine_chunks(), declared["source"].combine_chunks())
    for name in ("redistribution", "origin"):
        joined = joined.append_column(name, declared[name].combine_chunks().take(at))
    order = [(name, "ascending") for name in ("source", "file", "row", "id")]
    shards.write(out / LEDGER_FILE, joined.select(LEDGER.names).cast(LEDGER).sort_by(order))
    return {"documents": joined.num_rows, "unknown": sums.num_rows - joined.num_rows}


def write_ledger(parts: Sequence[Artifact], path: Path) -> int:
    """Write all parts of a ledger into one file, a row group at a time; returns its rows."""
    with ShardWriter(path, LEDGER, SMALL) as writer:
        for part in parts:
            for batch in shards.batches(part.file(LEDGER_FILE)):
                writer.add_table(pa.Table.from_batches([batch]))
    return writer.rows
