"""Ctrl-C and SIGTERM that are not lost: Python drops an exception raised inside a finaliser or a callback.

What cannot be left in the middle, such as a step of training that many processes take together, puts a signal off with
`patient`, asks `heard` between pieces of work, and leaves with `check` once all is saved. Schedulers (Slurm,
Kubernetes) announce with SIGTERM that a process is about to be killed.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SAME_S = 3.0
"""Seconds in which further signals count as the same one: launchers pass on what the processes got already."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: as Ctrl-C, but not from a keyboard."""


class _Ear:
    """What was heard, in this process."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.since = 0.0
        self.patience = 0


_ear = _Ear()


def listen() -> None:
    """From now on signals are remembered; those from before are forgotten. Only the main thread can hear any."""
    _ear.number = None
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            signal.signal(number, _hear)


def check() -> None:
    """KeyboardInterrupt, or Terminated, if a signal was heard; called between pieces of work."""
    if _ear.number is not None:
        raise _exception()


def heard() -> int | None:
    """The signal that was heard, if any."""
    return _ear.number


def pass_on(number: int) -> None:
    """Hear a signal that another process got, and leave as it does."""
    _ear.number = _ear.number or number
    raise _exception()


def exit_code() -> int:
    """What a process that a signal stopped exits with, as shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + (_ear.number or signal.SIGINT)


@contextmanager
def patient() -> Iterator[None]:
    """Inside, a signal is remembered and nothing else; another, SAME_S later, is obeyed at once."""
    _ear.patience += 1
    try:
        yield
    finally:
        _ear.patience -= 1


def _hear(number: int, _frame: FrameType | None) -> None:
    again = _ear.number is not None
    if not again:
        _ear.number, _ear.since = number, time.monotonic()
    if not _ear.patience or (again and time.monotonic() - _ear.since > SAME_S):
        raise _exception()


def _exception() -> KeyboardInterrupt:
    return Terminated() if _ear.number == signal.SIGTERM else KeyboardInterrupt()
