"""Megatron's own reader finds the documents that were packed, and misses those that were cut off."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from emma.inspect.clients.megatron import verify_megatron
from emma.inspect.clients.released import Released
from emma.schemas import PACKED
from emma.store import shards
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFileWriter

DOCUMENTS = [[1, number, 2] for number in range(50)]


@pytest.mark.slow
def test_documents_and_one_too_many_in_the_index(
    altered: Callable[[Callable[[Path], None]], Released], tmp_path: Path
) -> None:
    pytest.importorskip("megatron.core", reason="megatron-core is not installed")
    released = altered(lambda _: None)
    part, pack = tmp_path / "part", tmp_path / "pack"
    rows = []
    for each in (part, pack):
        each.mkdir()
    for lang, more in (("hin_Deva", 0), ("nqo_Nkoo", 1)):
        with TokenFileWriter(part / f"{lang}.web.train", 1000) as writer:
            for number, ids in enumerate(DOCUMENTS):
                writer.add(ids, str(number))
        row = {"lang": lang, "domain": "web", "split": "train", "path": f"{lang}.web.train", "part": 0}
        rows.append({**row, "documents": 50 + more, "tokens": 150, "bytes": 1, "words": 1})
    shards.write(pack / "index.parquet", pa.Table.from_pylist(rows, schema=PACKED))
    packed = Artifact(pack, "pack", {}, {"packed": (Artifact(part, "part"),)})
    opened = verify_megatron(replace(released, pack=packed), tmp_path)
    failed = [each for each in opened.comparisons if not each.holds]
    assert [(each.what, each.detail) for each in failed] == [
        ("numbers of documents of 2 files", "of 'nqo_Nkoo web train': 50 instead of 51")
    ]
    assert opened.comparisons[-1].what == "token ids of 40 documents"
