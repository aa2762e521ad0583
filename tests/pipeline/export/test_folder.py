"""An export replaces its own files, and nothing that is not its own."""

from pathlib import Path

import pytest

from emma.errors import ArtifactError
from emma.pipeline.export.folder import RECORD, ExportFolder
from emma.store.files import write_json


def export(folder: ExportFolder, *names: str) -> None:
    folder.prepare(force=True)
    made = folder.hidden / "out"
    for name in names:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(name)
    folder.take_over(made, {})


def test_of_an_earlier_export_nothing_is_left(tmp_path: Path) -> None:
    folder = ExportFolder(tmp_path)
    export(folder, "README.md", "data/khm_Khmr/train.txt", "data/nqo_Nkoo/train.txt")
    export(folder, "README.md", "data/nqo_Nkoo/train.txt")
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "README.md", "data", "data/nqo_Nkoo", "data/nqo_Nkoo/train.txt", RECORD,
    ]  # fmt: skip
    assert (folder.record or {})["files"] == ["README.md", "data/nqo_Nkoo/train.txt"]


def test_a_record_that_names_what_is_outside_deletes_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    folder = ExportFolder(tmp_path / "out")
    folder.path.mkdir()
    write_json(folder.path / RECORD, {"files": ["../mine"]})
    with pytest.raises(ArtifactError):
        export(folder, "README.md")
    assert (tmp_path / "mine").exists()
