"""Words of every script, from what is known of their writing."""

import pytest

from emma.evaluate.metrics.text import split_words
from tests.evaluate.metrics.conftest import SENTENCES

CASES = {
    "Don't panic: 42.5%!": ["don", "t", "panic", "42", "5"],
    "Ọmọ náà ń ka ìwé": ["ọmọ", "náà", "ń", "ka", "ìwé"],
    "लड़का स्कूल गया।": ["लड़का", "स्कूल", "गया"],
    "ߞߊ߬ߙߊ߲߬ߕߊ ߟߊ߫": ["ߞߊ߬ߙߊ߲߬ߕߊ", "ߟߊ߫"],
    "ⵉⴷⴷⴰ ⵓⵔⴱⴰ": ["ⵉⴷⴷⴰ", "ⵓⵔⴱⴰ"],
    "ልጁ ዛሬ፣ ሄደ።": ["ልጁ", "ዛሬ", "ሄደ"],
    "می\u200cخواهم بروم؟": ["می\u200cخواهم", "بروم"],  # ZWNJ stands within a word
    "한국어 문장": ["한국어", "문장"],
    "ไป NASA นี้": ["ไ", "ป", "nasa", "นี้"],  # a character with its marks
    "男孩abc今天。": ["男", "孩", "abc", "今", "天"],
    "ក្មេង": ["ក្", "មេ", "ង"],
    "!?": [],
}


@pytest.mark.parametrize("text", CASES)
def test_words(text: str) -> None:
    assert split_words(text) == CASES[text]


def test_form_and_case_do_not_matter() -> None:
    assert split_words("E\u0301COLE Straße") == split_words("école STRASSE")


@pytest.mark.parametrize("label", SENTENCES)
def test_every_script_has_words(label: str) -> None:
    assert all(len(split_words(text)) >= 3 for text in SENTENCES[label])


def test_marks_without_a_letter_are_no_word() -> None:
    assert split_words("\u0301" * 100_000) == []  # would not end if each mark were a place to begin from
