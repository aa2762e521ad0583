"""Languages and licences are spelled as the Hub's metadata wants them."""

from pathlib import Path

import pytest

from emma.release.facts import hub_languages, hub_licence, read_changes, writes_bytes


def test_names_for_the_hub() -> None:
    labels = ["nor_Latn", "swh_Latn", "zxx_Zyyy", "srp_Cyrl", "srp_Latn"]
    assert hub_languages(labels) == ["code", "no", "sr", "swh"]


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("CC-BY-SA-4.0", "cc-by-sa-4.0"),
        ("GPL-2.0-or-later", "gpl-2.0"),
        ("Apache-2.0", "apache-2.0"),
        ("PSF-2.0", "other"),
        ("all rights reserved", "other"),
    ],
)
def test_licences_for_the_hub(licence: str, name: str) -> None:
    assert hub_licence(licence) == name


def test_a_model_s_files_may_hold_what_only_python_s_json_reads(tmp_path: Path) -> None:
    assert read_changes(tmp_path) == {}
    (tmp_path / "training.json").write_text('{"changed_from_base": {"dtype": "asked for"}, "limit": [0.0, Infinity]}')
    assert read_changes(tmp_path) == {"dtype": "asked for"}
    (tmp_path / "tokenizer.json").write_text('{"decoder": {"type": "ByteLevel"}, "model": {"dropout": NaN}}')
    assert writes_bytes(tmp_path)
