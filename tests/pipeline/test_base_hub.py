"""A base of the hub, in its cache as the hub's library lays it out: a snapshot whose files are links."""

from pathlib import Path

import pytest

from tests.models.kinds import write_base, write_tokenizer
from tests.whole import RECIPE, emma_apart, write_corpus

pytest.importorskip("torch", reason="needs the train extra")

COMMIT = "0123456789" * 4


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe on `owner/name@v1`, which was fetched."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    write_corpus(tmp_path / "data", documents=10)
    repository = tmp_path / "hub" / "models--owner--name"
    blobs, snapshot = repository / "blobs", repository / "snapshots" / COMMIT
    write_base("llama2", blobs)
    write_tokenizer(blobs)
    (blobs / "README.md").write_text("---\nlicense: mit\n---\n")
    snapshot.mkdir(parents=True)
    for file in blobs.iterdir():
        (snapshot / file.name).symlink_to(Path("../../blobs") / file.name)
    (repository / "refs").mkdir()
    (repository / "refs" / "v1").write_text(COMMIT)
    text = RECIPE.format(
        name="r", data=tmp_path / "data", base='base = "owner/name@v1"', path="all.jsonl", pieces=30, tokens=1000
    )
    (tmp_path / "r.toml").write_text(text)
    return tmp_path / "r.toml"


@pytest.mark.slow
def test_it_goes_the_whole_way(recipe: Path) -> None:
    home = recipe.parent / "home"
    done = emma_apart("run", recipe, "--home", home)
    assert done.returncode == 0, done.stderr
    card = (home / "r" / "release" / "model" / "README.md").read_text()
    assert "base_model: owner/name\n" in card
    assert "base_model_relation: finetune\n" in card
    assert "| licence of the base | mit |" in card


@pytest.mark.slow
def test_what_was_not_fetched_is_not_downloaded(recipe: Path) -> None:
    recipe.write_text(recipe.read_text().replace("owner/name@v1", "owner/name@v2"))
    for command in (["run", recipe, "--home", recipe.parent / "home"], ["check", recipe]):
        done = emma_apart(*command)
        assert done.returncode == 1
        assert "`hf download owner/name --revision v2`" in done.stderr
        assert "Traceback" not in done.stderr
