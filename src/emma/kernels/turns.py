"""Whose turn it is to compile: one process at a time in a folder of compiled kernels, and what it took in this one."""

import fcntl
import time
from pathlib import Path
from typing import TextIO

LOCK = "compiling.lock"
PATIENCE_S, POLL_S = 120.0, 0.02
"""For another process to compile one kernel, and what it calls; then go on without waiting."""


class Turn:
    """A turn, which whoever has it may take again: compiling one kernel compiles those that it calls."""

    def __init__(self) -> None:
        self.compiled, self.seconds = 0, 0.0
        """Kernels that this process compiled so far, and how long it took."""
        self.depth = 0
        """How often this process took the turn."""
        self._start = 0.0
        self._lock: TextIO | None = None

    def take(self, folder: Path) -> None:
        """Wait for the turn."""
        if not self.depth:
            self._lock = locked(folder)
            self._start = time.perf_counter()
        self.depth += 1

    def back_to(self, depth: int) -> None:
        """Give it back as often as it was taken since it was taken `depth` times."""
        if self.depth and not depth:
            self.seconds += time.perf_counter() - self._start
            if self._lock is not None:
                self._lock.close()
        self.depth = depth


def locked(folder: Path) -> TextIO | None:
    """A lock on a folder, held until it is closed or the process dies.

    None where there can be none, because of the file system or its rights, or where another process held it for too
    long: then a kernel may be compiled twice, which only takes time.
    """
    try:
        file = (folder / LOCK).open("a")
    except OSError:
        return None
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(POLL_S)
        except OSError:
            break
        else:
            return file
    file.close()
    return None


turn = Turn()
"""This process's."""
