"""Words that join sentences, and how."""

import pytest

from emma.evaluate.tasks.phrases import lower_first, say, space_of, strip_end
from emma.lang.language import Lang


def test_words_of_a_language_else_english() -> None:
    assert say("because", Lang("tha", "Thai")) == "เพราะ"
    assert say("no", Lang("arb", "Arab")) == "لا"
    assert say("because", Lang("nqo", "Nkoo")) == "because"
    assert say("answer", Lang("swh", "Latn")) == "Jibu"


@pytest.mark.parametrize(
    ("sentence", "stripped"),
    [
        ("水很冷。", "水很冷"),
        ("पानी ठंडा है।", "पानी ठंडा है"),
        ("ውሃው ቀዝቅዟል።", "ውሃው ቀዝቅዟል"),
        ("ទឹកត្រជាក់។", "ទឹកត្រជាក់"),
        ("هل الماء بارد؟", "هل الماء بارد"),
        ("น้ำเย็น", "น้ำเย็น"),  # Thai has no full stop, and loses nothing
        ("Omi tutù.", "Omi tutù"),
    ],
)
def test_a_sentence_loses_its_full_stop_alone(sentence: str, stripped: str) -> None:
    assert strip_end(sentence) == stripped


def test_case_by_language() -> None:
    assert lower_first("Isı arttı", Lang("tur", "Latn")) == "ısı arttı"
    assert lower_first("İp koptu", Lang("tur", "Latn")) == "ip koptu"
    assert lower_first("It rained", Lang("eng", "Latn")) == "it rained"
    assert lower_first("水很冷", Lang("zho", "Hans")) == "水很冷"


def test_space_by_script() -> None:
    assert space_of(Lang("tha", "Thai")) == space_of(Lang("zho", "Hans")) == space_of(Lang("khm", "Khmr")) == ""
    assert space_of(Lang("kor", "Kore")) == space_of(Lang("amh", "Ethi")) == space_of(Lang("zgh", "Tfng")) == " "
