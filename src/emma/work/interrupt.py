"""Ctrl-C and SIGTERM that are not lost: Python drops an exception raised inside a finaliser or a callback.

What must not stop in the middle, such as a step of training that many processes take together, puts a signal off with
`deferred`, asks for the `pending_signal` between pieces of work, and leaves with `check` once all is saved. Schedulers
(Slurm, Kubernetes) announce with SIGTERM that a process is about to be killed.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SAME_S = 3.0
"""Seconds in which further signals count as the same one: launchers pass on what the processes got already."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: as Ctrl-C, but not from a keyboard."""


class _SignalState:
    """The signal that this process got, when, how many blocks defer it, and what to call when it comes."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.since = 0.0
        self.deferrals = 0
        self.heard: Callable[[int], None] | None = None


_state = _SignalState()


def listen() -> None:
    """Remember signals from now on, and forget those from before. Only the main thread can get any."""
    _state.number = None
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            signal.signal(number, _handle)


def check() -> None:
    """KeyboardInterrupt, or Terminated, if a signal is pending; called between pieces of work."""
    if _state.number is not None:
        raise _exception()


def pending_signal() -> int | None:
    """The signal that this process got, if any."""
    return _state.number


def obey_signal(number: int) -> None:
    """Take over a signal that another process got, and leave as it does."""
    _state.number = _state.number or number
    raise _exception()


def exit_code() -> int:
    """The exit code of a process that a signal stopped, as shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + (_state.number or signal.SIGINT)


@contextmanager
def deferred(heard: Callable[[int], None] | None = None) -> Iterator[None]:
    """Inside, a signal is remembered and nothing else; another, SAME_S later, is obeyed at once.

    `heard` is called with it at once, in a thread of its own, to say what is waited for.
    """
    _state.deferrals += 1
    before, _state.heard = _state.heard, heard or _state.heard
    try:
        yield
    finally:
        _state.deferrals -= 1
        _state.heard = before


def _handle(number: int, _frame: FrameType | None) -> None:
    # The first signal decides the exit code: launchers often send SIGTERM after a Ctrl-C.
    is_repeated = _state.number is not None
    if not is_repeated:
        _state.number, _state.since = number, time.monotonic()
    # Raised at once too: what waits for the network or for another process asks nobody.
    if not _state.deferrals or (is_repeated and time.monotonic() - _state.since > SAME_S):
        raise _exception()
    if _state.heard is not None and not is_repeated:
        # Not here: whoever was interrupted may be printing, and hold the lock that printing needs.
        threading.Thread(target=_state.heard, args=(number,), daemon=True).start()


def _exception() -> KeyboardInterrupt:
    return Terminated() if _state.number == signal.SIGTERM else KeyboardInterrupt()
