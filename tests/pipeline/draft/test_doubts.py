"""Doubts about languages that are known."""

from pathlib import Path

from emma.pipeline.draft.doubts import is_same
from tests.pipeline.draft.test_run import draft, lay_out

CES = '<cesDoc><cesHeader><langUsage><language iso639="{}"/></langUsage></cesHeader><text><body><div type="book">{}</div></body></text></cesDoc>'  # noqa: E501


def test_same_language() -> None:
    assert is_same("swh", "swa") and is_same("swh", "swc") and not is_same("swh", "ssw")


def test_a_file_that_is_called_after_another_language(tmp_path: Path) -> None:
    chapter = '<div type="chapter"><seg type="verse">Hapo mwanzo kulikuwako Neno.</seg></div>'
    place = lay_out(tmp_path / "mine", {"Swahili-NT.xml": CES.format("ssw", chapter)})
    answer, _ = draft(place, tmp_path / "r.toml")
    assert "called after Swahili" in next(doubt.text for doubt in answer.draft.doubts if doubt.setting == "codes")
