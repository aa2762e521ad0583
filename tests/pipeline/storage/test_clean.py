"""`emma clean`: what a run needs is there and whole afterwards, and nothing that nobody needs is left."""

import io
import json
import shutil
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.errors import ArtifactError, RecipeError
from emma.inspect.verify import verify_files
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_stages
from emma.pipeline.storage import clean
from emma.pipeline.storage.clean import clean_home, render_holdings
from emma.pipeline.storage.holdings import take_stock
from emma.store import remote
from emma.store.manifest import MANIFEST
from emma.work.local import Local
from emma.work.progress import Reporter

QUIET = Reporter(quiet=True)
CHANGE = "curate.test_share=0.2"


@pytest.fixture
def home(compiled: Path, tmp_path: Path) -> Home:
    shutil.copytree(compiled, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def compile_again(home: Home, compiled: Path, *changes: str) -> None:
    recipe = Recipe.read(compiled.parent / "two.toml", changes)
    with home.locked(), Local(1) as executor:
        run_stages(recipe, "curate", home=home, executor=executor, reporter=QUIET)


def files(home: Home) -> dict[str, bytes]:
    paths = (path for path in home.store.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(home.store).as_posix(): path.read_bytes() for path in paths}


def needed_files(home: Home) -> set[str]:
    """Another way to know them: the files that a check of each run reads."""
    names = set[str]()
    for run in home.list_runs():
        for stage in run.addresses:
            artifact = run.artifact(stage)
            for each in (artifact, *(part for parts in artifact.parts.values() for part in parts)):
                names |= {path.relative_to(home.store).as_posix() for path in each.path.rglob("*") if path.is_file()}
    return names


def test_a_changed_setting_leaves_what_nobody_needs(home: Home, compiled: Path) -> None:
    before = take_stock(home)
    assert not before.unneeded and before.intermediate
    old = home.run("two").artifact("curate")
    compile_again(home, compiled, CHANGE)
    places = {each.place for each in take_stock(home).unneeded}
    shared = {part.path for part in home.run("one").artifact("curate").parts["selection"]}
    theirs = {part.path for part in old.parts["selection"]} - shared
    theirs -= {part.path for part in home.run("two").artifact("curate").parts["selection"]}
    # The task that counted the old splits read them, so its output is of no use either.
    counted = {place for place in places if place.startswith("curate/measure_sizes/")}
    assert places - counted == {each.relative_to(home.store).as_posix() for each in {old.path, *theirs}} and theirs
    clean_home(home)
    assert not take_stock(home).unneeded and not old.path.exists()
    assert not verify_files(home, None, QUIET).damaged
    compile_again(home, compiled, CHANGE)  # all as before: nothing is made again
    assert needed_files(home) <= files(home).keys()


def test_results_on_the_way_go_where_that_is_said_and_come_again(home: Home, compiled: Path) -> None:
    whole, needed = files(home), needed_files(home)
    clean_home(home, intermediate=True)
    kept = {name for name in files(home) if name.endswith((".parquet", ".npy", MANIFEST))}
    assert kept == {name for name in needed if name in whole}
    compile_again(home, compiled, CHANGE)
    compile_again(home, compiled)
    assert {name: files(home)[name] for name in needed} == {name: whole[name] for name in needed}


def test_a_run_that_is_gone_takes_its_own_with_it(home: Home) -> None:
    both = needed_files(home)
    shutil.rmtree(home.path / "two")
    clean_home(home, intermediate=True)
    kept = {name for name in files(home) if name.endswith(MANIFEST)}
    assert kept == {name for name in needed_files(home) if name.endswith(MANIFEST)} < both


def test_without_runs_everything_goes(home: Home) -> None:
    for name in ("one", "two"):
        shutil.rmtree(home.path / name)
    holdings = clean_home(home)
    assert not holdings.stages and not holdings.intermediate
    assert [name for name in files(home) if name.endswith(MANIFEST)] == []


def test_checkpoints_of_a_begun_training_stay(home: Home) -> None:
    begun, other = "a" * 20, "b" * 20
    for key in (begun, other):
        folder = home.store / "scratch" / f"train-{key}" / "step-000000400"
        folder.mkdir(parents=True)
        (folder / "state.pt").write_bytes(bytes(1000))
    home.run("two").begin("train", begun)
    holdings = clean_home(home)
    assert [(each.place, each.bytes) for each in holdings.unneeded] == [(f"scratch/train-{other}", 1000)]
    assert holdings.under_way == 1000
    assert (home.store / "scratch" / f"train-{begun}").exists()


def test_tasks_of_a_stage_that_was_stopped_stay(home: Home) -> None:
    """A run that is killed in its first stage has noted no artifact yet."""
    task = next((home.store / "collect" / "read_batch").iterdir())
    shutil.rmtree(home.path / "one")
    shutil.rmtree(home.path / "two")
    (home.path / "three").mkdir()
    home.run("three").begin("collect", "c" * 20)
    clean_home(home)
    assert task.exists() and not (home.store / "annotate").exists()


def test_a_kill_in_the_middle_leaves_no_damage(home: Home, compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_again(home, compiled, CHANGE)
    monkeypatch.setattr(clean.shutil, "rmtree", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        clean_home(home)
    monkeypatch.undo()
    clean_home(home)
    assert not verify_files(home, None, QUIET).damaged and not take_stock(home).unneeded
    assert not [*home.store.rglob("*.tmp")]


def test_a_damaged_manifest_stops_it(home: Home) -> None:
    before = files(home)
    path = home.run("one").artifact("curate").path / MANIFEST
    path.write_bytes(b"{")
    with pytest.raises(ArtifactError, match=r"damaged.*Delete"):
        clean_home(home, intermediate=True)
    assert files(home).keys() == before.keys()


def test_another_run_is_using_it(home: Home) -> None:
    with home.locked(), pytest.raises(ArtifactError, match="Another run is using"):
        clean_home(Home(home.path))


@pytest.mark.slow
def test_an_object_store_is_left_alone(home: Home, compiled: Path, bucket: str) -> None:
    shared = Home(home.path, bucket)
    compile_again(shared, compiled, CHANGE)
    there = list_all(bucket)
    (old, *_) = [each.place for each in take_stock(shared).unneeded]
    holdings = clean_home(shared, intermediate=True)
    assert holdings.url == bucket and any("Nothing is ever deleted in" in line for line in render_holdings(holdings))
    assert list_all(bucket) == there and not (shared.store / old).exists()
    compile_again(shared, compiled)  # what went is brought back from there
    assert not verify_files(shared, None, QUIET).damaged


def list_all(bucket: str) -> list[str]:
    files, path = remote.filesystem(bucket)
    return sorted(files.find(path))


def test_the_command_asks_or_wants_yes(home: Home, compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compile_again(home, compiled, CHANGE)
    before, command = files(home), ["clean", "--home", str(home.path)]
    assert main([*command, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "nobody needs: goes" in said and "of settings or text that no run has now" in said
    assert main([*command, "--dry-run", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {row["run"] for row in answer["stages"]} == {"one", "two"}
    assert sum(row["bytes"] for row in answer["stages"]) > answer["named"]  # what both share is counted once
    assert main(command) == 1 and "--yes" in capsys.readouterr().err
    assert files(home) == before
    assert main([*command, "--yes"]) == 0 and "Deleted" in capsys.readouterr().err
    assert files(home) != before
    assert main([*command]) == 0


@pytest.mark.parametrize(("answer", "goes"), [("y\n", True), ("YES\n", True), ("n\n", False), ("", False)])
def test_on_a_terminal_it_asks(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: str, goes: bool
) -> None:
    stdin = io.StringIO(answer)
    monkeypatch.setattr(stdin, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", stdin)
    before = files(home)
    assert main(["clean", "--home", str(home.path), "--intermediate"]) == (0 if goes else 1)
    said = capsys.readouterr().err
    assert "folders? [y/N]" in said and ("Deleted" if goes else "Nothing was deleted.") in said
    assert (files(home) != before) is goes


def test_a_mistyped_home_is_no_empty_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "--home", str(tmp_path / "nowhere")]) == 1
    assert "There is no store" in capsys.readouterr().err
    with pytest.raises(RecipeError):
        Home(tmp_path).choose_run(None)
