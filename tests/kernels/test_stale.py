"""Compiled kernels do not outlive a change of any source."""

from pathlib import Path

from emma.kernels.compiling import STAMP, drop_stale

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
    assert not compiled.exists() and (cache / STAMP).exists()


def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text("one")
    (tmp_path / "cache").write_text("in the way")
    drop(tmp_path, tmp_path / "cache")
    assert (tmp_path / "cache").read_text() == "in the way"
