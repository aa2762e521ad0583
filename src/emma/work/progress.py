"""Progress: live bars with time left on a terminal, timed plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

QUIET_S = 2.0
"""Seconds before anything is said: what is quicker needs no bar."""
LINE_EVERY_S = 10.0


class Track(Protocol):
    """Progress of one piece of work."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Say that `steps` more are done; `note` stands beside the bar (loss, tokens per second)."""
        ...


class Bar:
    """A live bar, shown once the work has taken longer than QUIET_S."""

    def __init__(self, progress: Progress, label: str, total: int) -> None:
        self._progress, self._start = progress, time.monotonic()
        self._bar = progress.add_task(label, total=total, note="", visible=False)

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Move the bar."""
        visible = time.monotonic() - self._start > QUIET_S
        self._progress.update(self._bar, advance=steps, note=note, visible=visible)


class Lines:
    """Plain lines, at most one in LINE_EVERY_S, for logs and batch systems."""

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total, self._done = label, total, 0
        self._start = self._said = time.monotonic()

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count, and say so now and then."""
        self._done += steps
        now = time.monotonic()
        finished = self._done >= self._total and now - self._start > QUIET_S
        if finished or now - self._said > LINE_EVERY_S:
            self._said = now
            left = (now - self._start) / self._done * (self._total - self._done) if self._done else 0.0
            text = f"  {self._label}: {self._done}/{self._total}, {now - self._start:.0f} s, {left:.0f} s left"
            print(f"{text}, {note}" if note else text, file=sys.stderr, flush=True)


class Reporter:
    """Where a run says how far it is. Progress goes to standard error; results go to standard output."""

    def __init__(self, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self._quiet = quiet

    def say(self, text: str) -> None:
        """One line for a person."""
        self.console.print(text, markup=False, soft_wrap=True)

    @contextmanager
    def track(self, label: str, total: int) -> Iterator[Track]:
        """A bar, or lines, for `total` steps."""
        if self._quiet or not self.console.is_terminal:
            yield Lines(label, total) if not self._quiet else _Silent()
            return
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            yield Bar(progress, label, total)


class _Silent:
    def advance(self, steps: int = 1, note: str = "") -> None:
        """Say nothing."""
