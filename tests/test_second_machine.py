"""Two machines with one object store: what one has compiled, the other finds, and recomputes nothing."""

import json
import shutil
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.pipeline.home import Home
from emma.store import remote, shards
from emma.store.manifest import MANIFEST
from tests.whole import write_recipes

pytestmark = pytest.mark.slow

STAGES = ["collect", "annotate", "curate"]


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write_recipes(tmp_path)


def reused(home: Path) -> list[bool]:
    events = (home / "whole" / "events.jsonl").read_text().splitlines()
    return [json.loads(line)["reused"] for line in events]


def compile_at(home: Path, recipe: Path, bucket: str, *more: str) -> None:
    command = ["curate", str(recipe), "--home", str(home), "--store", bucket, "--workers", "1", "--quiet"]
    assert main([*command, "--set", "curate.buckets=2", *more]) == 0


def test_nothing_is_computed_twice(recipe: Path, bucket: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    compile_at(first, recipe, bucket)
    compile_at(second, recipe, bucket)
    assert reused(first) == [False] * len(STAGES)
    assert reused(second) == [True] * len(STAGES)
    here, there = (Home(home).run("whole").artifact("curate") for home in (first, second))
    for one, other in zip(here.parts["selection"], there.parts["selection"], strict=True):
        assert not (other.path / "selection.parquet").exists(), "it comes when it is asked for"
        assert shards.read(other.file("selection.parquet")) == shards.read(one.file("selection.parquet"))


def test_a_changed_threshold_there_reads_what_was_made_here(recipe: Path, bucket: str, tmp_path: Path) -> None:
    compile_at(tmp_path / "first", recipe, bucket)
    compile_at(tmp_path / "second", recipe, bucket, "--set", "curate.seed=7", "--workers", "2")
    assert reused(tmp_path / "second") == [True, True, False]
    compile_at(tmp_path / "first", recipe, bucket, "--set", "curate.seed=7")
    assert reused(tmp_path / "first")[-3:] == [True] * 3


def test_tasks_of_a_stage_that_was_killed_there_are_not_done_again(recipe: Path, bucket: str, tmp_path: Path) -> None:
    compile_at(tmp_path / "first", recipe, bucket)
    key = Home(tmp_path / "first").run("whole").addresses["annotate"]
    files, path = remote.filesystem(f"{bucket}/annotate/{key}/{MANIFEST}")
    files.rm(path)
    compile_at(tmp_path / "second", recipe, bucket)
    assert reused(tmp_path / "second") == [True, False, True]
    tasks = list((tmp_path / "second" / "store" / "annotate" / "annotate_shard").iterdir())
    there = {each.name for task in tasks for each in task.iterdir()}
    assert tasks and there == {MANIFEST}, "they were neither made nor opened"


def test_the_cache_may_be_deleted(recipe: Path, bucket: str, tmp_path: Path) -> None:
    compile_at(tmp_path / "home", recipe, bucket)
    shutil.rmtree(tmp_path / "home" / "store")
    compile_at(tmp_path / "home", recipe, bucket)
    assert reused(tmp_path / "home")[-3:] == [True] * 3
