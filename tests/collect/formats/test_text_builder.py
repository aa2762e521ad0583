"""Text that is gathered from markup: layout inside a line, and the lines of a document."""

import pytest

from emma.collect.formats.text_builder import TextBuilder, collapse_layout
from emma.collect.records import RawDocument, Reject


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" a\n\t b  c ", "a b c"),
        ("Mr.\u00a0Bennet\u3000あ", "Mr.\u00a0Bennet\u3000あ"),
        ("人人生而\n    自由，\n在", "人人生而自由，在"),
        ("한국\n어", "한국 어"),
        ("มนุษย์\nทั้ง", "มนุษย์ ทั้ง"),
        ("漢字\nkanji\nかな", "漢字 kanji かな"),
        ("क्\u200dष\u200c", "क्\u200dष\u200c"),
    ],
)
def test_layout_inside_a_line(text: str, line: str) -> None:
    assert collapse_layout(text) == line


def test_units_of_lines() -> None:
    lines = TextBuilder(20)
    lines.add(" ")
    assert lines.close(1, "am") is None
    lines.add("a ")
    lines.add("b")
    lines.end_line()
    lines.end_line()
    lines.add("c")
    assert lines.close(1, "am", url="u", alone=True) == RawDocument(1, "a b\nc", "am", alone=True, url="u")
    lines.add("x" * 15)
    lines.end_line()
    lines.add("y" * 15)
    too_long = lines.close(2, "am")
    assert isinstance(too_long, Reject) and (too_long.row, too_long.kind) == (2, "row too long")
    lines.add("z")
    assert lines.close(3, "am") == RawDocument(3, "z", "am")
