"""`emma try` as it is typed: a text before or behind options, a language, lines, and a terminal."""

import io
import json
import sys

import pytest

from emma.cli.main import main
from emma.inspect.trial import models
from emma.pipeline.home import Home
from tests.inspect.trial.conftest import BARE, MEASURED, tried

__all__ = ["tried"]
TEXT = "ብሎግ እና"


def answers(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict]:
    capsys.readouterr()
    assert main(["try", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_text_may_stand_before_or_behind_options(tried: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(tried.path)]
    (behind,) = answers(capsys, "demo", "--lang", "Amharic", *home, TEXT)
    (before,) = answers(capsys, "demo", TEXT, *home, "--lang", "am")
    assert behind == before and (before["prompt"], before["lang"]) == (TEXT, "amh_Ethi")
    assert [*before["texts"]] == ["base", "adapted"]
    with pytest.raises(SystemExit):
        main(["try", "demo", TEXT, *home, "another"])


def test_a_language_alone(tried: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    home = ["--home", str(tried.path)]
    assert len(answers(capsys, "demo", "--lang", "hi", *home, "--tokens", "2")) == 3
    with monkeypatch.context() as patch:
        patch.setattr(models, "open_backend", lambda *_: pytest.fail("no model is opened for it"))
        (measured,) = answers(capsys, "demo", "--lang", MEASURED, *home)
    assert measured["texts"] == {"base": "b", "adapted": "ค"}
    assert len(answers(capsys, "demo", "--lang", MEASURED, *home, "--seed", "1", "--tokens", "2")) == 3
    assert main(["try", "demo", "--lang", BARE, *home]) == 1
    assert "no held-out text" in capsys.readouterr().err


def test_a_model_folder_has_no_held_out_text(tried: Home, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tried.run("demo").artifact("train").path / "model")
    assert [*answers(capsys, folder, TEXT, "--tokens", "2")[0]["texts"]] == ["adapted"]
    assert main(["try", folder, "--lang", "am"]) == 1
    assert "is a model and no run" in capsys.readouterr().err


def test_lines_on_standard_input(
    tried: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["demo", "--home", str(tried.path), "--tokens", "2"]
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{TEXT}\n\none more\n"))
    assert [each["prompt"] for each in answers(capsys, *arguments)] == [TEXT, "one more"]
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["try", *arguments]) == 1 and "--lang LANG" in capsys.readouterr().err


def test_on_a_terminal_lines_are_read_until_an_empty_one(
    tried: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = iter([TEXT, "two", "", "never read"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: next(lines))
    assert main(["try", "demo", "--home", str(tried.path), "--tokens", "2"]) == 0
    said = capsys.readouterr()
    assert said.out.count("│ ") >= 4 and "An empty line ends" in said.err and next(lines) == "never read"
