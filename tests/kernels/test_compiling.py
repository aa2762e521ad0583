"""Kernels are compiled once, whoever needs them, do not outlive their sources, and work where nothing can be kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba import TypingError

from emma.kernels import compile_lock, compiling
from emma.kernels.compile_lock import lock_folder
from emma.kernels.compiling import STAMP_FILE, drop_stale, kernel

HASH = """
import numpy as np
from emma.kernels.compile_lock import compile_lock
from emma.kernels.text import hash_bytes
hash_bytes(np.frombuffer(b"two texts", np.uint8), np.array([0, 4, 9]), 0)
print(compile_lock.compiled)
"""
HOLD = """
import sys, time
from pathlib import Path
from emma.kernels.compile_lock import lock_folder
lock = lock_folder(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def start(script: str, *arguments: object, kept: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(kept)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_processes_that_start_at_once_compile_each_kernel_once(tmp_path: Path) -> None:
    processes = [start(HASH, kept=tmp_path) for _ in range(3)]
    compiled = [int(process.communicate()[0]) for process in processes]
    assert sorted(compiled)[-1] > 0
    assert sum(compiled) == len(list(tmp_path.glob("*/*.nbc"))) == 2  # hash_bytes, and mix, which it calls
    assert int(start(HASH, kept=tmp_path).communicate()[0]) == 0


def test_a_lock_goes_with_the_process_that_held_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with start(HOLD, tmp_path, kept=tmp_path) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        monkeypatch.setattr(compile_lock, "MAX_WAIT_S", 0.05)
        assert lock_folder(tmp_path) is None  # nobody waits for ever
        process.kill()
    monkeypatch.undo()
    assert lock_is_free(tmp_path)


def test_no_lock_where_no_file_can_be_made(tmp_path: Path) -> None:
    assert lock_folder(tmp_path / "missing") is None


def doubled(value: int) -> int:
    return 2 * value


def test_kernels_work_where_no_folder_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(function: object) -> None:
        raise RuntimeError("cannot cache function")

    monkeypatch.setattr(compiling, "CompiledCache", refuse)
    assert kernel(doubled)(4) == 8
    assert compiling.cache_folder() is None and compiling.is_cold()


def test_a_kernel_is_compiled_once_whatever_constants_others_call_it_with() -> None:
    @kernel
    def shifted(value: int, by: int) -> int:
        return value + by

    @kernel
    def shifted_twice(value: int) -> int:
        at = 0
        while at < 2:
            value = int(shifted(shifted(value, at), 7))
            at += 1
        return value + int(shifted(1, 2))

    assert shifted_twice(10) == 10 + 0 + 7 + 1 + 7 + 3
    assert len(shifted.signatures) == 1


def test_a_few_kernels_leave_most_to_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "cache_folder", lambda: tmp_path)
    for number in range(80):
        assert compiling.is_cold() == (number <= compiling.FEW)
        (tmp_path / f"{number}.nbi").touch()


def lock_is_free(folder: Path) -> bool:
    lock = lock_folder(folder)
    if lock is not None:
        lock.close()
    return lock is not None


def unsound(value: int) -> int:
    return value + "text"  # type: ignore[operator]


def test_the_turn_is_given_back_when_a_kernel_cannot_be_compiled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compile_lock, "MAX_WAIT_S", 0.05)
    before = compile_lock.compile_lock.compiled
    with pytest.raises(TypingError):
        kernel(unsound)(4)
    assert compile_lock.compile_lock.compiled == before
    assert lock_is_free(next(tmp_path.iterdir()))


def test_kernels_work_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(self: object, name: str, data: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile._save_data", refuse)
    before = compile_lock.compile_lock.compiled
    assert kernel(doubled)(4) == 8
    assert compile_lock.compile_lock.compiled == before + 1
    assert lock_is_free(next(tmp_path.iterdir()))


drop = drop_stale.__wrapped__


def test_compiled_kernels_go_when_any_source_changes_and_stay_when_none_does(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (tmp_path / "caller.py").write_text("one")
    (tmp_path / "callee.py").write_text("two")
    drop(tmp_path, cache)
    compiled = cache / "caller.nbi"
    compiled.write_text("compiled")
    drop(tmp_path, cache)
    assert compiled.exists()
    (tmp_path / "callee.py").write_text("three")
    drop(tmp_path, cache)
    assert not compiled.exists() and (cache / STAMP_FILE).exists()


def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text("one")
    (tmp_path / "cache").write_text("in the way")
    drop(tmp_path, tmp_path / "cache")
    assert (tmp_path / "cache").read_text() == "in the way"
