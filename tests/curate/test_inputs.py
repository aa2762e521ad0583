"""Whose copy stays: the smaller priority, then the order of the recipe."""

import pytest

from emma.store import shards
from tests.curate.corpus import ALPHABETS, Bench, plain


@pytest.mark.parametrize(("priorities", "winner"), [({}, "web"), ({"clean": -1}, "clean"), ({"web": 2}, "clean")])
def test_the_survivor_is_of_the_preferred_source(bench: Bench, priorities: dict[str, int], winner: str) -> None:
    bench.priorities = priorities
    rows = [row | {"source": source, "id": f"{source}:{at}"} for source in ("web", "clean")
            for at, row in enumerate(plain(6))]  # fmt: skip
    half = len(rows) // 2
    selection, made, _ = bench.run(rows, sizes=[half - 3, 3, half])
    kept = {row["source"] for row, choice in zip(rows, selection, strict=True) if choice["split"]}
    assert kept == {winner} and made.counts["dropped: exact duplicate"] == half == 6 * len(ALPHABETS)
    assert {row["cluster"].split(":")[0] for row in selection} == {winner}


def test_the_selection_stays_row_for_row_with_the_documents(bench: Bench) -> None:
    bench.priorities = {"a": 3, "b": 2, "c": 1}
    rows = [row | {"source": source, "id": f"{source}{at}", "text": row["text"] + source * 9}
            for source in "abc" for at, row in enumerate(plain(2, ["rus_Cyrl"]))]  # fmt: skip
    selection, made, _ = bench.run(rows, sizes=[2, 0, 2, 2])
    assert [row["cluster"] for row in selection if row["cluster_size"] == 1] == [
        row["id"] for row, choice in zip(rows, selection, strict=True) if choice["cluster_size"] == 1
    ]
    sizes = [shards.read(part.file("selection.parquet")).num_rows for part in made.parts["selection"]]
    assert sizes == [2, 0, 2, 2]
