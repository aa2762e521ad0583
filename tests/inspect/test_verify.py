"""`emma status --verify`: one bit that a disk has changed is found wherever it is, and what is to be done works."""

import json
import shutil
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.errors import RecipeError
from emma.inspect.verify import verify_files
from emma.pipeline.home import Home
from emma.store.address import file_digest
from emma.store.manifest import MANIFEST
from emma.work.progress import Reporter


@pytest.fixture
def home(compiled: Path, tmp_path: Path) -> Home:
    shutil.copytree(compiled, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def files(home: Home, pattern: str) -> list[Path]:
    return sorted(each for each in home.store.rglob(pattern) if each.is_file())


def flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if at < 0 else at] ^= 1
    path.write_bytes(data)


def said(capsys: pytest.CaptureFixture[str], code: int, *arguments: object) -> str:
    capsys.readouterr()
    assert main(["status", "--verify", *(str(each) for each in arguments)]) == code
    return capsys.readouterr().out


def test_what_was_written_is_whole(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    found = verify_files(home, None, Reporter(quiet=True))
    manifests = files(home, MANIFEST)
    listed = [name for path in manifests for name in json.loads(path.read_text())["files"]]
    assert (found.artifacts, found.files, found.damaged) == (len(manifests), len(listed), [])
    assert "none damaged" in said(capsys, 0, "--home", home.path)


def test_one_bit_in_any_file(home: Home) -> None:
    """Each file of the store, one after the other; hashes find them all."""
    for path in files(home, "*.parquet")[::7] + files(home, "*.npy")[::5]:
        whole = path.read_bytes()
        flip(path)
        (damage,) = verify_files(home, None, Reporter(quiet=True)).damaged
        assert damage.artifact / damage.name == path and damage.stage == path.relative_to(home.store).parts[0]
        assert "SHA-256" in damage.what
        path.write_bytes(whole)


@pytest.mark.parametrize("old, new", [(b'"format"', b'"formbt"'), (b'"version"', b'"versinn"'), (b"{", b"[")])
def test_a_manifest_is_damaged(home: Home, old: bytes, new: bytes) -> None:
    path = next(home.store.glob(f"curate/*/{MANIFEST}"))
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    (damage,) = verify_files(home, None, Reporter(quiet=True)).damaged
    assert (damage.name, damage.artifact) == (MANIFEST, path.parent)


def test_a_file_that_is_gone_or_cut(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = files(home, "documents.parquet")[:2]
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1])
    out = said(capsys, 1, "--home", home.path)
    assert f"damaged: collect: {first}: it is missing" in out
    assert f"damaged: collect: {second}: it has" in out


def test_a_link_that_leads_out_and_a_disk_that_gives_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither ends the reading of the others."""
    out, faulty = files(home, "documents.parquet")[:2]
    out.unlink()
    out.symlink_to("/etc/hostname")

    def digest(path: Path) -> str:
        if path == faulty:
            raise OSError(5, "Input/output error")
        return file_digest(path)

    monkeypatch.setattr("emma.inspect.verify.file_digest", digest)
    found = {each.artifact / each.name: each.what for each in verify_files(home, None, Reporter(quiet=True)).damaged}
    assert found.keys() == {out, faulty} and "does not lie in" in found[out] and "Input/output" in found[faulty]


def test_what_to_do_works(home: Home, compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = compiled.parent / "two.toml"
    part = files(home, "annotations.parquet")[0]
    before = part.read_bytes()
    flip(part)
    out = said(capsys, 1, recipe, "--home", home.path)
    assert f"rm -r {part.parent}" in out and f"emma run {recipe}" in out
    shutil.rmtree(part.parent)
    assert main(["curate", str(recipe), "--home", str(home.path), "--workers", "1", "--quiet"]) == 0
    assert "none damaged" in said(capsys, 0, recipe, "--home", home.path)
    assert part.read_bytes() == before


def test_only_the_artifacts_of_one_run(home: Home, compiled: Path) -> None:
    one, two = (verify_files(home, name, Reporter(quiet=True)) for name in ("one", "two"))
    every = verify_files(home, None, Reporter(quiet=True))
    assert one.artifacts < two.artifacts < every.artifacts
    assert not one.damaged and not two.damaged


def test_a_run_that_is_not_there(home: Home) -> None:
    with pytest.raises(RecipeError, match=r"There is no run 'nobody' in .*\. There "):
        verify_files(home, "nobody", Reporter(quiet=True))


def test_manifests_that_keep_no_hash(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    path = next(home.store.glob(f"curate/*/{MANIFEST}"))
    manifest = json.loads(path.read_text())
    for facts in manifest["files"].values():
        del facts["sha256"]
    path.write_text(json.dumps(manifest))
    assert f"of {len(manifest['files'])} of them no hash is kept" in said(capsys, 0, "--home", home.path)


def test_files_in_the_object_store_alone(home: Home) -> None:
    (home.store / "remote").write_text("memory://bucket\n")
    gone = files(home, "documents.parquet")[0]
    gone.unlink()
    found = verify_files(home, None, Reporter(quiet=True))
    assert (found.elsewhere, found.damaged) == (1, [])
