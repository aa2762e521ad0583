"""Progress: live bars with time left on a terminal, timed plain lines elsewhere, and what is said of compiling."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from emma.work.process import Usage

QUIET_S = 2.0
"""Seconds after which a finished piece of work gets a line: what is quicker needs none."""
LINE_EVERY_S = 10.0


class Track(Protocol):
    """Progress of one piece of work."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count `steps` more as done; `note` stands beside the bar (loss, tokens per second)."""
        ...


class Bar:
    """A live bar; its clock ticks by itself, so a single long task shows too. Gone when the work is done."""

    def __init__(self, progress: Progress, label: str, total: int) -> None:
        self._progress = progress
        self._bar = progress.add_task(label, total=total, note="")

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Move the bar."""
        self._progress.update(self._bar, advance=steps, note=note)


class PlainLines:
    """Plain lines, one in LINE_EVERY_S, for logs and batch systems; also while a single long task says nothing."""

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total, self._done, self._note = label, total, 0, ""
        self._start = self._stepped = time.monotonic()
        self._over = threading.Event()
        self._clock = threading.Thread(target=self._tick, daemon=True)  # must not keep a finished process alive
        self._clock.start()

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count `steps` more as done; the next line says so."""
        self._done, self._note, self._stepped = self._done + steps, note, time.monotonic()

    def close(self) -> None:
        """Say how long it took, if that was long enough to wonder."""
        self._over.set()
        self._clock.join()
        if time.monotonic() - self._start > QUIET_S:
            self._say()

    def _tick(self) -> None:
        while not self._over.wait(LINE_EVERY_S):
            self._say()

    def _say(self) -> None:
        now = time.monotonic()
        rest = estimate_left(self._done, self._total, self._stepped - self._start, now - self._stepped)
        left = f", {rest:.0f} s left" if rest else ""
        text = f"  {self._label}: {self._done}/{self._total}, {now - self._start:.0f} s{left}"
        print(f"{text}, {self._note}" if self._note else text, file=sys.stderr, flush=True)


def estimate_left(done: int, total: int, spent_s: float, waited_s: float) -> float:
    """Seconds left where `done` steps took `spent_s` and the next is waited for since; 0 where nobody can know.

    Counted down from the last step on: waiting for the next does not make the rest longer.
    """
    return max(0.0, spent_s / done * (total - done) - waited_s) if done else 0.0


class Reporter:
    """Tells a person how far a run is, on standard error; results go to standard output."""

    def __init__(self, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self._quiet = quiet
        self._said: set[str] = set()

    def say(self, text: str) -> None:
        """One line for a person."""
        self.console.print(text, markup=False, soft_wrap=True)

    def say_once(self, text: str) -> None:
        """One line for a person, who needs it no second time."""
        if text not in self._said:
            self._said.add(text)
            self.say(text)

    @contextmanager
    def track(self, label: str, total: int) -> Iterator[Track]:
        """A bar, or lines, for `total` steps."""
        if self._quiet or not total:
            yield SilentTrack()
        elif not self.console.is_terminal:
            with closing(PlainLines(label, total)) as lines:
                yield lines
        else:
            with self._bars() as progress:
                yield Bar(progress, label, total)

    def _bars(self) -> Progress:
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
        )
        return Progress(*columns, console=self.console, transient=True)


class SilentTrack:
    def advance(self, steps: int = 1, note: str = "") -> None:
        """Say nothing."""


def announce_compiling(reporter: Reporter) -> None:
    """Say, before the first stage that uses kernels, that they will be compiled, if none was yet.

    The first run of all takes longer than the second, which nobody should have to wonder about.
    """
    compiling = sys.modules.get("emma.kernels.compiling")  # loaded with a stage that uses kernels, and with numba
    if compiling is None or not compiling.is_cold():
        return
    if compiling.cache_folder() is None:
        reporter.say_once(
            "  kernels: compiled anew by every process, as no folder for them can be written; set NUMBA_CACHE_DIR"
        )
    else:
        reporter.say_once("  kernels: compiled for this processor when first used; once, some ten seconds in all")


def report_compiling(usages: Sequence[Usage], reporter: Reporter) -> None:
    """Say what compiling took in all stages of a run, if there was any, and that it will not come again."""
    compiled, seconds = sum(usage.compiled for usage in usages), sum(usage.compile_s for usage in usages)
    if not compiled:
        return
    from emma.kernels.compiling import cache_folder

    # Without a folder every process compiles anew, which was said before the first did.
    if folder := cache_folder():
        took = f"compiled {compiled} for this processor in {seconds:.0f} s"
        reporter.say(f"  kernels: {took}; kept in {folder}, so this happens once")
