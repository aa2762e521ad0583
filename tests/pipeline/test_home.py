"""A home: one run at a time in it, and one line where it cannot be used."""

from pathlib import Path

import pytest

from emma.errors import ArtifactError, RecipeError
from emma.pipeline.home import Home
from tests.cli.test_main import run


def test_two_runs_do_not_share_a_store(tmp_path: Path) -> None:
    with Home(tmp_path / "home").locked():
        done = run(tmp_path, "")
    assert done.returncode == 1
    assert "Another run is using" in done.stderr


def test_a_store_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    refused = pytest.raises(ArtifactError, match=r"store cannot be made \(Not a directory\)\. Choose another --home")
    with refused, Home(tmp_path / "home").locked():
        pass


@pytest.mark.parametrize("lock", ["[1]", '{"train": 3}', "{"])
def test_a_record_that_is_damaged_says_what_to_do(tmp_path: Path, lock: str) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "lock.json").write_text(lock)
    with pytest.raises(ArtifactError, match=r"lock\.json .*\. Delete .*demo and run again"):
        Home(tmp_path).run("demo").artifact("train")


def test_a_home_with_several_runs_asks_which(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name in (None, "a"):
        with pytest.raises(RecipeError, match=r"There is no run in .* yet: `emma run RECIPE` makes one"):
            home.choose_run(name)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lock.json").write_text("{}")
    assert home.choose_run("a") == home.run("a")
    with pytest.raises(RecipeError, match=r"has: a, b\. Name one, as in --run a\."):
        home.choose_run(None)
    with pytest.raises(RecipeError, match=r"There is no run 'c' in .*\. There are: a, b\."):
        home.choose_run("c")


def test_a_home_is_the_cache_of_one_object_store(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "remote").write_text("s3://one/prefix\n")
    assert Home(tmp_path).url == Home(tmp_path, "s3://one/prefix/").url == "s3://one/prefix"
    with pytest.raises(ArtifactError, match="is the cache of s3://one/prefix, not of s3://two"):
        _ = Home(tmp_path, "s3://two").url


def test_what_a_killed_run_was_writing_is_cleared(tmp_path: Path) -> None:
    """Files of answers as well as folders of artifacts."""
    home = Home(tmp_path)
    with home.locked():
        (home.store / "answers/model").mkdir(parents=True)
        kept, half = (home.store / "answers/model" / name for name in ("1.parquet", "2.parquet.17.tmp"))
        kept.write_bytes(b"")
        half.write_bytes(b"")
    assert kept.exists()
    assert not half.exists()
