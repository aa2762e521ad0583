"""Artifacts in an object store: complete or absent, brought when asked for, checked when they come."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from emma.errors import ArtifactError
from emma.pipeline.home import Home
from emma.store import remote
from emma.store.artifact import Artifact, commit, find_all, load, staging
from emma.store.manifest import MANIFEST, fetch_manifests

KEY = "k" * 20


def make(root: Path, bucket: str, key: str = KEY, content: str = "text", **parts: tuple[Artifact, ...]) -> Artifact:
    path = root / "stage" / key
    with staging(path) as out:
        (out / "model").mkdir()
        (out / "model" / "weights").write_text("numbers")
        (out / "data").write_text(content)
        return commit(
            out, path, root=root, made_by={}, key=key, counts={"rows": 1}, parts=parts, url=f"{bucket}/stage/{key}"
        )


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "here"


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The empty store of a second machine."""
    return tmp_path / "there"


def elsewhere(root: Path, bucket: str, key: str = KEY) -> Artifact:
    artifact = load(root / "stage" / key, f"{bucket}/stage/{key}")
    assert artifact is not None
    return artifact


def test_another_machine_finds_what_was_made_and_fetches_what_it_asks_for(bucket: str, here: Path, there: Path) -> None:
    make(here, bucket)
    found = elsewhere(there, bucket)
    assert found.counts == {"rows": 1}
    assert [path.name for path in found.path.iterdir()] == [MANIFEST]
    assert found.file("data").read_text() == "text"
    assert not (found.path / "model").exists()
    assert (found.file("model") / "weights").read_text() == "numbers"
    assert sorted(path.name for path in found.path.rglob("*")) == ["data", MANIFEST, "model", "weights"]


def test_a_whole_folder_comes_at_once(bucket: str, here: Path, there: Path) -> None:
    make(here, bucket)
    assert (elsewhere(there, bucket).folder() / "model" / "weights").read_text() == "numbers"


def test_what_an_artifact_does_not_have(bucket: str, here: Path, there: Path) -> None:
    first, second = make(here, bucket, "a" * 20), make(here, bucket, "b" * 20)
    (path,) = [elsewhere(there, bucket, first.key).find("0001.parquet")]
    assert path is None
    assert find_all([elsewhere(there, bucket, second.key)], "data") == [there / "stage" / second.key / "data"]
    with pytest.raises(ArtifactError, match=r"'0001.parquet' is missing from s3://"):
        elsewhere(there, bucket, first.key).file("0001.parquet")


def test_parts_come_too_and_a_lost_one_is_noticed(bucket: str, here: Path, there: Path) -> None:
    part = make(here, bucket, "p" * 20)
    make(here, bucket, shards=(part,))
    assert elsewhere(there, bucket).parts["shards"][0].file("data").read_text() == "text"
    files, path = remote.filesystem(f"{bucket}/stage/{part.key}")
    files.rm(path, recursive=True)
    shutil.rmtree(there)
    assert load(there / "stage" / KEY, f"{bucket}/stage/{KEY}") is None


def test_what_was_never_made_is_nowhere(bucket: str, there: Path) -> None:
    assert load(there / "stage" / KEY, f"{bucket}/stage/{KEY}") is None
    fetch_manifests(there / "stage", f"{bucket}/stage", [KEY])
    assert not there.exists()


def test_manifests_of_many_come_in_one_go(bucket: str, here: Path, there: Path) -> None:
    keys = [each * 20 for each in "abc"]
    for key in keys[:2]:
        make(here, bucket, key)
    fetch_manifests(there / "stage", f"{bucket}/stage", keys)
    assert [(there / "stage" / key / MANIFEST).exists() for key in keys] == [True, True, False]


