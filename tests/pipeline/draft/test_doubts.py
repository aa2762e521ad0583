"""Doubts about languages that are known."""

from pathlib import Path

import pytest

from emma.pipeline.draft.doubts import find_named, is_same
from tests.pipeline.draft.test_run import draft, lay_out

CES = '<cesDoc><cesHeader><langUsage><language iso639="{}"/></langUsage></cesHeader><text><body><div type="book">{}</div></body></text></cesDoc>'  # noqa: E501


@pytest.mark.parametrize(
    "file, name",
    [
        ("a/Swahili-NT.xml", "Swahili"),
        ("Yoruba.txt", "Yoruba"),
        ("sw.txt", ""),
        ("Mark.txt", ""),
        ("english-swahili.tsv", ""),
        ("news2024.txt", ""),
        ("swahili.txt", "swahili"),
        ("0257_rangi-za-upinde.md", ""),
        ("The-Rangi-of-the-Sky.md", ""),
    ],
)
def test_names_of_languages_in_names_of_files(file: str, name: str) -> None:
    assert find_named(file) == name


def test_same_language() -> None:
    assert is_same("swh", "swa") and is_same("swh", "swc") and not is_same("swh", "ssw")


def test_a_file_that_is_called_after_another_language(tmp_path: Path) -> None:
    chapter = '<div type="chapter"><seg type="verse">Hapo mwanzo kulikuwako Neno.</seg></div>'
    place = lay_out(tmp_path / "mine", {"Swahili-NT.xml": CES.format("ssw", chapter)})
    answer, _ = draft(place, tmp_path / "r.toml")
    assert "called after Swahili" in next(doubt.text for doubt in answer.draft.doubts if doubt.setting == "codes")
