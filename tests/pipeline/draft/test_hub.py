"""What a data set of the hub holds, its files fetched, and what is said where it has or gives none."""

import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from emma.errors import SourceError
from emma.pipeline.draft import hub as client
from emma.pipeline.draft.hub import fetch_files, look_up
from tests.conftest import TEXTS
from tests.hub import Hub

NAME = "someone/stories"


def test_what_it_holds(served: Hub) -> None:
    data = look_up(NAME)
    assert set(data.files) == {"README.md", "a/1.jsonl", "b/1.tsv", *(f"texts/{label}/1.txt" for label in TEXTS)}
    assert set(data.left_out) == {"clips/1.mp3", "stories.py"}
    assert "cc-by-4.0" in data.card and data.origin.endswith(f"/datasets/{NAME}/tree/{data.commit}")
    assert look_up(NAME, data.commit).commit == data.commit


def test_files_are_fetched_once(served: Hub, tmp_path: Path) -> None:
    data = look_up(NAME)
    some = {path: data.files[path] for path in ("README.md", "a/1.jsonl")}
    fetch_files(data, some, tmp_path / "mine")
    before = served.asked.copy()
    fetch_files(data, data.files, tmp_path / "mine")
    fetch_files(data, data.files, tmp_path / "mine")
    for path in data.files:
        assert (tmp_path / "mine" / path).read_bytes() == served.read(f"datasets/{NAME}", path)
    fetched = sum((served.asked - before).values())
    assert fetched <= 2 * (len(data.files) - len(some)) + 2  # a HEAD and a GET for each that was not there


def test_a_folder_with_other_files_is_not_mixed_with_it(served: Hub, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("Habari")
    with pytest.raises(SourceError, match=r"other files, such as diary\.txt.*--download"):
        fetch_files(look_up(NAME), {"README.md": 1}, tmp_path / "mine")


def test_a_disk_without_room_is_said_before(served: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(SourceError, match=r"100\sB are to be fetched, and 10\sB are free.*--goal"):
        fetch_files(look_up(NAME), {"README.md": 100}, tmp_path / "deep" / "mine")
    monkeypatch.setattr(client, "disk_usage", lambda _: SimpleNamespace(free=105))  # all but full afterwards
    with pytest.raises(SourceError, match="are to be fetched"):
        fetch_files(look_up(NAME), {"README.md": 100}, tmp_path / "mine")
    fetch_files(look_up(NAME), {"README.md": 10}, tmp_path / "mine")
    fetch_files(look_up(NAME), {"README.md": 10**9}, tmp_path / "mine")  # it is there already


def test_what_the_hub_does_not_give(served: Hub, tmp_path: Path) -> None:
    served.fill("datasets/someone/closed", {"a.txt": b"a", "README.md": b"b"}, gated=True)
    served.fill("datasets/someone/own", {"a.txt": b"a"}, private=True)
    served.fill("datasets/someone/sounds", {"a.mp3": b"a", "b.mp3": b"a"})
    served.fill("models/someone/model", {})
    for name, words in (
        ("someone/closed", r"agreed to its terms: do so on http.*/datasets/someone/closed.*HF_TOKEN"),
        ("someone/own", "none that you may see"),
        ("someone/nothing", "no path someone/nothing here, and no data set"),
        ("someone/model", "is a model on the hub.*--base"),
        ("someone/sounds", r"no files of text: 2 of \.mp3"),
    ):
        with pytest.raises(SourceError, match=words):
            look_up(name)
    with pytest.raises(SourceError, match="no such revision"):
        look_up(NAME, "0" * 40)


def test_a_hub_that_fails_or_is_not_reached(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    served.faults.append(["GET /api/datasets", 503, 1])
    assert look_up(NAME).files  # asked again
    served.faults.append(["GET /api/datasets", 503, 9])
    with pytest.raises(SourceError, match=r"gave no someone/stories: .*The same command"):
        look_up(NAME)
    from huggingface_hub import HfApi, constants

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, and nobody listens
        nowhere = HfApi(endpoint=f"http://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(SourceError, match=r"cannot be reached.*HF_ENDPOINT"):
            look_up(NAME, api=nowhere)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SourceError, match="HF_HUB_OFFLINE"):
        look_up(NAME)
