"""Artifacts: complete or absent, and damage is noticed."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emma.errors import ArtifactError, SourceError
from emma.store.artifact import Artifact, commit, load, staging
from emma.store.manifest import MANIFEST


def make(store: Path, name: str, content: bytes = b"x", **parts: tuple[Artifact, ...]) -> Artifact:
    path = store / "stage" / name
    with staging(path) as out:
        (out / "data.bin").write_bytes(content)
        return commit(out, path, root=store, made_by={"n": 1}, key=name, counts={"rows": 3}, parts=parts)


def test_what_is_written_is_read_back(store: Path) -> None:
    shard = make(store, "shard")
    made = make(store, "whole", shards=(shard,))
    assert load(made.path) == made
    assert made.file("data.bin").read_bytes() == b"x"


def test_an_unfinished_folder_is_no_artifact(store: Path) -> None:
    with pytest.raises(RuntimeError), staging(store / "stage" / "k") as out:
        (out / "data.bin").write_bytes(b"half")
        raise RuntimeError("interrupted write")
    assert load(store / "stage" / "k") is None
    assert list((store / "stage").iterdir()) == []


def test_the_same_bytes_at_every_time_and_place(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a", "k"), make(tmp_path / "b", "k")
    assert (first.path / MANIFEST).read_bytes() == (second.path / MANIFEST).read_bytes()


@pytest.mark.parametrize("damage", ["shorter", "gone", "manifest"])
def test_damage_is_named(store: Path, damage: str) -> None:
    made = make(store, "k", b"full length")
    if damage == "shorter":
        (made.path / "data.bin").write_bytes(b"cut")
    elif damage == "gone":
        (made.path / "data.bin").unlink()
    else:
        (made.path / MANIFEST).write_text('{"key": "k", "fi')
    with pytest.raises(ArtifactError, match="Delete"):
        load(made.path)


def test_what_lost_a_part_is_made_again(store: Path) -> None:
    shard = make(store, "shard")
    whole = make(store, "whole", shards=(shard,))
    shutil.rmtree(shard.path)
    assert load(whole.path) is None
    make(store, "whole", shards=(make(store, "shard"),))
    assert load(whole.path) == whole


def test_a_folder_without_manifest_is_replaced(store: Path) -> None:
    made = make(store, "k")
    (made.path / MANIFEST).unlink()
    assert make(store, "k") == load(made.path) == made


def test_manifest_lists_every_file_with_its_hash(store: Path) -> None:
    manifest = json.loads((make(store, "k").path / MANIFEST).read_text())
    # SHA-256 of the one byte "x", from coreutils' sha256sum
    assert manifest["files"]["data.bin"] == {
        "bytes": 1,
        "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    }


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=False, capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_one_clear_error(small_disk: Path) -> None:
    with pytest.raises(ArtifactError, match=r"Could not write .*Free some space"):
        make(small_disk, "k", bytes(2_000_000))
    assert load(small_disk / "stage" / "k") is None
    assert list((small_disk / "stage").iterdir()) == []
    assert make(small_disk, "k", b"fits").counts == {"rows": 3}


def test_an_error_that_already_speaks_is_not_wrapped(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(1_000_000))
    with pytest.raises(SourceError, match=r"^row 3 is bad$"), staging(small_disk / "stage" / "k"):
        raise SourceError("row 3 is bad")
