"""The ledger: which documents trained a model, their licences and origins, and how much of each was seen.

What training drew is known by the ids of packed documents, and what they are by the documents' own shards. Both are
sent into buckets of ids, where they meet: no task holds more than a bucket, and no text is opened.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.kernels.text import buffers, hash_bytes
from emma.schemas import LEDGER
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.selected import SelectedShard, read_selected
from emma.store.shards import SMALL, ShardWriter
from emma.tokens.samples import Samples
from emma.tokens.seen import count_drawn, count_seen_tokens
from emma.work.work import Work, bucket_files

LEDGER_FILE = "ledger.parquet"
BUCKET_DOCUMENTS = 500_000
"""Documents of a bucket, about: few enough for a worker's memory."""
CHUNKS = 64
"""Tasks, at most, that count what was seen."""
CHUNK_SAMPLES = 250_000
"""Samples of such a task, at least: each opens every source, which takes seconds where there are thousands."""
SEEN = pa.schema([("id", pa.string()), ("tokens", pa.int64()), ("tokens_seen", pa.int64())])
FACTS = tuple(name for name in LEDGER.names if name not in ("redistribution", "origin", "tokens", "tokens_seen"))
"""Columns that the documents have themselves."""


def make_ledger(
    *, collect: Artifact, curate: Artifact, pack: Artifact, mix: Artifact, train: Artifact, work: Work
) -> list[Artifact]:
    """The ledger of a training in parts, each with LEDGER_FILE; a document that was never drawn is in none."""
    number = train.counts["samples"]
    documents = list(zip(collect.parts["documents"], curate.parts["selection"], strict=True))
    buckets = max(1, -(-curate.counts.get("rows_out", 0) // BUCKET_DOCUMENTS))
    drawn = count_drawn(Samples(pack, mix), number).tolist()
    chunks = [list(zip(*part, strict=True)) for part in _cut(drawn, min(CHUNKS, 1 + number // CHUNK_SAMPLES))]
    seen = work.scatter(scatter_seen, chunks, buckets, pack, mix, label="what was seen of each document")
    known = work.scatter(scatter_documents, documents, buckets, label="documents that may have been seen")
    both = [(number, seen[number][1], known[number][1]) for number in range(buckets)]
    return work.each(join_bucket, both, collect, label="the ledger")


def _cut(drawn: Sequence[int], pieces: int) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Sources and what was drawn of them in so many pieces; those of which nothing was are left out."""
    there = [source for source, number in enumerate(drawn) if number]
    for start in range(min(pieces, len(there))):
        mine = there[start::pieces]
        yield mine, [drawn[source] for source in mine]


def scatter_seen(
    out: Path, chunk: Sequence[tuple[int, int]], buckets: int, pack: Artifact, mix: Artifact
) -> dict[str, int]:
    """Task: the tokens seen of each document of some sources, into the bucket of its id."""
    samples = Samples(pack, mix)
    with _Buckets(out, SEEN, buckets) as writers:
        for source, drawn in chunk:
            own = samples.sources[source]
            tokens = own.file.lengths.astype(np.int64)
            table = pa.table([pa.array(own.ids), tokens, count_seen_tokens(samples, source, drawn)], schema=SEEN)
            writers.add(table)
    return {"documents": writers.rows}


def scatter_documents(out: Path, shard: SelectedShard, buckets: int) -> dict[str, int]:
    """Task: what is known of each training document of a shard, into the bucket of its id."""
    schema = pa.schema([LEDGER.field(name) for name in FACTS])
    with _Buckets(out, schema, buckets) as writers:
        for table in read_selected(*shard, FACTS, ["train"]):
            writers.add(table.select(FACTS))
    return {"documents": writers.rows}


class _Buckets:
    """Files of a scatter, to which rows go by a hash of their ids."""

    def __init__(self, out: Path, schema: pa.Schema, buckets: int) -> None:
        self._out, self._schema, self._buckets = out, schema, buckets
        self._writers: dict[int, ShardWriter] = {}
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Send each row to its bucket."""
        ids = table["id"].cast(pa.large_string()).combine_chunks()
        numbers = hash_bytes(*buffers(ids), 0) % np.uint64(self._buckets)
        self.rows += table.num_rows
        for number in np.unique(numbers).tolist():
            if number not in self._writers:
                self._writers[number] = ShardWriter(self._out / f"{number:04}.parquet", self._schema)
            self._writers[number].add_table(table.filter(pa.array(numbers == number)))

    def __enter__(self) -> "_Buckets":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for writer in self._writers.values():
            writer.__exit__(kind, error, trace)


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
