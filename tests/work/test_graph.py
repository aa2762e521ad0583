"""Tasks and stages: the same bytes with any number of workers, resumed or not, and only what changed is done again."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from emma.config.section import Section
from emma.errors import ArtifactError
from emma.store import manifest
from emma.store.artifact import Artifact
from emma.work import graph
from emma.work.graph import Step, check_balance, count_text_bytes
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.task import Unhashed, address_value
from emma.work.work import LIGHT_BYTES, StageOutput, Work, bucket_files


def square(out: Path, item: int, power: int) -> Mapping[str, int]:
    (out / "value.txt").write_text(str(item**power))
    return {"rows": 1}


def total(out: Path, items: tuple[Artifact, ...]) -> Mapping[str, int]:
    (out / "total.txt").write_text(str(sum(int(each.file("value.txt").read_text()) for each in items)))
    return {"rows": len(items)}


def even_and_odd(out: Path, item: int, buckets: int) -> Mapping[str, int]:
    (out / f"{item % buckets:04}.parquet").write_text(str(item))
    return {}


def where(out: Path, item: int, folder: Unhashed[str]) -> Mapping[str, int]:
    (out / "folder.txt").write_text(str(folder))
    return {}


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.mark.slow
def test_many_workers_give_the_same_bytes_as_one(make_work: Callable[..., Work], store: Path) -> None:
    work = make_work("sums")
    one = work.gather(total, work.each(square, range(20), 2))
    before = files(store)
    again = make_work("other", workers=1)
    again.root = store.parent / "second"
    with Local(2) as again.executor:
        again.stage = "sums"
        two = again.gather(total, again.each(square, range(20), 2))
    assert one.file("total.txt").read_text() == two.file("total.txt").read_text() == str(sum(n * n for n in range(20)))
    assert files(again.root) == before


def test_finished_tasks_are_not_run_again(make_work: Callable[..., Work]) -> None:
    first = make_work("sums").each(square, range(4), 2)
    stamps = [each.file("value.txt").stat().st_mtime_ns for each in first]
    second = make_work("sums").each(square, range(6), 2)
    assert [each.file("value.txt").stat().st_mtime_ns for each in second[:4]] == stamps
    assert make_work("sums").each(square, range(4), 3)[1].key != first[1].key


def test_mixing_what_two_versions_of_the_software_made_is_said(
    make_work: Callable[..., Work], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = manifest.software_versions()
    monkeypatch.setattr(manifest, "software_versions", lambda: {**now, "pyarrow": "1.0"})
    old = make_work("sums").each(square, range(2), 2)
    monkeypatch.setattr(manifest, "software_versions", lambda: now)
    work = make_work("sums")
    work.reporter = Reporter()
    assert [each.key for each in work.each(square, range(2), 2)] == [each.key for each in old]
    assert capsys.readouterr().err == "", "nothing is made, so nothing is mixed"
    work.each(square, range(3), 2)
    assert f"2 of 3 were made with other versions (pyarrow 1.0 → {now['pyarrow']})" in capsys.readouterr().err


def test_scatter_leaves_out_empty_buckets(make_work: Callable[..., Work]) -> None:
    buckets = make_work("sums").scatter(even_and_odd, [1, 3, 4], 3)
    assert [[path.read_text() for path in bucket_files(bucket)] for bucket in buckets] == [["3"], ["1", "4"], []]


def test_where_raw_files_lie_is_no_part_of_an_address(make_work: Callable[..., Work]) -> None:
    here = make_work("sums").each(where, [1], Unhashed("/here"))
    there = make_work("sums").each(where, [1], Unhashed("/there"))
    assert here[0].key == there[0].key


def test_what_cannot_be_hashed_is_refused() -> None:
    with pytest.raises(TypeError, match="Unhashed"):
        address_value(object())


class ToyConfig(Section):
    version: ClassVar[int] = 1
    add: int = 0


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two stages, `first` and `second`, that note when they run."""
    ran: list[str] = []

    def stage(name: str) -> Callable[..., StageOutput]:
        def run(section: ToyConfig, *, work: Work, **inputs: Artifact) -> StageOutput:
            ran.append(name)
            if section.add < 0:
                raise KeyboardInterrupt
            before = sum(int(each.file("n").read_text()) for each in inputs.values())
            (work.out / "n").write_text(str(before + section.add))
            (work.scratch / "checkpoint").write_text("kept until the stage is done")
            return StageOutput({"n": before + section.add})

        return run

    for name in ("first", "second"):
        module = ModuleType(f"emma.{name}.run")
        setattr(module, name, stage(name))
        monkeypatch.setitem(sys.modules, f"emma.{name}.run", module)
    return ran


def run(root: Path, first: int, second: int) -> list[graph.Outcome]:
    steps = [Step("first", ToyConfig(add=first), ()), Step("second", ToyConfig(add=second), ("first",))]
    return list(graph.run_steps(steps, {}, root=root, executor=Local(1), reporter=Reporter(quiet=True)))


def test_only_what_depends_on_a_change_runs_again(store: Path, toy: list[str]) -> None:
    assert [each.reused for each in run(store, 1, 10)] == [False, False]
    assert [each.reused for each in run(store, 1, 10)] == [True, True]
    assert [each.reused for each in run(store, 1, 20)] == [True, False]
    assert [each.reused for each in run(store, 2, 20)] == [False, False]
    assert toy == ["first", "second", "second", "first", "second"]


def test_compiling_is_told_once_after_the_last_stage(
    store: Path, toy: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(graph, "report_compiling", lambda usages, _: told.extend((len(toy), len(usages))))
    run(store, 1, 10)
    assert told == [2, 2]


def test_an_interrupted_stage_keeps_its_scratch_and_nothing_else(store: Path, toy: list[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(store, 1, -1)
    assert [path.name for path in (store / "second").iterdir()] == []
    assert list((store / "scratch").glob("first-*")) == []


@pytest.mark.parametrize(
    ("counts", "balanced"),
    [
        ({"rows_in": 5, "rows_out": 3, "rejected": 1, "dropped: exact duplicate": 1}, True),
        ({"rows_in": 5, "rows_out": 3, "rejected: bad JSON": 1}, False),
        ({"documents": 5}, True),
    ],
)
def test_rows_in_are_rows_out_and_losses(counts: Mapping[str, Any], balanced: bool) -> None:
    if balanced:
        check_balance("stage", counts)
    else:
        with pytest.raises(ArtifactError, match="accounts for"):
            check_balance("stage", counts)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [({"documents": [3, 4]}, 7), ({"documents": [3], "benchmarks": [LIGHT_BYTES]}, 3 + LIGHT_BYTES)],
)
def test_a_corpus_is_as_large_as_all_of_its_shards(sizes: dict[str, list[int]], expected: int) -> None:
    parts = {
        name: tuple(Artifact(Path("shard"), "key", {"bytes": size}) for size in of_kind)
        for name, of_kind in sizes.items()
    }
    assert count_text_bytes(Artifact(Path("corpus"), "key", {}, parts)) == expected


@pytest.mark.parametrize(
    "corpus", [None, Artifact(Path("corpus"), "key"), Artifact(Path("corpus"), "key", {"rows": 1})]
)
def test_what_nobody_counted_may_be_large(corpus: Artifact | None) -> None:
    assert count_text_bytes(corpus) is None
