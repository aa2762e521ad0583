"""What is carried in pieces comes out as it went in, and what is missing is named."""

from pathlib import Path

import pytest
from benchmarks.gpu.carried import open_archive, write_archive, write_folders

ROOM = 3000


@pytest.fixture
def carried(tmp_path: Path) -> Path:
    """A wheel and an archive of two files, in several folders."""
    (tmp_path / "a.whl").write_bytes(b"w" * 1000)
    (tmp_path / "weights").write_bytes(bytes(n * n * 31 % 251 for n in range(7000)))
    write_archive(tmp_path / "archive", {"base/weights": tmp_path / "weights"}, {"recipe.json": "{}"})
    sizes = write_folders(tmp_path / "archive", [tmp_path / "a.whl"], tmp_path / "carried", ROOM)
    folders = [tmp_path / "carried" / str(number) for number in range(1, len(sizes) + 1)]
    own = [sum(file.stat().st_size for file in folder.iterdir() if file.name != "archive.json") for folder in folders]
    assert own == sizes
    assert max(sizes) <= ROOM
    return tmp_path / "carried"


def test_pieces_give_the_files_back(carried: Path, tmp_path: Path) -> None:
    folder = open_archive(carried, tmp_path / "opened")
    assert (folder / "base" / "weights").read_bytes() == (tmp_path / "weights").read_bytes()
    assert (folder / "recipe.json").read_text() == "{}"
    (folder / "recipe.json").write_text("kept")
    assert (open_archive(carried, folder) / "recipe.json").read_text() == "kept", "what is there is not unpacked again"


def test_a_piece_that_was_not_carried_is_named(carried: Path, tmp_path: Path) -> None:
    last = max(carried.glob("*/archive.0*"))
    last.unlink()
    with pytest.raises(SystemExit, match=f"{last.name} is not there: carry that folder"):
        open_archive(carried, tmp_path / "opened")


def test_pieces_of_two_archives_are_refused(carried: Path, tmp_path: Path) -> None:
    last = max(carried.glob("*/archive.0*"))
    last.write_bytes(b"x" + last.read_bytes()[1:])
    with pytest.raises(SystemExit, match="do not belong together"):
        open_archive(carried, tmp_path / "opened")


def test_nothing_was_prepared(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"benchmarks\.gpu\.prepare"):
        open_archive(tmp_path, tmp_path / "opened")


def test_wheels_that_fill_a_call_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"w" * ROOM)
    with pytest.raises(SystemExit, match="The wheels take 3,000 bytes"):
        write_folders(tmp_path / "archive", [tmp_path / "a.whl"], tmp_path / "carried", ROOM)
