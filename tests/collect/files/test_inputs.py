"""Listing and fingerprints: order, hashes, the cache, and what is missing."""

import hashlib
import importlib.util
import json
import os
import sys
import sysconfig
from pathlib import Path

import pytest

from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.files.inputs import find_files, fingerprint_sources, hash_content, list_files
from emma.collect.files.locations import open_location
from emma.errors import ExtraError, SourceError
from emma.store import address


def source(path: str | tuple[str, ...], **changes: object) -> SourceConfig:
    return SourceConfig(name="s", reader="jsonl", path=path, licence="CC0-1.0", **changes)  # type: ignore[arg-type]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name in ("b/2.txt", "a/1.txt", "b/10.txt", "other.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_sorted_and_once(data: Path) -> None:
    names = [each.name for each in list_files(source(("b/*.txt", "**/*.txt")), data)]
    assert names == [
        "a/1.txt",
        "b/10.txt",
        "b/2.txt",
    ]


def test_fingerprint_is_names_and_sha256(data: Path, tmp_path: Path) -> None:
    found = fingerprint_sources(CollectConfig(sources=(source("a/*"),)), data, tmp_path / "cache.json")
    assert found == {"s": [["a/1.txt", hashlib.sha256(b"a/1.txt").hexdigest()]]}


def test_cache_saves_hashing_but_not_truth(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    section, cache = CollectConfig(sources=(source("**/*.txt"),)), tmp_path / "new" / "cache.json"
    first = fingerprint_sources(section, data, cache)
    hashed: list[Path] = []
    real = address.file_digest
    monkeypatch.setattr(address, "file_digest", lambda path: hashed.append(path) or real(path))
    assert fingerprint_sources(section, data, cache) == first
    assert hashed == []
    (data / "a/1.txt").write_text("A/1.txt")  # as long as before
    os.utime(data / "a/1.txt", ns=(1, 1))
    assert fingerprint_sources(section, data, cache) != first
    assert hashed == [data / "a/1.txt"]


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"a": 1}'])
def test_damaged_cache_costs_only_time(content: str, data: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache.json"
    cache.write_text(content)
    assert len(fingerprint_sources(CollectConfig(sources=(source("**/*.txt"),)), data, cache)["s"]) == 3
    assert len(json.loads(cache.read_text())) >= 3


def test_limit_takes_files_in_order(data: Path) -> None:
    found = find_files(source("**/*.txt", limit_bytes=8), data)
    assert [each.name for (each,) in found.groups] == ["a/1.txt", "b/10.txt"], "7 bytes are less than 8: a second one"
    assert found.left_out == 1
    assert [each.name for (each,) in find_files(source("**/*.txt", limit_bytes=1), data).groups] == ["a/1.txt"]


@pytest.mark.parametrize(
    ("folder", "path", "why"), [("data", "*.zip", "no file there matches"), ("nowhere", "*", "folder does not exist")]
)
def test_nothing_found(data: Path, folder: str, path: str, why: str) -> None:
    with pytest.raises(SourceError) as caught:
        list_files(source(path), data.with_name(folder))
    message = str(caught.value)
    assert all(part in message for part in ("'s'", path, str(data.with_name(folder)), why, "`path`", "`data`"))


def test_library_without_what_is_installed_beside_it(tmp_path: Path) -> None:
    names = [each.name for each in list_files(source("stdlib:**/*.py"), tmp_path)]
    assert "json/decoder.py" in names
    assert not [name for name in names if name.startswith("site-packages/")]
    assert list_files(source("stdlib:ast.py"), tmp_path)[0].location == str(
        Path(sysconfig.get_paths()["stdlib"], "ast.py")
    )


def test_files_of_a_package(tmp_path: Path) -> None:
    found = list_files(source("package:pydantic/*.typed"), tmp_path)
    assert [each.name for each in found] == ["pydantic/py.typed"]


@pytest.mark.parametrize(("package", "remedy"), [("django", r"'\.\[demo\]'"), ("nosuchpackage", "nosuchpackage")])
def test_package_that_is_not_installed(
    package: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ExtraError, match=f"'s'.*'{package}'.*pip install {remedy}"):
        list_files(source(f"package:{package}/*.po"), tmp_path)


def test_listing_is_light() -> None:
    import subprocess

    code = "import sys, emma.collect.files.inputs; print(sorted({'pyarrow', 'lxml', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"f\xfcr.txt")).write_text("x")
    found = list_files(source("*.txt"), tmp_path)
    assert [each.name for each in found] == ["f\ufffdFCr.txt"] and found[0].location.encode()
    known = address.Fingerprints(tmp_path / "cache.json")
    assert hash_content(found[0], known, source("*.txt")) == hashlib.sha256(b"x").hexdigest()
    known.save()
    with open_location(found[0].location) as stream:
        assert stream.read() == b"x"


def test_links_that_lead_nowhere_and_in_circles(data: Path) -> None:
    (data / "up").symlink_to(data)
    assert len(list_files(source("**/*.txt"), data)) == 3, "folders are not followed"
    for name, target in (("dangling.txt", "nothing"), ("circle.txt", "circle.txt")):
        (data / name).symlink_to(target)
        with pytest.raises(SourceError, match=rf"'s'.*{name}.*leads to no file"):
            list_files(source("*.txt"), data)
        (data / name).unlink()


def test_a_file_that_may_not_be_read(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(address, "file_digest", refuse)
    with pytest.raises(SourceError, match=r"a/1.txt cannot be read: Permission denied"):
        fingerprint_sources(CollectConfig(sources=(source("a/*"),)), data, tmp_path / "cache.json")
