"""How kernels are compiled: once, by whichever process needs one first, and kept for all that come after it.

Compiling takes longer than all that a small corpus does with the kernels, and memory for each process that does it.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.core.caching import FunctionCache

from emma.kernels.turns import locked, turn

F = TypeVar("F", bound=Callable[..., Any])
SOURCES = Path(__file__).parent
STAMP = "kernels.sha256"


def kernel(function: F) -> F:
    """Compile a function when it is first called, and keep what was compiled where a folder can be written."""
    compiled: Any = njit(nogil=True)(function)
    with suppress(RuntimeError):  # no such folder, not even the user's own
        kept = Kept(function)
        drop_stale(SOURCES, Path(kept.cache_path))
        compiled._cache, compiled.compile = kept, in_turn(compiled.compile)
    made: F = compiled
    return made


class Kept(FunctionCache):
    """numba's store of what was compiled; what is missing is compiled by one process at a time."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was compiled for these types; None when it is this process's turn to compile it."""
        found = super().load_overload(sig, target_context)
        if found is None:
            turn.take(Path(self.cache_path))
            found = super().load_overload(sig, target_context)  # another process may have been quicker
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled, if there is room."""
        turn.compiled += 1
        with suppress(OSError):
            super().save_overload(sig, data)


def in_turn(compile: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A kernel's way of being compiled, or loaded, for some types, which gives back the turn if it took it."""

    def compile_in_turn(sig: Any) -> Any:
        before = turn.depth
        try:
            return compile(sig)
        finally:
            turn.back_to(before)

    return compile_in_turn


@cache
def drop_stale(sources: Path, folder: Path) -> None:
    """Delete compiled kernels if any of the sources is not what it was when they were compiled.

    numba goes by a kernel's own file, and would not notice that another one that it calls has changed.
    """
    digest = hashlib.sha256()
    for source in sorted(sources.glob("*.py")):
        digest.update(source.read_bytes())
    stamp = folder / STAMP
    with suppress(OSError):  # a folder that cannot be written holds nothing compiled either
        if _says(stamp, digest.hexdigest()):
            return
        folder.mkdir(parents=True, exist_ok=True)
        lock = locked(folder)
        if not _says(stamp, digest.hexdigest()):  # another process may have been quicker, and compiled since
            for index in folder.glob("*.nbi"):
                index.unlink(missing_ok=True)
            stamp.write_text(digest.hexdigest())
        if lock is not None:
            lock.close()


def _says(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest


def folder() -> Path | None:
    """Where compiled kernels are kept, if anywhere."""
    with suppress(RuntimeError):
        return Path(Kept(folder).cache_path)
    return None


def is_cold() -> bool:
    """Whether no kernel was compiled yet, since EMMA came or changed."""
    where = folder()
    return where is None or next(where.glob("*.nbi"), None) is None
