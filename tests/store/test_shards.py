"""Shards: rows in = rows out, aligned reading, same bytes however the rows arrive."""

from pathlib import Path

import pyarrow as pa
import pytest

from emma.errors import ArtifactError
from emma.store import shards

SCHEMA = pa.schema([("text", pa.string()), ("n", pa.int64())])


def table(rows: int) -> pa.Table:
    return pa.table({"text": [f"ߒߞߏ {n}" for n in range(rows)], "n": range(rows)}, schema=SCHEMA)


@pytest.mark.parametrize("rows", [0, 1, shards.ROW_GROUP + 1])
def test_row_by_row_equals_table(tmp_path: Path, rows: int) -> None:
    shards.write(tmp_path / "table.parquet", table(rows))
    with shards.ShardWriter(tmp_path / "rows.parquet", SCHEMA) as writer:
        for row in table(rows).to_pylist():
            writer.add(row)
    assert shards.read(tmp_path / "rows.parquet") == table(rows)
    assert writer.rows == rows
    if rows <= shards.ROW_GROUP:
        assert (tmp_path / "rows.parquet").read_bytes() == (tmp_path / "table.parquet").read_bytes()


def test_aligned_reads_side_by_side(tmp_path: Path) -> None:
    left, right = tmp_path / "left.parquet", tmp_path / "right.parquet"
    shards.write(left, table(100))
    shards.write(right, pa.table({"m": pa.array(range(100, 200), pa.int64())}))
    joined = pa.concat_tables(shards.aligned([(left, ["n"]), (right, ["m"])], rows=7))
    assert [m - n for n, m in zip(joined["n"].to_pylist(), joined["m"].to_pylist(), strict=True)] == [100] * 100


def test_shards_of_different_runs_are_refused(tmp_path: Path) -> None:
    left, right = tmp_path / "left.parquet", tmp_path / "right.parquet"
    shards.write(left, table(3))
    shards.write(right, table(4))
    with pytest.raises(ArtifactError, match="one row for one"):
        list(shards.aligned([(left, ["n"]), (right, ["n"])]))


@pytest.mark.parametrize("row", [0, 1, shards.ROW_GROUP - 1, shards.ROW_GROUP, shards.ROW_GROUP + 4])
def test_one_row_of_any_row_group(tmp_path: Path, row: int) -> None:
    texts = [f"ߒߞߏ {number}" for number in range(shards.ROW_GROUP + 5)]
    shards.write(tmp_path / "a.parquet", pa.table({"id": texts, "number": range(len(texts))}))
    assert shards.count_rows(tmp_path / "a.parquet") == len(texts)
    assert shards.read_row(tmp_path / "a.parquet", row) == {"id": texts[row], "number": row}
    assert shards.read_row(tmp_path / "a.parquet", row, ["id"]) == {"id": texts[row]}
    with pytest.raises(ArtifactError, match=rf"a\.parquet has no row {len(texts)}"):
        shards.read_row(tmp_path / "a.parquet", len(texts))


@pytest.mark.parametrize("size", [1, 5_000, 10**9])
def test_batches_of_some_bytes_are_all_rows_in_order(tmp_path: Path, size: int) -> None:
    table = pa.table({"text": [f"हिन्दी {number}" * 5 for number in range(300)]})
    shards.write(tmp_path / "a.parquet", table)
    batches = list(shards.batches_of_bytes(tmp_path / "a.parquet", ["text"], size))
    assert pa.Table.from_batches(batches).equals(table)
    assert len(batches) == {1: 300, 10**9: 1}.get(size, len(batches))
