"""Compiled kernels do not outlive a change of any source."""

from pathlib import Path

from emma.kernels import STAMP, drop_stale


def test_compiled_kernels_go_when_any_source_changes_and_stay_when_none_does(tmp_path: Path) -> None:
    cache = tmp_path / "__pycache__"
    (tmp_path / "caller.py").write_text("one")
    (tmp_path / "callee.py").write_text("two")
    drop_stale(tmp_path)
    compiled = cache / "caller.nbi"
    compiled.write_text("compiled")
    drop_stale(tmp_path)
    assert compiled.exists()
    (tmp_path / "callee.py").write_text("three")
    drop_stale(tmp_path)
    assert not compiled.exists() and (cache / STAMP).exists()


def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text("one")
    (tmp_path / "__pycache__").write_text("in the way")
    drop_stale(tmp_path)
    assert (tmp_path / "__pycache__").read_text() == "in the way"
