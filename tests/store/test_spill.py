"""Shards written bit by bit: the same bytes as in one go, and files that are gone when they were only on the way."""

from pathlib import Path

import pyarrow as pa
import pytest

from emma.store import shards, spill
from emma.store.spill import SpillWriter

SCHEMA = pa.schema([("id", pa.string()), ("n", pa.int64())])
TABLE = pa.table({"id": [f"ߒߞߏ {n}" for n in range(1000)], "n": range(1000)}, SCHEMA)


@pytest.mark.parametrize("held", [0, 3000, 1 << 20])
@pytest.mark.parametrize("cuts", [[], [0, 1, 999], range(7, 1000, 7)])
def test_bytes_do_not_depend_on_the_bits(held: int, cuts, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(spill, "BUFFER_BYTES", held)
    monkeypatch.setattr(shards, "ROW_GROUP", 300)
    shards.write(tmp_path / "once.parquet", TABLE)
    bits = SpillWriter(tmp_path / "bits.parquet", SCHEMA)
    for first, last in zip([0, *cuts], [*cuts, 1000], strict=True):
        bits.add(TABLE.slice(first, last - first))
    bits.close()
    assert (tmp_path / "bits.parquet").read_bytes() == (tmp_path / "once.parquet").read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bits.parquet", "once.parquet"]


def test_nothing(tmp_path: Path) -> None:
    SpillWriter(tmp_path / "a.parquet", SCHEMA).close()
    assert shards.read(tmp_path / "a.parquet").equals(SCHEMA.empty_table())
