"""A corpus compiled in one process, in two, on Ray, and after kills: every file the same, manifests included."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import psutil
import pytest

from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_stages
from emma.store.manifest import MANIFEST
from emma.work import work
from emma.work.local import Executor, Local
from emma.work.progress import Reporter
from tests.conftest import TEXTS
from tests.whole import sentences
from tests.work.test_first_use import SPREAD
from tests.work.test_graph import files

if TYPE_CHECKING:
    from emma.work.on_ray import OnRay

RECIPE = """
name = "corpus"
data = "{data}"

[collect]
shard_bytes = 20_000

[[collect.sources]]
name = "made"
reader = "jsonl"
path = "*.jsonl"
licence = "CC0-1.0"

[curate]
buckets = 2
"""


@pytest.fixture(scope="module", autouse=True)
def spread() -> Iterator[None]:
    """Little text, and yet in many processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "LIGHT_BYTES", 0)
        yield


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe of several shards, of languages that do and do not space their words."""
    folder = tmp_path_factory.mktemp("data")
    for lang in TEXTS:
        rows = [{"text": text, "lang": lang} for text in sentences(lang, 40)]
        (folder / f"{lang}.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    (folder / "recipe.toml").write_text(RECIPE.format(data=folder))
    return folder / "recipe.toml"


def compiled(recipe: Path, home: Path, executor: Executor) -> dict[str, bytes]:
    """Run up to curate; every file of the store but the cache of raw files' hashes."""
    with Home(home).locked():
        run_stages(Recipe.read(recipe), "curate", home=Home(home), executor=executor, reporter=Reporter(quiet=True))
    return {name: content for name, content in files(home / "store").items() if "/" in name}


@pytest.fixture(scope="module")
def alone(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The corpus compiled in one process."""
    made = compiled(recipe, tmp_path_factory.mktemp("alone"), Local(1))
    assert sum(name.startswith("annotate/annotate_shard/") and name.endswith(MANIFEST) for name in made) > 2
    return made


@pytest.mark.slow
def test_two_processes(recipe: Path, alone: dict[str, bytes], tmp_path: Path) -> None:
    with Local(2) as executor:
        assert compiled(recipe, tmp_path, executor) == alone


@pytest.mark.slow
def test_ray(recipe: Path, alone: dict[str, bytes], tmp_path: Path, ray: "OnRay") -> None:
    assert compiled(recipe, tmp_path, ray) == alone


def kill_workers(wanted: Callable[[psutil.Process], bool], over: threading.Event, killed: list[int]) -> None:
    """Kill the first two workers that are seen at work."""
    while not over.is_set() and len(killed) < 2:
        for process in psutil.Process().children(recursive=True):
            try:
                if process.pid not in killed and wanted(process):
                    process.kill()
                    killed.append(process.pid)
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.005)


@pytest.mark.slow
@pytest.mark.parametrize("on", ["local", "ray"])
def test_after_workers_were_killed(
    on: str, recipe: Path, alone: dict[str, bytes], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    executor: Executor = request.getfixturevalue("ray") if on == "ray" else Local(2, lambda text: None)
    mark = "ray::run_on_worker" if on == "ray" else "multiprocessing.spawn"
    over, killed = threading.Event(), list[int]()
    killer = threading.Thread(
        target=kill_workers, args=(lambda process: mark in " ".join(process.cmdline()), over, killed)
    )
    killer.start()
    try:
        made = compiled(recipe, tmp_path, executor)
    finally:
        over.set()
        killer.join()
        if isinstance(executor, Local):
            executor.__exit__(None, None, None)
    assert killed
    assert made == alone


@pytest.mark.slow
def test_after_the_run_itself_was_killed(recipe: Path, alone: dict[str, bytes], tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SPREAD, "curate", recipe, "--home", tmp_path, "--workers", "2", "--quiet"],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    while process.poll() is None and len([*(tmp_path / "store").glob(f"*/*/*/{MANIFEST}")]) < 4:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert compiled(recipe, tmp_path, Local(1)) == alone
