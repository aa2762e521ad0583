"""`emma new` on the command line."""

import json
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.cli.new import ask
from tests.conftest import TEXTS


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A file for each of three languages, one of them written from the right, one of combining signs."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for label in ("arb_Arab", "khm_Khmr", "nqo_Nkoo"):
        (folder / f"{label}.txt").write_text(TEXTS[label], encoding="utf-8")
    return folder


def test_shows_and_writes(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "r.toml"
    assert main(["new", str(place), "--out", str(recipe)]) == 0
    out = capsys.readouterr().out
    assert "khm_Khmr (Khmer)" in out and "licence" in out and f"Next: emma run {recipe} --until curate" in out
    assert main(["new", str(place), "--out", str(recipe)]) == 1
    assert "--yes" in capsys.readouterr().err
    assert main(["new", str(place), "--out", str(recipe), "--yes", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["sources"][0]["languages"]) == {"arb_Arab", "khm_Khmr", "nqo_Nkoo"}


def test_the_recipe_runs(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe, home = tmp_path / "r.toml", tmp_path / "home"
    main(["new", str(place), "--out", str(recipe)])
    assert main(["run", str(recipe), "--until", "collect", "--home", str(home), "--quiet", "--workers", "1"]) == 0
    capsys.readouterr()


def test_nothing_readable_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 ")
    assert main(["new", str(tmp_path), "--out", str(tmp_path / "r.toml")]) == 1
    assert "pdftotext" in capsys.readouterr().out


def test_answers_that_end_leave_the_rest_open(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", end)
    recipe = tmp_path / "r.toml"
    assert main(["new", str(place), "--out", str(recipe)]) == 0
    assert f"Next: emma run {recipe}" in capsys.readouterr().out
    assert ask("Fetch it?", at_end="n") == "n"
