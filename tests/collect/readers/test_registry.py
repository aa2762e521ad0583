"""Readers by name: EMMA's own, those of other packages, and the package that the documentation shows."""

import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emma.collect.config import SourceConfig
from emma.collect.files.inputs import hash_content
from emma.collect.files.locations import SourceFile
from emma.collect.readers import registry
from emma.collect.readers.registry import BUILT_IN, find_reader, list_readers, reader_package
from emma.errors import RecipeError
from emma.store import shards
from emma.store.address import Fingerprints
from tests.conftest import TEXTS

PAGE = Path(__file__).parents[3] / "docs" / "new-format.md"

Install = Callable[..., None]


def source(reader: str, **changes: object) -> SourceConfig:
    values = {"name": "s", "reader": reader, "path": "*.srt", "licence": "CC0-1.0", **changes}
    return SourceConfig.model_validate(values)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a package with a reader on the path, as an installer would."""

    def put(package: str, name: str, version: str = "1.0") -> None:
        place = tmp_path / package
        info = place / f"{package}-{version}.dist-info"
        info.mkdir(parents=True)
        (place / f"{package}.py").write_text("def read(file, source):\n    yield from ()\n")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[emma.readers]\n{name} = {package}:read\n")
        monkeypatch.syspath_prepend(place)
        registry._entry_points.cache_clear()

    yield put
    registry._entry_points.cache_clear()


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_reader_is_where_the_table_says(name: str) -> None:
    assert find_reader(source(name)).read.__name__ == f"read_{name}"
    assert reader_package(name) == ""


def test_unknown_reader() -> None:
    with pytest.raises(RecipeError, match=r"'s'.*'pdf'.*Readers: android, ces, "):
        find_reader(source("pdf"))


MISSPELT = {
    "tsv": "csv", ".NDJSON": "jsonl", "txt": "text", "po": "gettext", "conlu": "conllu",
    "mediawiki-dumps": "mediawiki_dump",
}  # fmt: skip


@pytest.mark.parametrize(("name", "meant"), MISSPELT.items())
def test_a_reader_that_is_misspelt(name: str, meant: str) -> None:
    with pytest.raises(RecipeError, match=rf"Write reader = '{meant}'"):
        find_reader(source(name))


def test_a_reader_of_another_package(install: Install) -> None:
    install("emma_vtt", "vtt", "2.3")
    assert "vtt" in list_readers()
    assert find_reader(source("vtt")).read.__module__ == "emma_vtt"
    assert find_reader(source("vtt")).options == {}
    assert reader_package("vtt") == "emma_vtt 2.3"


@pytest.mark.parametrize("taken", ["csv", "vtt"])
def test_a_name_that_two_packages_have_is_refused(install: Install, taken: str) -> None:
    install("emma_one", "vtt")
    install("emma_two", taken)
    with pytest.raises(RecipeError, match=rf"two packages have a reader '{taken}'.*emma_two:read"):
        find_reader(source(taken))


@pytest.mark.parametrize("content", ["import emma_no_such_module", "def other(): ..."])
def test_a_package_that_cannot_be_loaded(install: Install, tmp_path: Path, content: str) -> None:
    install("emma_broken", "vtt")
    (tmp_path / "emma_broken" / "emma_broken.py").write_text(content)
    with pytest.raises(RecipeError, match=r"'vtt' of emma_broken 1\.0 cannot be loaded"):
        find_reader(source("vtt"))


def test_another_version_of_a_package_reads_its_files_again(install: Install, tmp_path: Path) -> None:
    install("emma_vtt", "vtt", "2.3")
    file, known = SourceFile("a.srt", "a.srt", 1, "hash"), Fingerprints(tmp_path / "cache.json")
    assert hash_content(file, known, source("vtt")) == "hash emma_vtt 2.3"
    assert hash_content(file, known, source("text")) == "hash"


@pytest.mark.slow
def test_the_package_of_the_documentation(tmp_path: Path) -> None:
    """It is built and installed as pip does it, and reads a file in the processes of a run."""
    pytest.importorskip("setuptools", reason="needs the dev extra")
    package, site = tmp_path / "package", tmp_path / "site"
    package.mkdir()
    for file, language in (("emma_srt.py", "python"), ("pyproject.toml", "toml")):
        block = re.search(rf"```{language}\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        assert block is not None
        (package / file).write_text(block[1], encoding="utf-8")
    offline = ["--no-index", "--no-build-isolation", "--no-deps", "--quiet", "--disable-pip-version-check"]
    run([sys.executable, "-m", "pip", "install", *offline, "--target", str(site), str(package)])
    assert [each.version for each in importlib.metadata.distributions(name="emma-srt", path=[str(site)])] == ["0.1.0"]

    for label in ("khm_Khmr", "nqo_Nkoo"):
        cues = f"1\n00:00:01,000 --> 00:00:02,000\n{TEXTS[label]}\n\n2\n00:00:02,500 --> 00:00:03,000\n{TEXTS[label]}\n"
        (tmp_path / f"{label}.srt").write_text(cues, encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(
        f'name = "subtitles"\ndata = "{tmp_path}"\n[[collect.sources]]\nname = "s"\nreader = "srt"\n'
        'path = "*.srt"\nlicence = "CC0-1.0"\nlang_from = "(.+)[.]srt$"\n',
        encoding="utf-8",
    )
    emma = [sys.executable, "-m", "emma", "run", str(tmp_path / "recipe.toml"), "--until", "collect", "--workers", "2"]
    run([*emma, "--home", str(tmp_path / "home")], site)
    tables = map(shards.read, (tmp_path / "home").rglob("documents.parquet"))
    assert {(row["lang"], row["row"], row["text"]) for table in tables for row in table.to_pylist()} == {
        (label, row, TEXTS[label]) for label in ("khm_Khmr", "nqo_Nkoo") for row in (3, 7)
    }


def run(command: list[str], *places: Path) -> None:
    path = os.pathsep.join([*map(str, places), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
