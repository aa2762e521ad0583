"""What is found at a place."""

import zipfile
from pathlib import Path

import pytest

from emma.errors import SourceError
from emma.pipeline.draft.places import find_place, suffix_of
from tests.pipeline.draft.test_run import lay_out


def test_files_about_the_data_and_hidden_ones_are_no_data(tmp_path: Path) -> None:
    place = find_place(
        [lay_out(tmp_path, {"a.txt": "a", "LICENSE": "MIT License", "x/README.md": "b", ".git/c": "c", "e": ""})]
    )
    assert [file.name for file in place.files] == ["a.txt"]
    assert [name for name, _ in place.about] == ["LICENSE", "x/README.md"]
    assert place.notes == ("e is empty.",)


def test_a_file_that_is_named_is_data_whatever_it_is_called(tmp_path: Path) -> None:
    lay_out(tmp_path, {"README.md": "Habari za leo"})
    assert [file.name for file in find_place([tmp_path / "README.md"]).files] == ["README.md"]


def test_members_of_archives_and_books(tmp_path: Path) -> None:
    for name, members in (("a.zip", ("x/1.txt", "README")), ("b.epub", ("META-INF/container.xml", "1.xhtml"))):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member in members:
                archive.writestr(member, "Habari")
    place = find_place([tmp_path])
    assert [file.inner for file in place.files] == ["a.zip/x/1.txt", "b.epub"]
    assert place.about == (("a.zip/README", "Habari"),)


def test_a_damaged_archive_is_noted(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("1.txt", "Habari")
    damaged = (tmp_path / "a.zip").read_bytes()[:-30]
    lay_out(tmp_path / "in", {"a.zip": damaged, "b.txt": "x"})
    assert "damaged" in find_place([tmp_path / "in"]).notes[0]


@pytest.mark.parametrize("name, advice", [("s3://bucket/x", "Fetch it"), ("nowhere", "Name a folder.*OWNER/NAME")])
def test_what_is_not_there(name: str, advice: str) -> None:
    with pytest.raises(SourceError, match=advice):
        find_place([Path(name)])


def test_suffixes() -> None:
    assert (suffix_of("hun/Test.TSV.gz"), suffix_of("a.tgz"), suffix_of("news")) == (".tsv", ".tar", "")


def test_folders_beside_others_are_refused(tmp_path: Path) -> None:
    (tmp_path / "sw").mkdir()
    (tmp_path / "zu").mkdir()
    with pytest.raises(SourceError, match="sw is a folder beside other places"):
        find_place([tmp_path / "sw", tmp_path / "zu"])
