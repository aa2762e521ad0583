"""The lock by which one process at a time compiles kernels into a folder, and what compiling took in this process.

Apart from `compiling`, so that whoever reports the time need not import numba.
"""

import fcntl
import time
from pathlib import Path
from typing import TextIO

LOCK_FILE = "compiling.lock"
MAX_WAIT_S, POLL_S = 120.0, 0.02
"""Seconds to wait for another process to compile one kernel and what it calls, then go on; and between two looks."""


class CompileLock:
    """A lock that its holder may acquire again: compiling one kernel compiles those that it calls."""

    def __init__(self) -> None:
        self.compiled, self.seconds = 0, 0.0
        """Kernels that this process compiled so far, and how long it took."""
        self.depth = 0
        """How often this process acquired the lock without releasing it."""
        self._start = 0.0
        self._lock: TextIO | None = None

    def acquire(self, folder: Path) -> None:
        """Wait for the lock of a folder."""
        if not self.depth:
            self._lock = lock_folder(folder)
            self._start = time.perf_counter()
        self.depth += 1

    def release_to(self, depth: int) -> None:
        """Release the lock as often as it was acquired since it was held `depth` times."""
        # A compilation that failed may leave the lock held several times, so it goes back to where its caller was.
        if self.depth and not depth:
            self.seconds += time.perf_counter() - self._start
            if self._lock is not None:
                self._lock.close()
        self.depth = depth


def lock_folder(folder: Path) -> TextIO | None:
    """A lock on a folder, held until it is closed or the process dies.

    None where there can be none, because of the file system or its rights, or where another process held it for too
    long: then a kernel may be compiled twice, which only takes time.
    """
    try:
        file = (folder / LOCK_FILE).open("a")
    except OSError:
        return None
    end = time.monotonic() + MAX_WAIT_S
    while time.monotonic() < end:
        try:
            # Not blocking, since a process that hangs with the lock must not hold up all others for good.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(POLL_S)
        except OSError:
            break
        else:
            return file
    file.close()
    return None


compile_lock = CompileLock()
"""The lock of this process."""
