"""Plain text whose encoding nobody states: judged by its language, from all of its bytes."""

import pytest

from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, opened, read, units
from tests.conftest import TEXTS

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


@pytest.mark.parametrize("label", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_text_by_its_bytes(label: str, encoding: str) -> None:
    content = TEXTS[label].encode(encoding)
    declared = {"encoding": encoding} if encoding == "gb18030" else {}
    assert units(opened("text", {f"{label}.devtest.txt": content}, **declared)) == [(label, TEXTS[label])]


LATIN1 = "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter. De er utstyrt med fornuft. " * 3


def test_a_guessed_encoding_says_so() -> None:
    (unit,) = read("text", LATIN1.encode("cp1252"), "nb.txt")
    assert isinstance(unit, RawDocument) and unit.text == LATIN1
    assert unit.repair is not None and unit.repair.startswith("read as ")


@pytest.mark.slow
def test_bytes_that_are_no_text() -> None:
    noise = bytes(number * number % 256 for number in range(3000))
    assert kinds(read("text", noise)) == ["not text"]
    late = read("text", b"abc\n" * 30_000 + b"\xff\xfe\xfd\n", options={"unit": "line"})
    assert kinds(late) == ["unknown encoding"] and late[-1].row == 30_001


def test_units_of_text() -> None:
    content = "\n \na\nb\n\n\nc\n"
    assert [each.row for each in read("text", content, options={"unit": "line"})] == [3, 4, 7]
    paragraphs = read("text", content, options={"unit": "paragraph"})
    assert [(each.row, each.text) for each in paragraphs if isinstance(each, RawDocument)] == [(3, "a\nb"), (7, "c")]
    (document,) = read("text", content, "swh_Latn.a.txt.gz")
    assert (document.row, document.text, document.code) == (1, content, "swh_Latn")


def test_paragraphs_that_are_too_long() -> None:
    content = "a\n" * 100 + "\nb\n\n" + "c" * 99
    found = read("text", content, options={"unit": "paragraph"}, max_row_bytes=80)
    assert [(each.row, each.kind if isinstance(each, Reject) else each.text) for each in found] == [
        (1, "row too long"),
        (102, "b"),
        (104, "row too long"),
    ]
