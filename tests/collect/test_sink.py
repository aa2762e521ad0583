"""What a task writes: rejects are cut, and what was joined is counted."""

from pathlib import Path

from emma.collect.run import collect
from tests.collect.stage import MakeWork, section, source, table, write_joinable


def test_a_long_reject_is_cut(data: Path, make_work: MakeWork) -> None:
    (data / "web/0.jsonl").write_text("x" * 100_000 + '\n{"text": "neno", "lang": "sw"}')
    made = collect(section(data, source(path="web/0.jsonl"), max_row_bytes=80_000), work=make_work("collect"))
    (reject,) = table(made, "rejects").to_pylist()
    assert (reject["row"], len(reject["raw"])) == (1, 64 * 1024)


def test_joined_units_are_counted_in_documents_and_rejects(data: Path, make_work: MakeWork) -> None:
    write_joinable(data)
    made = collect(section(data, source(path="web/0.jsonl", group_bytes=100)), work=make_work("collect"))
    assert {name: made.counts[name] for name in ("rows_in", "rows_out", "units")} == {
        "rows_in": 2,
        "rows_out": 1,
        "units": 8,
    }
