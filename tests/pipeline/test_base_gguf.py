"""A GGUF file as the base of a recipe: read once, adapted like any other base, and refused before anything is done."""

import json
from pathlib import Path

import pytest

from emma.pipeline.base import find_base
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.store.artifact import Artifact
from tests.whole import RECIPE, emma, write_corpus

pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("gguf", reason="needs the smollm2 extra")

from tests.models.gguf_files import write_gguf

LACKS = "ĄĆēĔĖĝñò"


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A recipe on a small GGUF file, beside its data, that has no pieces for some bytes."""
    write_corpus(tmp_path / "data", documents=10)
    write_gguf(tmp_path / "data" / "tiny.gguf", kind="Q8_0", missing=LACKS)
    text = RECIPE.format(
        name="r", data=tmp_path / "data", base='base = "tiny.gguf"', path="all.jsonl", pieces=60, tokens=2000
    )
    (tmp_path / "r.toml").write_text(text)
    return tmp_path / "r.toml"


def test_it_is_read_once_and_adapted(recipe: Path) -> None:
    home = recipe.parent / "home"
    done = emma("run", recipe, "--home", home, "--until", "adapt")
    assert done.returncode == 0, done.stderr
    assert "reading tiny.gguf into" in done.stderr
    assert "'The capital of France is' goes on" in done.stderr
    assert "8 of the bytes that text can hold" in done.stderr
    base = find_base(Recipe.read(recipe), Home(home))
    assert isinstance(base, Artifact)
    record = json.loads((base.path / "gguf.json").read_text())
    assert (record["file"], record["tokenizer"]) == ("tiny.gguf", ["gpt2", "smollm"])
    (adapted,) = (home / "store" / "adapt").glob("*/model")
    vocab = json.loads((adapted / "tokenizer.json").read_text())["model"]["vocab"]
    assert sorted(vocab[letter] for letter in LACKS) == list(range(400, 408))
    again = emma("run", recipe, "--home", home, "--until", "adapt")
    assert "reading" not in again.stderr
    assert again.stderr.count("as before") == 7
    assert emma("status", "--home", home, "--verify").returncode == 0


def test_a_file_that_is_cut_leaves_nothing_behind(recipe: Path) -> None:
    file = recipe.parent / "data" / "tiny.gguf"
    file.write_bytes(file.read_bytes()[:-1000])
    for command in (["run", recipe, "--home", recipe.parent / "home"], ["check", recipe], ["check", file]):
        done = emma(*command)
        assert done.returncode == 1
        assert "tiny.gguf" in done.stderr
        assert "cut short or damaged. Fetch it again" in done.stderr
        assert "Traceback" not in done.stderr
    assert not list((recipe.parent / "home" / "store").glob("*/*/manifest.json"))


def test_check_says_what_it_says(recipe: Path) -> None:
    done = emma("check", recipe.parent / "data" / "tiny.gguf")
    assert done.returncode == 0, done.stderr
    assert "bits per byte" in done.stdout
    assert "This base can be adapted." in done.stdout


def test_its_address_is_that_of_its_content(recipe: Path) -> None:
    home, file = Home(recipe.parent / "home"), recipe.parent / "data" / "tiny.gguf"
    home.store.mkdir(parents=True)
    before = find_base(Recipe.read(recipe), home)
    file.write_bytes(file.read_bytes() + b" ")
    after = find_base(Recipe.read(recipe), home)
    assert isinstance(before, Artifact) and isinstance(after, Artifact)
    assert before.key != after.key
    assert not before.path.exists()  # nothing is read before a run needs it
