"""Mojibake is mended, and nothing that only looks unusual is touched."""

import json
import time
import unicodedata
from typing import Any

import ftfy
import pytest

from emma.collect.documents import cleaned
from emma.collect.records import RawDocument
from emma.collect.text.clean import mend, repair
from tests.collect.given import DATA, needs_data
from tests.conftest import TEXTS

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
        assert mend(unicodedata.normalize(form, text)) is None


@pytest.mark.parametrize("text", ["Â mbéni â pala", "e nicønˈˆ Yáˆ e nilíiñˉ dsˋ"])
def test_ftfy_alone_would_harm(text: str) -> None:
    assert ftfy.fix_encoding(text) != text, "if it no longer does, the test for whole sequences may be simpler"


@pytest.mark.parametrize("label", TEXTS)
@pytest.mark.parametrize("encoding", ["latin-1", "sloppy-windows-1252", "cp437"])
def test_what_was_read_in_another_encoding_comes_back(label: str, encoding: str) -> None:
    text = unicodedata.normalize("NFC", TEXTS[label])
    garbled = text.encode().decode(encoding)
    assert (mend(garbled) or garbled) == text


def test_only_the_broken_lines_change() -> None:
    assert mend("Â mbéni\nâ\x80\x9cVocÃªâ\x80\x9d “so” ﬁ\nÐŸÑ€Ð¸Ð²ÐµÑ‚") == "Â mbéni\n“Você” “so” ﬁ\nПривет"


def test_controls_are_windows_1252_and_are_mended_before_repair() -> None:
    assert mend("manglars \x97 sinó") == "manglars — sinó"
    assert mend("parlé\x85 Tu") == "parlé… Tu"
    assert cleaned(RawDocument(1, "manglars \x97 sinó")) == RawDocument(1, "manglars — sinó", repair="mojibake")
    assert cleaned(RawDocument(1, "a", text2="b\x97c ")) == RawDocument(1, "a", text2="b—c", repair="mojibake")
    assert cleaned(RawDocument(1, " sin\u00adó\x07 ")) == RawDocument(1, "sinó")


def test_clean_text_costs_little() -> None:
    text = " ".join(TEXTS.values()) * 20
    start = time.perf_counter()
    for _ in range(10):
        assert mend(text) is None
    per_100 = (time.perf_counter() - start) / 10 / len(text) * 100
    assert per_100 < 5e-6, "measured 0.5 µs; a tenth of repair() or less"


@needs_data
@pytest.mark.parametrize("name", ["in-the-wild", "language-names", "negative"])
def test_cases_from_the_wild(name: str) -> None:
    cases: list[dict[str, Any]] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    wrong = [
        case["label"]
        for case in cases
        if (mend(case["original"]) or case["original"]) != case.get("fixed-encoding", case["fixed"])
    ]
    assert wrong == []


def test_mended_text_is_then_repaired() -> None:
    assert repair(mend("GÃ\xa0idhlig\r\n") or "") == "Gàidhlig"
