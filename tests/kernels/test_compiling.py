"""Kernels are compiled once, whoever needs them, and work where nothing can be kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba import TypingError

from emma.kernels import compiling, turns
from emma.kernels.compiling import kernel
from emma.kernels.turns import locked

HASH = """
import numpy as np
from emma.kernels.turns import turn
from emma.kernels.utf8 import hash_bytes
hash_bytes(np.frombuffer(b"two texts", np.uint8), np.array([0, 4, 9]), 0)
print(turn.compiled)
"""
HOLD = """
import sys, time
from pathlib import Path
from emma.kernels.turns import locked
lock = locked(Path(sys.argv[1]))
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


def test_processes_that_start_at_once_compile_each_kernel_once(tmp_path: Path) -> None:
    processes = [start(HASH, kept=tmp_path) for _ in range(3)]
    compiled = [int(process.communicate()[0]) for process in processes]
    assert sorted(compiled)[-1] > 0
    assert sum(compiled) == len(list(tmp_path.glob("*/*.nbc"))) == 2  # hash_bytes, and mix, which it calls
    assert int(start(HASH, kept=tmp_path).communicate()[0]) == 0


def test_a_lock_goes_with_the_process_that_held_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with start(HOLD, tmp_path, kept=tmp_path) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        monkeypatch.setattr(turns, "PATIENCE_S", 0.05)
        assert locked(tmp_path) is None  # nobody waits for ever
        process.kill()
    monkeypatch.undo()
    assert lock_is_free(tmp_path)


def test_no_lock_where_no_file_can_be_made(tmp_path: Path) -> None:
    assert locked(tmp_path / "missing") is None


def doubled(value: int) -> int:
    return 2 * value


def test_kernels_work_where_no_folder_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(function: object) -> None:
        raise RuntimeError("cannot cache function")

    monkeypatch.setattr(compiling, "Kept", refuse)
    assert kernel(doubled)(4) == 8
    assert compiling.folder() is None and compiling.is_cold()


def lock_is_free(folder: Path) -> bool:
    lock = locked(folder)
    if lock is not None:
        lock.close()
    return lock is not None


def unsound(value: int) -> int:
    return value + "text"  # type: ignore[operator]


def test_the_turn_is_given_back_when_a_kernel_cannot_be_compiled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(turns, "PATIENCE_S", 0.05)
    before = turns.turn.compiled
    with pytest.raises(TypingError):
        kernel(unsound)(4)
    assert turns.turn.compiled == before
    assert lock_is_free(next(tmp_path.iterdir()))


def test_kernels_work_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(self: object, name: str, data: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile._save_data", refuse)
    before = turns.turn.compiled
    assert kernel(doubled)(4) == 8
    assert turns.turn.compiled == before + 1
    assert lock_is_free(next(tmp_path.iterdir()))
