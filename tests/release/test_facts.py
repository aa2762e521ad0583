"""Facts are read as files have them."""

from pathlib import Path

from emma.release.facts import read_changes, writes_bytes


def test_a_model_s_files_may_hold_what_only_python_s_json_reads(tmp_path: Path) -> None:
    assert read_changes(tmp_path) == {}
    (tmp_path / "training.json").write_text('{"changed_from_base": {"dtype": "asked for"}, "limit": [0.0, Infinity]}')
    assert read_changes(tmp_path) == {"dtype": "asked for"}
    (tmp_path / "tokenizer.json").write_text('{"decoder": {"type": "ByteLevel"}, "model": {"dropout": NaN}}')
    assert writes_bytes(tmp_path)
