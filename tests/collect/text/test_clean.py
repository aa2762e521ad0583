"""Repair changes what is broken and nothing else; mojibake is mended, and what only looks unusual is not touched."""

import unicodedata

import ftfy
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.text.clean import clean_text, fix_mojibake, repair_text
from tests.collect.given import DATA, needs_data
from tests.conftest import TEXTS


@pytest.mark.parametrize("label", TEXTS)
def test_repair_leaves_good_text_as_it_is(label: str) -> None:
    text = unicodedata.normalize("NFC", TEXTS[label])
    assert repair_text(text) == text
    assert repair_text(unicodedata.normalize("NFD", text)) == text


@pytest.mark.parametrize(
    ("found", "repaired"),
    [
        ("क्\u200dष \u200cمی\u200cخواهم", "क्\u200dष \u200cمی\u200cخواهم"),  # joiners carry meaning
        ("й", "й"),  # decomposed by pyarrow's NFC
        ("\ufeffa\ufeffb", "ab"),
        ("a\r\nb\rc\u2028d\x0ce", "a\nb\nc\nd\ne"),
        ("a\tb\x00\x07c\x9d", "a\tbc"),
        ("\u3000 \nก\n\u00a0", "ก"),
        ("e\x00\u0301", "é"),  # composed once nothing stands between
        ("a\ud800b", "a\ufffdb"),
        ("가", "가"),
    ],
)
def test_repair(found: str, repaired: str) -> None:
    assert repair_text(found) == repaired


@given(st.text(st.characters(codec=None)))
def test_result_is_clean_and_final(text: str) -> None:
    once = repair_text(text)
    assert once.encode().decode() == once
    assert unicodedata.is_normalized("NFC", once)
    assert not [each for each in once if unicodedata.category(each) == "Cc" and each not in "\n\t"]
    assert repair_text(once) == once


@pytest.mark.parametrize(
    "marks", ["\u0301\u0327", "\u0327\u0301\u0344\u05b0", "\u093c\u094d", "\u0f72\u0f71\u0f74", "\u0f73\u0f71\u0f81"]
)
@pytest.mark.parametrize("many", [1, 15, 31, 300])
def test_long_runs_of_marks_are_normalised_as_ever(marks: str, many: int) -> None:
    text = f"e{marks * many}a\u030a {marks * many} x"
    assert repair_text(text) == unicodedata.normalize("NFC", text)


def test_marks_without_end() -> None:
    """Normalisation alone takes minutes for these."""
    assert len(repair_text("a" + "\u0301\u0327" * 200_000)) == 400_000
    assert len(repair_text("a" + "\u0f71\u0f73" * 100_000)) == 300_001


CASES = DATA / "web" / "mojibake"

GOOD = [
    "Tất cả mọi người sinh ra đều được tự do và bình đẳng.",
    "Ὅμηρος ἐν τῇ Ἰλιάδι· ᾧ, ᾳ, ῥ",
    "می‌خواهم",
    "ﬁne ﬂow ＦＵＬＬ　ＷＩＤＴＨ ½ № ™ “quoted” ‘so’ «là» … – — 25\u00a0°C",
    "ŋ̀gbèé ẹ̀kọ́ ǁʼkhã ʔəɬ",
    "Він, Ні, Її, РЎК, В„Їжак“",
    "Â mbéni â pala",  # Sango: "Â" is a word; ftfy alone makes a no-break space of it
    "e nicønˈˆ Yáˆ e nilíiñˉ dsˋ, jáˆ; jo̱ i̱",  # Chinantec: tone marks; ftfy alone makes Ethiopic of "áˆ "
    "á», é›» à º",
    "line one\x85line two",
    "Größe ÄÖÜ ÃO NÃO Ó Î",
    "",
]


@pytest.mark.parametrize("text", [*TEXTS.values(), *GOOD])
def test_good_text_is_not_touched(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert fix_mojibake(unicodedata.normalize(form, text)) is None


@pytest.mark.parametrize("text", ["Â mbéni â pala", "e nicønˈˆ Yáˆ e nilíiñˉ dsˋ"])
def test_ftfy_alone_would_harm(text: str) -> None:
    assert ftfy.fix_encoding(text) != text, "if it no longer does, the test for whole sequences may be simpler"


@pytest.mark.parametrize("label", TEXTS)
@pytest.mark.parametrize("encoding", ["latin-1", "sloppy-windows-1252", "cp437"])
def test_what_was_read_in_another_encoding_comes_back(label: str, encoding: str) -> None:
    text = unicodedata.normalize("NFC", TEXTS[label])
    garbled = text.encode().decode(encoding)
    assert (fix_mojibake(garbled) or garbled) == text


def test_only_the_broken_lines_change() -> None:
    assert fix_mojibake("Â mbéni\nâ\x80\x9cVocÃªâ\x80\x9d “so” ﬁ\nÐŸÑ€Ð¸Ð²ÐµÑ‚") == "Â mbéni\n“Você” “so” ﬁ\nПривет"


def test_controls_are_windows_1252_and_are_mended_before_repair() -> None:
    assert fix_mojibake("manglars \x97 sinó") == "manglars — sinó"
    assert fix_mojibake("parlé\x85 Tu") == "parlé… Tu"
    assert clean_text("manglars \x97 sinó") == ("manglars — sinó", True)
    assert clean_text("b\x97c ") == ("b—c", True)
    assert clean_text(" sin\u00adó\x07 ") == ("sinó", False)


def test_clean_text_is_not_given_to_ftfy(monkeypatch: pytest.MonkeyPatch) -> None:
    """ftfy takes ten times as long as the search for suspicious sequences, so only lines that have one may reach it."""
    lines: list[str] = []
    monkeypatch.setattr(ftfy, "fix_encoding", lambda line: lines.append(line) or line)
    assert fix_mojibake("\n".join(TEXTS.values())) is None and lines == []
    assert fix_mojibake("clean\nmanglars \x97 sinó\nclean") is None and lines == ["manglars \x97 sinó"]


@needs_data
@pytest.mark.parametrize("name", ["in-the-wild", "language-names", "negative"])
def test_cases_from_the_wild(name: str) -> None:
    cases: list[dict[str, str]] = orjson.loads((CASES / f"{name}.json").read_bytes())
    wrong = [
        case["label"]
        for case in cases
        if (fix_mojibake(case["original"]) or case["original"]) != case.get("fixed-encoding", case["fixed"])
    ]
    assert wrong == []


def test_mended_text_is_then_repaired() -> None:
    assert repair_text(fix_mojibake("GÃ\xa0idhlig\r\n") or "") == "Gàidhlig"
