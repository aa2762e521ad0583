"""`Run.push`: the same from Python as from the command line."""

from pathlib import Path

import pytest

from emma.errors import RecipeError
from emma.pipeline.home import Run, open_run
from tests.hub import TOKEN, Hub, new_repository

from .conftest import fill_release, make_run


@pytest.fixture
def api(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The hub, as the client finds it by itself."""
    from huggingface_hub import HfApi

    monkeypatch.setattr("huggingface_hub.HfApi", lambda: HfApi(endpoint=hub.endpoint, token=TOKEN))
    return hub


def test_a_run_is_sent_from_python(released: Run, api: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    push = open_run(released.path).push("someone/demo", corpus="texts", private=True)
    assert [(each.kind, each.repository) for each in push.pushed] == [
        ("dataset", "someone/texts"),
        ("model", "someone/demo"),
    ]
    assert all(api.repositories[name]["private"] for name in ("datasets/someone/texts", "models/someone/demo"))
    assert capsys.readouterr().out == ""


def test_files_of_others_are_written_over_by_force_alone(released: Run, api: Hub) -> None:
    api.repositories["models/someone/demo"] = new_repository(api, private=False)
    api.blob("theirs").write_bytes(b"years of work")
    api.repositories["models/someone/demo"]["files"]["model.safetensors"] = {"size": 13, "oid": "theirs"}
    with pytest.raises(RecipeError, match="that no release of EMMA wrote"):
        released.push("someone/demo", only="model")
    assert released.push("someone/demo", only="model", force=True).pushed[0].repository == "someone/demo"


def test_a_dry_run_asks_nobody_and_names_what_would_go(released: Run, api: Hub) -> None:
    push = released.push("someone/demo", dry_run=True)
    assert not api.asked
    assert push.pushed == ()
    assert [upload.folder for upload in push.uploads] == [push.release.path / name for name in ("corpus", "model")]
    assert "data/nqo_Nkoo/train.parquet" in push.uploads[0].files


def test_what_no_release_has_is_not_sent_alone(released: Run) -> None:
    with pytest.raises(
        RecipeError, match=r"no evaluation to send: nothing was written .* or say --only corpus or --only"
    ):
        released.push("someone/demo", only="evaluation")


def test_where_no_text_may_go_the_model_goes_alone(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub", reason="needs the hub extra")

    def fill(out: Path) -> None:
        fill_release(out)
        for path in (out / "corpus" / "data").rglob("*.parquet"):
            path.unlink()

    push = make_run(tmp_path, fill).push("a/model", dry_run=True)
    assert [upload.kind for upload in push.uploads] == ["model"]
    assert "corpus" in push.release.absent
