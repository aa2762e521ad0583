"""Progress: lines for logs also while a single task says nothing, silence for what is quick."""

import re
import time

import pytest

from emma.kernels import compiling
from emma.work import progress
from emma.work.process import Usage
from emma.work.progress import Reporter, announce_compiling, estimate_left, report_compiling


def test_a_single_long_task_shows_that_it_lives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.001)
    monkeypatch.setattr(progress, "QUIET_S", -1.0)
    with Reporter().track("vocab: expand", 1) as track:
        while not (text := capsys.readouterr().err):
            time.sleep(0.001)
        track.advance(note="8,000 pieces")
    assert re.match(r"  vocab: expand: 0/1, \d+ s\n", text)
    assert re.fullmatch(r"  vocab: expand: 1/1, \d+ s, 8,000 pieces", capsys.readouterr().err.splitlines()[-1])


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


def test_where_nothing_can_be_kept_the_remedy_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiling, "cache_folder", lambda: None)
    announce_compiling(Reporter())
    assert "NUMBA_CACHE_DIR" in capsys.readouterr().err


@pytest.mark.parametrize(("folder", "lines"), [("kernels", 1), (None, 0)])
def test_what_compiling_took_is_said_once_for_all_stages(
    folder: str | None, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiling, "cache_folder", lambda: folder)
    report_compiling([Usage(), Usage(compiled=25, compile_s=2.6), Usage(compiled=3, compile_s=1.4)], Reporter())
    said = ["  kernels: compiled 28 for this processor in 4 s; kept in kernels, so this happens once"]
    assert capsys.readouterr().err.splitlines() == said * lines
    report_compiling([Usage(), Usage()], Reporter())
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("done", "waited_s", "left"),
    [(0, 50, 0), (2, 0, 80), (2, 30, 50), (2, 200, 0), (10, 3, 0)],
)
def test_waiting_for_a_step_does_not_make_the_rest_longer(done: int, waited_s: float, left: float) -> None:
    assert estimate_left(done, 10, 20, waited_s) == left
