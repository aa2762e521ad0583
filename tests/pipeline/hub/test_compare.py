"""What is new, the same, to be deleted and left alone, by names, sizes and hashes."""

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emma.pipeline.hub.compare import Difference, compare_repository, find_overwritten, hash_for_git
from emma.pipeline.hub.uploads import Kind, Upload

TEXT = "ߊߟߎ߫ ߓߍ߯".encode()


def entry(content: bytes, *, is_large: bool = False) -> Any:
    """What the hub says of a file."""
    lfs = SimpleNamespace(sha256=hashlib.sha256(content).hexdigest()) if is_large else None
    return SimpleNamespace(size=len(content), blob_id=hash_for_git(content), lfs=lfs)


def compare(folder: Path, there: dict[str, Any], kind: Kind = "dataset") -> Difference:
    """A folder with one file of TEXT against a repository."""
    (folder / "data").mkdir()
    (folder / "data" / "a.parquet").write_bytes(TEXT)
    return compare_repository(Upload(kind, "a/b", folder, {"data/a.parquet": len(TEXT)}), there)


def test_the_hash_is_that_of_git() -> None:
    assert hash_for_git(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"  # git hash-object


@pytest.mark.parametrize("is_large", [False, True])
def test_a_file_of_the_same_size_with_other_bytes_is_sent(tmp_path: Path, is_large: bool) -> None:
    assert compare(tmp_path, {"data/a.parquet": entry(TEXT[::-1], is_large=is_large)}).send == ("data/a.parquet",)


@pytest.mark.parametrize("is_large", [False, True])
def test_the_same_bytes_are_there(tmp_path: Path, is_large: bool) -> None:
    found = compare(tmp_path, {"data/a.parquet": entry(TEXT, is_large=is_large)})
    assert (found.send, found.same) == ((), ("data/a.parquet",))


@pytest.mark.parametrize(
    ("kind", "deleted", "left"),
    [
        ("dataset", ("data/old.parquet", "ledger.parquet", "results/items.parquet"), ("cover.png", "notes/data.json")),
        ("model", ("adapter.safetensors", "languages.csv", "ledger.parquet", "tokenizer.model"), ("cover.png",)),
    ],
)
def test_what_releases_wrote_goes_and_what_is_the_owner_s_stays(
    tmp_path: Path, kind: Kind, deleted: tuple[str, ...], left: tuple[str, ...]
) -> None:
    there = {path: entry(b"") for path in (*left, *deleted[::-1], ".gitattributes")}
    found = compare(tmp_path, there, kind)
    assert (found.delete, found.leave) == (deleted, left)


def test_files_that_no_release_wrote_are_named() -> None:
    difference = Difference(send=("README.md", "data/b", "data/new"), same=(), delete=("data/a",), leave=("cover.png",))
    there = ["README.md", "cover.png", "data/b", "data/a"]
    assert find_overwritten(difference, there, ["text"]) == ["data/a", "data/b"]
    assert find_overwritten(difference, there, ["text", "emma"]) == []
    assert find_overwritten(difference, ["README.md"], []) == []
