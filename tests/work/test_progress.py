"""Progress: lines for logs also while a single task says nothing, silence for what is quick."""

import time

import pytest

from emma.work import progress
from emma.work.progress import Reporter


def test_a_single_long_task_shows_that_it_lives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.02)
    monkeypatch.setattr(progress, "QUIET_S", 0.01)
    with Reporter().track("vocab: expand", 1) as track:
        time.sleep(0.1)
        track.advance(note="8,000 pieces")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("  vocab: expand: 0/1, 0 s")
    assert lines[-1] == "  vocab: expand: 1/1, 0 s, 8,000 pieces"


def test_what_is_said_once_is_not_said_twice(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter()
    for text in ("one", "two", "one"):
        reporter.say_once(text)
    assert capsys.readouterr().err.splitlines() == ["one", "two"]


@pytest.mark.parametrize(("quiet", "total"), [(True, 5), (False, 5), (False, 0)])
def test_quick_or_quiet_work_says_nothing(quiet: bool, total: int, capsys: pytest.CaptureFixture[str]) -> None:
    with Reporter(quiet=quiet).track("mix", total) as track:
        track.advance(total)
    assert capsys.readouterr().err == ""
