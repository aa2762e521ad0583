"""Plain text whose encoding nobody states: judged by its language, from all of its bytes."""

import pytest

from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, read, units

PORTUGUESE = "Está à espera da manhã, e não há pão na mesa; a avó já foi à praça com as crianças."


def test_text_in_a_code_page_that_begins_after_much_ascii() -> None:
    """As one document, and by lines after a head of ASCII."""
    content = b"nada\n" * 20_000 + PORTUGUESE.encode("cp1252") + b"\n"
    (whole,) = read("text", content, "pt.txt", 200_000)
    assert (
        isinstance(whole, RawDocument) and whole.text.endswith(PORTUGUESE + "\n") and whole.repair == "read as cp1252"
    )
    *before, last = read("text", content, "pt.txt", options={"unit": "line"})
    assert isinstance(last, RawDocument) and (last.row, last.text, last.repair) == (
        20_001,
        PORTUGUESE,
        "read as cp1252",
    )
    assert {each.repair for each in before if isinstance(each, RawDocument)} == {None}


def test_the_language_judges_the_encoding() -> None:
    turkish = "Çocuklar bahçede oynuyor, annesi yemeği pişiriyor; ağacın gölgesinde yaşlı bir öğretmen kitabını okudu."
    data = turkish.encode("iso8859-9")
    assert [text for _, text in units(read("text", data, "tr.txt"))] == [turkish]
    assert [text for _, text in units(read("text", data, "x.txt", lang="tur_Latn"))] == [turkish]
    assert [text for _, text in units(read("text", data, "books/tr/x.txt", lang_from="books/([a-z]+)/"))] == [turkish]
    assert [text for _, text in units(read("text", data, "t1.txt", codes={"t1": "tur"}))] == [turkish]
    (refused,) = read("text", data, "ru.txt")
    assert isinstance(refused, Reject) and refused.kind == "unknown encoding"
    assert "rus_Cyrl" in refused.detail and "`encoding`" in refused.detail


@pytest.mark.parametrize("unit", ["line", "paragraph", "document"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_utf16_without_a_mark(encoding: str, unit: str) -> None:
    text = "Дети играли на улице.\nБабушка сварила суп."
    found = read("text", text.encode(encoding), "ru.txt", options={"unit": unit})
    assert "\n".join(each.text for each in found if isinstance(each, RawDocument)) == text
    assert all(isinstance(each, RawDocument) and each.repair == f"read as {encoding}" for each in found)


def test_of_an_unknown_encoding_ascii_lines_stay() -> None:
    content = b"one\nt\xe3\xe6\xfe\xd0o\nthree\n"
    found = read("text", content, "sw.txt", options={"unit": "line"})
    assert units(found) == [("sw", "one"), ("sw", "three")] and kinds(found) == ["unknown encoding"]


def test_bytes_that_are_no_text_are_one_reject_that_counts_them() -> None:
    noise = bytes(number * 89 % 256 for number in range(100_000))
    for unit in ("line", "document"):
        (found,) = read("text", noise, "sw.txt", 200_000, options={"unit": unit})
        assert isinstance(found, Reject) and found.kind == "not text" and found.unread == len(noise)
