"""Who needs what, on a store written by hand: a base, a run that starts from another's weights, old corpora."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from emma.pipeline.home import Home
from emma.pipeline.storage.folders import count_bytes
from emma.pipeline.storage.holdings import take_stock
from emma.store.address import address
from emma.store.artifact import Artifact, commit, staging
from emma.store.files import write_json
from emma.train.begun import write_note


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def make(
    home: Home, place: str, inputs: Mapping[str, str] = {}, parts: tuple[Artifact, ...] = (), **more: object
) -> Artifact:
    """An artifact of one file of 100 bytes below `place`, which is a stage or a stage's function."""
    made_by = {"stage": place, "inputs": dict(inputs), **more}
    key = address(made_by)
    path = home.store / place / key
    with staging(path) as out:
        (out / "data").write_bytes(bytes(100))
        return commit(
            out, path, root=home.store, made_by=made_by, key=key, counts={}, parts={"p": parts} if parts else {}
        )


def record(home: Home, run: str, *artifacts: Artifact) -> None:
    (home.path / run).mkdir(parents=True, exist_ok=True)
    write_json(home.path / run / "lock.json", {each.path.parent.name: each.key for each in artifacts})


def unneeded(home: Home) -> set[str]:
    return {each.place for each in take_stock(home).unneeded}


def below(home: Home, *artifacts: Artifact) -> set[str]:
    return {each.path.relative_to(home.store).as_posix() for each in artifacts}


def test_what_it_was_made_from_stays(home: Home) -> None:
    """A run curated anew after training: the model's own corpus is named by nobody, and needed all the same."""
    shard = make(home, "curate/decide", n=1)
    old_curate = make(home, "curate", parts=(shard,), n=1)
    pack = make(home, "pack", {"curate": old_curate.key})
    train = make(home, "train", {"pack": pack.key})
    new_curate, older = make(home, "curate", n=2), make(home, "curate", n=3)
    record(home, "one", new_curate, train)
    assert unneeded(home) == below(home, older)
    holdings = take_stock(home)
    assert holdings.named == sum(count_bytes(each.path) for each in (new_curate, train)) > 200
    assert holdings.inputs == sum(count_bytes(each.path) for each in (shard, old_curate, pack)) > 300
    assert {(each.run, each.stage) for each in holdings.stages} == {("one", "curate"), ("one", "train")}


def test_a_base_of_another_run_stays_without_that_run(home: Home) -> None:
    adapt = make(home, "adapt")
    base = make(home, "train", {"adapt": adapt.key}, n="base")
    converted = make(home, "base")
    start = make(home, "start", training=base.key, step=400)
    record(home, "one", make(home, "train", {"base": base.key, "start": start.key}))
    assert unneeded(home) == below(home, converted)


def test_what_a_begun_training_starts_from_stays(home: Home) -> None:
    adapt, start, key = make(home, "adapt"), make(home, "start"), "d" * 20
    record(home, "one")
    home.run("one").begin("train", key)
    scratch = home.store / "scratch" / f"train-{key}"
    assert unneeded(home) == below(home, adapt, start)
    scratch.mkdir(parents=True)
    started = {"run": "x", "step": 1, "tokens": 1, "artifact": start.key}
    write_note(scratch, {"steps": 9, "train": {}, "model": str(adapt.path / "model"), "started_from": started})
    assert not unneeded(home)


def test_tasks_are_parts_results_on_the_way_or_nobodys(home: Home) -> None:
    shard, old_shard = make(home, "collect/read_batch", n=1), make(home, "collect/read_batch", n=2)
    survey = make(home, "collect/survey")
    collect = make(home, "collect", parts=(shard,))
    measured = make(home, "curate/measure", arguments=[{"artifact": shard.key}])
    found = make(home, "curate/find", arguments=[{"artifact": measured.key}])
    old_measured = make(home, "curate/measure", arguments=[{"artifact": old_shard.key}])
    old_found = make(home, "curate/find", arguments=[{"artifact": old_measured.key}, {"artifact": measured.key}])
    curate = make(home, "curate", {"collect": collect.key})
    elsewhere = make(home, "pack/scatter")  # no run has come to that stage
    trained = make(home, "annotate/train_lid", arguments=[{"artifact": shard.key}])  # as `emma lid train` does
    next_stage = make(home, "pack/count", arguments=[{"artifact": found.key}])  # made from a result on the way
    record(home, "one", collect, curate)
    home.run("one").begin("curate", curate.key)  # which is done since
    holdings = take_stock(home)
    assert holdings.under_way == 0
    assert {each.place for each in holdings.intermediate} == below(home, survey, measured, found, trained, next_stage)
    assert {each.place for each in holdings.unneeded} == below(home, old_shard, old_measured, old_found, elsewhere)


def test_what_another_run_names_too_is_shared(home: Home) -> None:
    collect, curate = make(home, "collect"), make(home, "curate")
    record(home, "one", collect, curate)
    record(home, "two", collect)
    size, own = count_bytes(collect.path), count_bytes(curate.path)
    assert [(each.run, each.stage, each.bytes, each.shared) for each in take_stock(home).stages] == [
        ("one", "collect", size, size), ("one", "curate", own, 0), ("two", "collect", size, size),
    ]  # fmt: skip


def test_a_link_takes_no_room(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(10))
    (tmp_path / "link").symlink_to("file")
    assert count_bytes(tmp_path) == 10


def test_what_has_another_form_is_not_ours_to_judge(home: Home) -> None:
    record(home, "one", make(home, "collect"))
    for name in ("answers/model", "checked", "notes/mine", "collect/read_batch/my own folder"):
        (home.store / name).mkdir(parents=True)
        (home.store / name / "file").write_bytes(b"x")
    assert not unneeded(home) and take_stock(home).answers == 1


def test_a_folder_without_a_manifest_is_nobodys(home: Home) -> None:
    gone = home.store / "curate" / ("e" * 20)
    gone.mkdir(parents=True)
    (gone / "limits.parquet").write_bytes(bytes(10))
    (home.store / "curate" / f"{'f' * 20}.host.1.tmp").mkdir()
    record(home, "one", make(home, "collect"))
    assert unneeded(home) == {f"curate/{'e' * 20}", f"curate/{'f' * 20}.host.1.tmp"}


def test_what_is_half_written_in_a_scratch_folder_counts_once(home: Home) -> None:
    scratch = home.store / "scratch" / f"train-{'a' * 20}"
    (scratch / "step-000000004.tmp").mkdir(parents=True)
    (scratch / "step-000000004.tmp" / "state.pt").write_bytes(bytes(10))
    assert [(each.place, each.bytes) for each in take_stock(home).unneeded] == [(f"scratch/{scratch.name}", 10)]
