"""Compile kernels once, in whichever process needs one first, and keep them for all that come after it.

Compiling takes longer than all that a small corpus does with the kernels, and memory for each process that does it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.core.caching import FunctionCache
from numba.core.types import unliteral

from emma.kernels.compile_lock import compile_lock, lock_folder

F = TypeVar("F", bound=Callable[..., Any])
SOURCES = Path(__file__).parent
STAMP_FILE = "kernels.sha256"
OPTIONS: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True}
"""No C function takes a kernel as an argument, and what would let it takes a twentieth of the time."""
FEW = 20
"""Kernels that commands which only read files compile, before a run compiles the others."""


def kernel(function: F) -> F:
    """Compile a function when it is first called, and keep what was compiled where a folder can be written."""
    # Without the interpreter lock, so that a thread that reads files goes on. The store below is not numba's own, which
    # lets processes compile the same kernel side by side and keeps what a changed callee made stale.
    compiled: Any = njit(**OPTIONS)(function)
    compiled.get_call_template = partial(choose_template, compiled.get_call_template)
    with suppress(RuntimeError):  # no such folder, not even the user's own
        store = CompiledCache(function)
        drop_stale(SOURCES, Path(store.cache_path))
        compiled._cache, compiled.compile = store, compile_one_at_a_time(compiled.compile)
    result: F = compiled
    return result


def choose_template(choose: Callable[..., Any], args: Sequence[Any], kws: Mapping[str, Any]) -> Any:
    """Choose what a kernel runs when another calls it, by the types of its arguments alone.

    numba would compile a kernel once more for each constant that it is called with. Where that makes it quicker, LLVM
    sees the constant anyway, when it inlines one kernel into the other.
    """
    return choose(tuple(map(unliteral, args)), {name: unliteral(kind) for name, kind in kws.items()})


class CompiledCache(FunctionCache):
    """numba's store of what was compiled; what is missing is compiled by one process at a time."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load what was compiled for these types; None, with the lock held, when this process is to compile it."""
        overload = super().load_overload(sig, target_context)
        if overload is None:
            compile_lock.acquire(Path(self.cache_path))
            overload = super().load_overload(sig, target_context)  # another process may have been quicker
        return overload

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled, if there is room."""
        compile_lock.compiled += 1
        with suppress(OSError):
            super().save_overload(sig, data)


def compile_one_at_a_time(compile: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Wrap a kernel's way of being compiled, or loaded, so that it releases the lock if it acquired it."""

    def compile_and_release(sig: Any) -> Any:
        before = compile_lock.depth
        try:
            return compile(sig)
        finally:
            compile_lock.release_to(before)

    return compile_and_release


@cache
def drop_stale(sources: Path, folder: Path) -> None:
    """Delete compiled kernels if any of the sources is not what it was when they were compiled.

    numba goes by a kernel's own file, and would not notice that another one that it calls has changed.
    """
    digest = hashlib.sha256()
    for source in sorted(sources.glob("*.py")):
        digest.update(source.read_bytes())
    stamp = folder / STAMP_FILE
    with suppress(OSError):  # a folder that cannot be written holds nothing compiled either
        if _has_digest(stamp, digest.hexdigest()):
            return
        folder.mkdir(parents=True, exist_ok=True)
        lock = lock_folder(folder)
        if not _has_digest(stamp, digest.hexdigest()):  # another process may have been quicker, and compiled since
            for index in folder.glob("*.nbi"):
                index.unlink(missing_ok=True)
            stamp.write_text(digest.hexdigest())
        if lock is not None:
            lock.close()


def _has_digest(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest


def cache_folder() -> Path | None:
    """The folder in which compiled kernels are kept; None if there can be none."""
    with suppress(RuntimeError):
        return Path(CompiledCache(cache_folder).cache_path)
    return None


def is_cold() -> bool:
    """Whether most kernels are still to be compiled, since EMMA came or changed."""
    where = cache_folder()
    return where is None or sum(1 for _ in where.glob("*.nbi")) <= FEW
