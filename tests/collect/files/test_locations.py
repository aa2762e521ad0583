"""Sources on an object store (moto's real server): found, split, told apart, and never rejected for the way.

Names that are not UTF-8 become valid Unicode, no two alike, and come back.
"""

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.files.inputs import find_files, fingerprint_sources
from emma.collect.files.locations import content_mark, escape_name, list_remote, open_location, unescape_name
from emma.collect.run import collect
from emma.errors import SourceError
from emma.store import remote, shards
from tests.collect.stage import MakeWork
from tests.conftest import TEXTS

ROWS = [json.dumps({"text": text, "lang": label}, ensure_ascii=False) for label, text in TEXTS.items()]


@pytest.fixture
def folder(bucket: str) -> str:
    """Two files of JSON lines, one of them packed."""
    write(f"{bucket}/1.jsonl", "\n".join(ROWS).encode())
    write(f"{bucket}/2.jsonl.gz", gzip.compress("\n".join(ROWS).encode()))
    return bucket


def write(url: str, content: bytes) -> None:
    files, path = remote.filesystem(url)
    files.pipe(path, content)


def source(path: str, **changes: object) -> SourceConfig:
    return SourceConfig.model_validate(
        {"name": "far", "reader": "jsonl", "path": path, "licence": "CC0-1.0", **changes}
    )


def test_files_of_a_bucket_are_read_as_local_ones(folder: str, make_work: MakeWork) -> None:
    for size, shards_made in ((10_000, 1), (300, 6)):
        section = CollectConfig(sources=(source(f"{folder}/*"),), shard_bytes=size)
        made = collect(section, work=make_work("collect", str(size) * 4))
        assert len(made.parts["documents"]) >= shards_made
        found = shards.read_all(part.file("documents.parquet") for part in made.parts["documents"])
        assert found["text"].to_pylist() == [*TEXTS.values()] * 2
        rows = range(1, len(TEXTS) + 1)
        place = f"far:{folder.removeprefix('s3://')}"
        names = [f"{place}/{name}#{row}" for name in ("1.jsonl", "2.jsonl.gz") for row in rows]
        assert found["id"].to_pylist() == names


def test_one_file_by_its_name(folder: str, tmp_path: Path) -> None:
    ((file,),) = find_files(source(f"{folder}/1.jsonl"), tmp_path).groups
    assert (f"s3://{file.name}", file.location) == (f"{folder}/1.jsonl", f"{folder}/1.jsonl")
    assert file.bytes == len("\n".join(ROWS).encode())


def test_a_changed_file_has_another_mark(folder: str, tmp_path: Path) -> None:
    section, cache = CollectConfig(sources=(source(f"{folder}/*.jsonl"),)), tmp_path / "cache.json"
    before = fingerprint_sources(section, tmp_path, cache)
    write(f"{folder}/1.jsonl", "\n".join(ROWS).encode())
    assert fingerprint_sources(section, tmp_path, cache) == before, "written again, the same"
    write(f"{folder}/1.jsonl", "\n".join(reversed(ROWS)).encode())
    assert fingerprint_sources(section, tmp_path, cache) != before


def test_nothing_there(folder: str, tmp_path: Path) -> None:
    for path in (f"{folder}/*.txt", f"{folder}/3.jsonl", "s3://nobody/*.jsonl"):
        with pytest.raises(SourceError, match=r"Correct `path`|could not be read|credentials"):
            find_files(source(path), tmp_path)


def test_a_file_that_goes_away_stops_the_run(folder: str) -> None:
    """It must not become a reject: that would say something about the file, for ever."""
    write(f"{folder}/big", b"x" * 30_000_000)
    with open_location(f"{folder}/big") as stream:
        stream.read(10)
        write(f"{folder}/big", b"y")
        with pytest.raises(SourceError, match=r"s3://.*/big could not be read"):
            while stream.read(1_000_000):
                pass


def test_marks() -> None:
    assert content_mark("a", {"ETag": "1", "size": 3}) == content_mark("b", {"ETag": "1", "size": 3, "mtime": 5})
    assert content_mark("a", {"mtime": 4, "size": 3}) != content_mark("a", {"mtime": 5, "size": 3})
    with pytest.raises(SourceError, match="Download it"):
        content_mark("https://x/y", {"size": 3})


def test_a_protocol_nobody_knows() -> None:
    with pytest.raises(SourceError, match=r"nosuch://x/y"):
        list_remote("nosuch://x/y")


names = st.one_of(st.binary(min_size=1, max_size=20), st.text("\ufffdE9a\xe9ไ", max_size=9).map(str.encode))


def test_escaping() -> None:
    assert escape_name(os.fsdecode(b"f\xfcr.txt")) == "f\ufffdFCr.txt"
    assert escape_name("für.txt") == "für.txt" and escape_name("a\ufffdFC") == "a\ufffd\ufffdFC"


@given(names)
def test_any_name_is_text_and_comes_back(name: bytes) -> None:
    found = escape_name(os.fsdecode(name))
    assert found.encode("utf-8").decode("utf-8") == found
    assert os.fsencode(unescape_name(found)) == name


@given(names, names)
def test_two_names_are_never_spelled_alike(one: bytes, two: bytes) -> None:
    assert (escape_name(os.fsdecode(one)) == escape_name(os.fsdecode(two))) == (one == two)
