"""Batches of documents are bounded by bytes."""

import random
from pathlib import Path
from typing import Any

from emma.annotate.texts import BATCH_BYTES, read_batches
from emma.store import shards
from tests.conftest import documents

Row = dict[str, Any]


def test_batches_are_bounded_by_bytes(tmp_path: Path) -> None:
    rows = [{"text": chance.randbytes(40_000).hex(), "lang": "eng_Latn"} for chance in [random.Random(1)] * 300]
    shards.write(tmp_path / "documents.parquet", documents(rows))
    batches = list(read_batches(tmp_path / "documents.parquet", ["text"]))
    assert [row for batch in batches for row in batch["text"].to_pylist()] == [row["text"] for row in rows]
    assert max(batch.nbytes for batch in batches) < 1.1 * BATCH_BYTES < sum(batch.nbytes for batch in batches)
