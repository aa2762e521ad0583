"""Ctrl-C that is not lost: Python drops an exception raised inside a finaliser or a callback, and the mark stays."""

import signal
import threading
from types import FrameType

_heard = threading.Event()


def listen() -> None:
    """From now on an interrupt is remembered; one from before is forgotten. Only the main thread can hear any."""
    _heard.clear()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _hear)


def check() -> None:
    """KeyboardInterrupt if an interrupt was heard; called between pieces of work."""
    if _heard.is_set():
        raise KeyboardInterrupt


def _hear(_number: int, _frame: FrameType | None) -> None:
    _heard.set()
    raise KeyboardInterrupt
