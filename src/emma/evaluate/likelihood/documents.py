"""Choosing the test documents to score: for every language a sample in the order of a hash, up to a budget of bytes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import pyarrow as pa

from emma.store import shards
from emma.store.address import hash64
from emma.store.artifact import Artifact
from emma.store.selected import read_selected

CHOSEN = pa.schema(
    [
        ("id", pa.string()),
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("text", pa.string()),  # of a pair, the side that its label speaks of
        ("bytes", pa.int64()),  # UTF-8
    ]
)
COLUMNS = ("id", "lang", "domain", "text")


class EvalDocument(TypedDict):
    """A test document as CHOSEN has it."""

    id: str
    lang: str
    domain: str
    text: str
    bytes: int


class ScoredDocument(EvalDocument):
    """A test document with its cost under a model."""

    model: str
    """`base` or `adapted`."""
    nats: float
    tokens: int
    altered: bool
    """Whether the tokenizer does not give the text back."""


def choose_shard_documents(out: Path, shard: tuple[Artifact, Artifact], max_bytes: int) -> dict[str, int]:
    """Task: the test documents of one shard that a language's budget could take, if it came first everywhere else."""
    # The whole budget for each shard: which of the language's documents come first is known only over all shards.
    # Of a pair only the side that the label speaks of: the other is another language's text.
    tables = read_selected(*shard, COLUMNS, ("test",))
    rows: list[EvalDocument] = [
        row | {"bytes": len(row["text"].encode())} for table in tables for row in table.to_pylist()
    ]
    kept = take_within_budget([row for row in rows if row["bytes"]], max_bytes)
    shards.write(out / "test.parquet", pa.Table.from_pylist(kept, schema=CHOSEN))
    return {"test": len(rows), "empty": sum(not row["bytes"] for row in rows)}


def choose_documents(out: Path, parts: Sequence[Artifact], max_bytes: int) -> dict[str, int]:
    """Task: the documents to score, by language and hash."""
    # Every shard gave a whole budget, so the first of all are among these.
    rows = shards.read_all(part.file("test.parquet") for part in parts).to_pylist()
    kept = take_within_budget(rows, max_bytes)
    shards.write(out / "documents.parquet", pa.Table.from_pylist(kept, schema=CHOSEN))
    return {"documents": len(kept)}


def take_within_budget(rows: Sequence[EvalDocument], max_bytes: int) -> list[EvalDocument]:
    """For every language its first documents, in the order of their hashes, until `max_bytes` are reached."""
    # By hash and not by place: the same sample whatever the shards, and from all over the sources.
    kept, used = [], dict.fromkeys((row["lang"] for row in rows), 0)
    for row in sorted(rows, key=lambda row: (row["lang"], hash64(row["id"]), row["id"])):
        if used[row["lang"]] < max_bytes:
            used[row["lang"]] += row["bytes"]
            kept.append(row)
    return kept