KILLED = """
import os, signal, sys
from pathlib import Path
from emma.store import remote
from tests.store.test_remote import make

whole = remote.upload
def upload(source, url):
    if url.endswith("manifest.json"):
        os.kill(os.getpid(), signal.SIGKILL)
    whole(source, url)
remote.upload = upload
make(Path(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.slow
def test_an_upload_that_was_killed_is_invisible(bucket: str, here: Path, there: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, here, bucket], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL
    assert remote.list_names(f"{bucket}/stage/{KEY}") == {"data", "model"}, "the files were there already"
    for root in (here, there):
        assert load(root / "stage" / KEY, f"{bucket}/stage/{KEY}") is None
    make(here, bucket)
    assert elsewhere(there, bucket).file("data").read_text() == "text"


def test_whoever_comes_second_keeps_the_first(bucket: str, here: Path, there: Path) -> None:
    make(here, bucket, content="first")
    second = make(there, bucket, content="the other bytes")
    assert second.file("data").read_text() == "first"


@pytest.mark.parametrize(
    ("content", "said"), [(b"tex", "has 3 bytes, its manifest says 4"), (b"TEXT", "SHA-256"), (None, "is missing")]
)
def test_damage_there_is_named(bucket: str, here: Path, there: Path, content: bytes | None, said: str) -> None:
    make(here, bucket)
    files, path = remote.filesystem(f"{bucket}/stage/{KEY}/data")
    files.rm(path) if content is None else files.pipe_file(path, content)
    with pytest.raises(ArtifactError, match=said) as error:
        elsewhere(there, bucket).file("data")
    assert f"Delete the folder {bucket}/stage/{KEY} there" in str(error.value)
    assert not list(there.rglob("*.tmp"))


def test_damage_here_is_mended_from_there(bucket: str, here: Path) -> None:
    made = make(here, bucket)
    (made.path / "data").write_text("cut")
    assert elsewhere(here, bucket).file("data").read_text() == "text"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were waited for, without waiting."""
    slept: list[float] = []
    monkeypatch.setattr(remote.time, "sleep", slept.append)
    return slept


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> Callable[[int, Exception], None]:
    """Make the store fail some times before it answers."""

    def make(failures: int, error: Exception) -> None:
        errors = [error] * failures

        def cat_file(path: str) -> bytes:
            if errors:
                raise errors.pop()
            return path.encode()

        files = SimpleNamespace(cat_file=cat_file)
        monkeypatch.setattr(remote, "filesystem", lambda url: (files, "b/x"))

    return make


def test_passing_trouble_passes(trouble: Callable[[int, Exception], None], waits: list[float]) -> None:
    trouble(2, OSError(5, "reset"))
    assert remote.read_file("s3://b/x") == b"b/x"
    assert waits == [0.5, 2.0]


def test_lasting_trouble_ends_in_one_message(trouble: Callable[[int, Exception], None], waits: list[float]) -> None:
    trouble(99, TimeoutError("slow"))
    with pytest.raises(ArtifactError, match=r"s3://b/x cannot be reached \(TimeoutError: slow\)"):
        remote.read_file("s3://b/x")
    assert len(waits) == len(remote.WAITS_S)


def test_refusal_is_final(trouble: Callable[[int, Exception], None], waits: list[float]) -> None:
    trouble(1, PermissionError("Denied"))
    with pytest.raises(ArtifactError, match=r"refused s3://b/x .*AWS_ACCESS_KEY_ID"):
        remote.read_file("s3://b/x")
    assert waits == []


@pytest.mark.slow
def test_no_credentials_is_one_message(s3: str, tmp_path: Path) -> None:
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    without = {name: value for name, value in os.environ.items() if name not in names}
    without["AWS_EC2_METADATA_DISABLED"] = "true"
    without["HOME"] = str(tmp_path)
    ask = "from emma.store.remote import read_file; read_file('s3://b/x')"
    done = subprocess.run([sys.executable, "-c", ask], env=without, capture_output=True, text=True, check=False)
    assert "refused s3://b/x (NoCredentialsError" in done.stderr


def test_a_bucket_that_does_not_exist_is_found_before_any_work(s3: str, tmp_path: Path) -> None:
    with (
        pytest.raises(ArtifactError, match=r"s3://nobody/store/emma-store.json cannot be written.*Create the bucket"),
        Home(tmp_path, "s3://nobody/store").locked(),
    ):
        pass


@pytest.mark.parametrize("url", ["wrong://b/x", "abfs://b/x"])
def test_a_store_of_no_known_kind(url: str) -> None:
    with pytest.raises(Exception, match=r"'wrong' is no kind|abfs:// needs a package"):
        remote.read_file(url)


def test_a_home_remembers_its_store_and_brings_what_it_had(bucket: str, tmp_path: Path, there: Path) -> None:
    home = Home(tmp_path / "home")
    path = home.store / "stage" / KEY
    with staging(path) as out:
        (out / "data").write_text("from before")
        commit(out, path, root=home.store, made_by={}, key=KEY, counts={})
    with Home(home.path, bucket + "/").locked():
        pass
    assert home.url == bucket
    found = Home(there, bucket).load("stage", KEY)
    assert found is not None
    assert found.file("data").read_text() == "from before"
    with pytest.raises(ArtifactError, match="is the cache of"):
        _ = Home(home.path, "s3://another/place").url
