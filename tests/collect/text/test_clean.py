"""Repair changes what is broken and nothing else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.text.clean import repair
from tests.conftest import TEXTS


@pytest.mark.parametrize("label", TEXTS)
def test_good_text_stays_as_it_is(label: str) -> None:
    text = unicodedata.normalize("NFC", TEXTS[label])
    assert repair(text) == text
    assert repair(unicodedata.normalize("NFD", text)) == text


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
    assert repair(found) == repaired


@given(st.text(st.characters(codec=None)))
def test_result_is_clean_and_final(text: str) -> None:
    once = repair(text)
    assert once.encode().decode() == once
    assert unicodedata.is_normalized("NFC", once)
    assert not [each for each in once if unicodedata.category(each) == "Cc" and each not in "\n\t"]
    assert repair(once) == once


@pytest.mark.parametrize(
    "marks", ["\u0301\u0327", "\u0327\u0301\u0344\u05b0", "\u093c\u094d", "\u0f72\u0f71\u0f74", "\u0f73\u0f71\u0f81"]
)
@pytest.mark.parametrize("many", [1, 15, 31, 300])
def test_long_runs_of_marks_are_normalised_as_ever(marks: str, many: int) -> None:
    text = f"e{marks * many}a\u030a {marks * many} x"
    assert repair(text) == unicodedata.normalize("NFC", text)


def test_marks_without_end() -> None:
    """Normalisation alone takes minutes for these."""
    assert len(repair("a" + "\u0301\u0327" * 200_000)) == 400_000
    assert len(repair("a" + "\u0f71\u0f73" * 100_000)) == 300_001
