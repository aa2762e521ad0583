"""Sources on an object store (moto's real server): found, split, told apart, and never rejected for the way."""

import gzip
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.files import locations as remote
from emma.collect.files.inputs import fingerprint, inputs
from emma.collect.run import collect
from emma.errors import SourceError
from emma.store import shards
from tests.collect.test_run import MakeWork
from tests.conftest import TEXTS

ROWS = [json.dumps({"text": text, "lang": label}, ensure_ascii=False) for label, text in TEXTS.items()]


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """A bucket on a server of its own, which fsspec and boto find through the environment."""
    server_of = pytest.importorskip("moto.server")
    fsspec = pytest.importorskip("fsspec")
    pytest.importorskip("s3fs")
    server = server_of.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        patch.setenv("AWS_ACCESS_KEY_ID", "a-test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        system = fsspec.filesystem("s3", skip_instance_cache=True)
        system.mkdir("texts")
        yield system
    server.stop()


@pytest.fixture
def folder(bucket: Any) -> Iterator[str]:
    """Two files of JSON lines, one of them packed."""
    bucket.pipe("texts/a/1.jsonl", "\n".join(ROWS).encode())
    bucket.pipe("texts/a/2.jsonl.gz", gzip.compress("\n".join(ROWS).encode()))
    yield "s3://texts/a"
    bucket.rm("texts/a", recursive=True)


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
        names = [f"far:texts/a/{name}#{row}" for name in ("1.jsonl", "2.jsonl.gz") for row in range(1, len(TEXTS) + 1)]
        assert found["id"].to_pylist() == names


def test_one_file_by_its_name(folder: str, tmp_path: Path) -> None:
    ((file,),) = inputs(source(f"{folder}/1.jsonl"), tmp_path).files
    assert (file.name, file.location) == ("texts/a/1.jsonl", "s3://texts/a/1.jsonl")
    assert file.bytes == len("\n".join(ROWS).encode())


def test_a_changed_file_has_another_mark(folder: str, bucket: Any, tmp_path: Path) -> None:
    section, cache = CollectConfig(sources=(source(f"{folder}/*.jsonl"),)), tmp_path / "cache.json"
    before = fingerprint(section, tmp_path, cache)
    bucket.pipe("texts/a/1.jsonl", "\n".join(ROWS).encode())
    assert fingerprint(section, tmp_path, cache) == before, "written again, the same"
    bucket.pipe("texts/a/1.jsonl", "\n".join(reversed(ROWS)).encode())
    assert fingerprint(section, tmp_path, cache) != before


def test_nothing_there(folder: str, tmp_path: Path) -> None:
    for path in (f"{folder}/*.txt", f"{folder}/3.jsonl", "s3://nobody/*.jsonl"):
        with pytest.raises(SourceError, match=r"Correct `path`|could not be read|credentials"):
            inputs(source(path), tmp_path)


def test_a_file_that_goes_away_stops_the_run(folder: str, bucket: Any) -> None:
    """It must not become a reject: that would say something about the file, for ever."""
    bucket.pipe("texts/a/big", b"x" * 30_000_000)
    with remote.opened("s3://texts/a/big") as stream:
        stream.read(10)
        bucket.pipe("texts/a/big", b"y")
        with pytest.raises(SourceError, match=r"s3://texts/a/big could not be read"):
            while stream.read(1_000_000):
                pass


def test_marks() -> None:
    assert remote.mark("a", {"ETag": "1", "size": 3}) == remote.mark("b", {"ETag": "1", "size": 3, "mtime": 5})
    assert remote.mark("a", {"mtime": 4, "size": 3}) != remote.mark("a", {"mtime": 5, "size": 3})
    with pytest.raises(SourceError, match="Download it"):
        remote.mark("https://x/y", {"size": 3})


def test_a_protocol_nobody_knows() -> None:
    with pytest.raises(SourceError, match=r"nosuch://x/y"):
        remote.found("nosuch://x/y")
