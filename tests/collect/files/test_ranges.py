"""Large files in ranges: whatever the size of a task, the same rows with the same numbers, each once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emma.collect.config import SourceConfig
from emma.collect.files.inputs import find_files
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import RangeBatch, make_batches
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument, Reject
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

Cut = Callable[..., list[RangeBatch]]


def source(reader: str = "jsonl", path: str | tuple[str, ...] = "big.*", **changes: object) -> SourceConfig:
    values = {"name": "s", "reader": reader, "path": path, "licence": "CC0-1.0", **changes}
    return SourceConfig.model_validate(values)


def cut(folder: Path, of: SourceConfig, size: int) -> list[RangeBatch]:
    store = folder / "store"
    store.mkdir(exist_ok=True)
    work = Work(store, "collect", 1, "0" * 20, store, Local(1), Reporter(quiet=True))
    groups = [
        [(each, f"{each.name}-{Path(each.location).read_bytes()!r}") for each in group]
        for group in find_files(of, folder).groups
    ]
    return make_batches(of, groups, size, work)


def rows(made: list[RangeBatch], limit: int = 60) -> Iterator[RawDocument | Reject]:
    for batch in made:
        for piece in batch.pieces:
            for file in open_range(piece, batch.source, limit):
                assert isinstance(file, InputFile)
                yield from find_reader(batch.source).read(file, batch.source)


def facts(found: Iterator[RawDocument | Reject]) -> list[tuple[object, ...]]:
    return [
        (each.row, each.text, each.text2) if isinstance(each, RawDocument) else (each.row, each.kind) for each in found
    ]


lines = st.lists(st.sampled_from([b"", b"a", b"\xff", "ไทย".encode(), b"x" * 70, b"x" * 300, b" b\r"]), max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(found=lines, ended=st.booleans(), size=st.integers(2, 40))
def test_ranges_hold_each_line_once(found: list[bytes], ended: bool, size: int, tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes(b"\n".join(found) + b"\n" * ended)
    of = source("text", lang="eng_Latn", encoding="utf-8", options={"unit": "line"})
    whole, parts = cut(tmp_path, of, 10_000), cut(tmp_path, of, size)
    assert len(whole) <= 1
    assert facts(rows(parts)) == facts(rows(whole))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(one=lines, two=lines, size=st.integers(2, 40))
def test_ranges_of_two_files_stay_side_by_side(one: list[bytes], two: list[bytes], size: int, tmp_path: Path) -> None:
    (tmp_path / "big.en").write_bytes(b"\n".join(one))
    (tmp_path / "big.sw").write_bytes(b"\n".join(two))
    of = source("moses")
    assert facts(rows(cut(tmp_path, of, size))) == facts(rows(cut(tmp_path, of, 10_000)))


def test_ranges_know_the_columns(tmp_path: Path) -> None:
    (tmp_path / "big.tsv").write_text("lang\ttext\n" + "".join(f"sw\tneno {row}\n" for row in range(50)))
    of = source("csv", options={"quotes": False})
    parts = cut(tmp_path, of, 100)
    assert len(parts) > 5
    found = list(rows(parts))
    assert [each.row for each in found] == list(range(2, 52))
    assert [each.text for each in found if isinstance(each, RawDocument)] == [f"neno {row}" for row in range(50)]


def test_ranges_of_columns_without_names(tmp_path: Path) -> None:
    (tmp_path / "big.tsv").write_text("".join(f"sw\tneno {row}\n" for row in range(50)))
    of = source("csv", fields={"lang": "1", "text": "2"}, options={"quotes": False, "header": False})
    assert facts(rows(cut(tmp_path, of, 100))) == [(row + 1, f"neno {row}", None) for row in range(50)]


@pytest.mark.parametrize(
    ("name", "reader", "changes"),
    [
        ("big.jsonl.gz", "jsonl", {}),
        ("big.jsonl", "jsonl", {"group_bytes": 10}),
        ("big.jsonl", "jsonl", {"encoding": "utf-16"}),
        ("big.tar", "jsonl", {"member": "*"}),
        ("big.csv", "csv", {}),
        ("big.txt", "text", {"options": {"unit": "paragraph"}}),
        ("big.txt", "text", {"options": {"unit": "line"}, "encoding": "utf-32"}),
        ("big.xml", "tmx", {}),
    ],
)
def test_what_cannot_be_split_is_not(name: str, reader: str, changes: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"line\n" * 50)
    (batch,) = cut(tmp_path, source(reader, **changes), 10)
    assert [piece.stop for piece in batch.pieces] == [None]


def test_lines_in_utf_16_are_seen_before_the_file_is_cut(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes("ไทย\n".encode("utf-16") * 50)
    (batch,) = cut(tmp_path, source("text", lang="tha_Thai", options={"unit": "line"}), 10)
    assert len(list(rows([batch]))) == 50


def test_small_files_come_together_and_a_large_one_alone(tmp_path: Path) -> None:
    for name, size in (("big.1", 6), ("big.2", 6), ("big.3", 25), ("big.4", 3)):
        (tmp_path / name).write_bytes(b"{}\n" * (size // 3))
    made = cut(tmp_path, source(), 10)
    names = [[(part.name, part.start, part.row) for piece in batch.pieces for part in piece.parts] for batch in made]
    assert names == [
        [("big.1", 0, 0), ("big.2", 0, 0)],
        [("big.3", 0, 0)],
        [("big.3", 10, 4)],
        [("big.3", 20, 7)],
        [("big.4", 0, 0)],
    ]


def test_a_task_carries_the_places_of_its_own_files_only(tmp_path: Path) -> None:
    for name in ("big.1", "big.2"):
        (tmp_path / name).write_bytes(b"{}\n" * 3)
    one, two = cut(tmp_path, source(), 9)
    assert "big.2" not in repr(one) and "big.1" not in repr(two)
    assert str(tmp_path) in repr(one) and str(tmp_path) not in str(one.model_dump())
