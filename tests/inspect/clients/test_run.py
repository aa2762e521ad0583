"""Verdicts: a client passes, fails, does not open the release, or is skipped with a reason; 1 is the exit code of one
that fails."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.errors import RecipeError
from emma.inspect.clients import run as clients
from emma.inspect.clients.checks import Client, Comparison, Opened, SkippedError
from emma.inspect.clients.process import ClientError, ask_script
from emma.inspect.clients.released import Released
from emma.inspect.clients.show import render_text


def client(name: str, found: Sequence[Comparison] | Exception) -> Client:
    def verify(released: Released, scratch: Path) -> Opened:
        assert scratch.is_dir()
        if isinstance(found, Exception):
            raise found
        return Opened("1.0", found)

    return Client(name, verify)


GOOD = client("good", [Comparison("ids", 0), Comparison("logits", 1e-5, 1e-3)])
BAD = client("bad", [Comparison("ids", 2, 0, "of 'a': [1] instead of [2]"), Comparison("logits", 1e-5, 1e-3)])
SHUT = client("shut", ClientError("KeyError: 'x'"))
AWAY = client("away", SkippedError("It is not installed."))


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, released: Released) -> object:
    """Make the clients those that are given."""

    def make(*given: Client) -> None:
        monkeypatch.setattr(clients, "CLIENTS", given)
        monkeypatch.setattr(clients, "open_released", lambda _: released)

    return make


def test_verdicts(ask, compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(GOOD, BAD, SHUT, AWAY)
    assert main(["release", "--verify", "one", "--home", str(compiled)]) == 1
    said = capsys.readouterr().out
    assert "This release does not open as it should in bad, shut." in said
    assert "of 'a': [1] instead of [2]" in " ".join(said.split())
    assert "it does not open the release: KeyError: 'x'" in " ".join(said.split())
    assert main(["release", "--verify", "one", "--home", str(compiled), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [each["status"] for each in answer] == ["passed", "failed", "failed", "skipped"]
    assert answer[0]["comparisons"][1] == {"what": "logits", "difference": 1e-5, "limit": 1e-3, "detail": ""}


def test_one_client_alone(ask, compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask(GOOD, BAD, AWAY)
    assert main(["release", "--verify", "one", "--home", str(compiled), "--client", "good", "--client", "away"]) == 0
    assert "Opens, and is what was trained, in good." in capsys.readouterr().out


def test_no_such_client(ask, compiled: Path) -> None:
    ask(GOOD, BAD)
    with pytest.raises(RecipeError, match=r"no check for a client 'ugly'. There are: good, bad\."):
        clients.choose_clients(["ugly"])


def test_what_was_not_asked_for(compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, message in (([], "Name a recipe, or say --verify"), (["--client", "x"], "give --verify with it")):
        assert main(["release", "--home", str(compiled), *arguments]) == 2
        assert message in capsys.readouterr().err


def test_a_run_without_a_release(compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", "--verify", "one", "--home", str(compiled)]) == 1
    assert "has no result of release yet" in capsys.readouterr().err


def test_a_program_that_stops_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="KeyError: 'converter'"):
        ask_script("to_gguf", {}, tmp_path)


def test_nothing_was_asked() -> None:
    assert list(render_text([]))[-1] == "No client was asked."
