"""Differences of texts against the standard library's, and what they are called."""

import difflib
import random
import unicodedata

import numpy as np
import pyarrow as pa
import pytest

from emma.curate.duplicates.shingles import char_classes
from emma.kernels.differences import (
    ANCHOR_TOKENS,
    FACTS,
    MAX_DIFFERENCES,
    MAX_SPAN_TOKENS,
    NUMBERS,
    NUMERAL,
    SAME,
    compare_texts,
    hash_tokens,
)
from emma.kernels.tables import fold
from emma.kernels.text import buffers
from tests.conftest import TEXTS

SPACED = {lang: lang[-4:] not in {"Thai", "Khmr", "Hans", "Hant", "Jpan"} for lang in TEXTS}


def read(texts: list[str], *, spaced: bool = True) -> list[list[int]]:
    column = pa.array(texts, pa.large_string())
    found, starts = hash_tokens(*buffers(column), fold(), char_classes(), np.full(len(texts), spaced))
    return [found[starts[at] : starts[at + 1]].tolist() for at in range(len(texts))]


def differences(left: str, right: str, *, spaced: bool = True) -> tuple[int, int]:
    """What a pair differs in, and how many differences are more than numbers."""
    column = pa.array([left, right], pa.large_string())
    found, starts = hash_tokens(*buffers(column), fold(), char_classes(), np.full(2, spaced))
    verdicts, places, values = compare_texts(found, starts, np.array([0]), np.array([1]))
    assert places.shape == (len(values), 3)
    return int(verdicts[0]), len(places)


@pytest.mark.parametrize("lang", TEXTS)
def test_tokens_are_words_or_characters_without_case_and_punctuation(lang: str) -> None:
    text = TEXTS[lang]
    plain = "".join(
        char if char.isspace() or (unicodedata.category(char)[0] in "LMN" and char not in "\u200c\u200d") else ""
        for char in text.replace("\u1361", " ").replace("\u200b", " ")
    )
    (found,) = read([text], spaced=SPACED[lang])
    assert len(found) == (len(plain.split()) if SPACED[lang] else len("".join(plain.split())))
    assert found == read([text.upper() + "!"], spaced=SPACED[lang])[0] or "ß" in text


@pytest.mark.parametrize("number", ["12", "1,234", "१२", "٣٤", "๑๒", "百", "፪", "B12", "3rd"])
def test_a_token_with_a_digit_of_any_script_is_a_numeral(number: str) -> None:
    (found,) = read([f"a {number}"])
    assert [bool(each & int(NUMERAL)) for each in found] == [False, True]


def test_a_run_of_digits_is_one_token_between_characters() -> None:
    assert [bool(each & int(NUMERAL)) for each in read(["ปี2540มี"], spaced=False)[0]] == [False] * 2 + [
        True,
        False,
        False,
    ]


PAGE = "Mji wa {} uko katika wilaya ya {} na una wakazi {} wanaoishi kando ya mto mkubwa wa nchi hiyo"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (("Moshi", "Hai", "1,200"), ("Moshi", "Hai", "77"), (NUMBERS, 0)),
        (("Moshi", "Hai", "1,200"), ("Moshi", "Hai", "٧٧"), (NUMBERS, 0)),
        (("Moshi", "Hai", "9"), ("Dar es Salaam", "Hai", "7"), (NUMBERS, 1)),
        (("Moshi", "Hai", "9"), ("Dar es Salaam", "Temeke", "7"), (FACTS, 2)),
        (("Moshi", "Hai", "9"), ("Tanga", "Hai", "9"), (FACTS, 1)),
        (("Moshi", "Hai", "9"), ("Moshi", "Hai", ""), (FACTS, 1)),
        (("Moshi", "Hai", "9"), ("Moshi", "Hai", "9"), (SAME, 0)),
    ],
)
def test_a_filled_in_page_differs_in_its_facts(
    left: tuple[str, ...], right: tuple[str, ...], expected: tuple[int, int]
) -> None:
    assert differences(PAGE.format(*left), PAGE.format(*right)) == expected
    assert differences(PAGE.format(*right), PAGE.format(*left)) == expected


@pytest.mark.parametrize(
    ("left", "right", "spaced"),
    [("ในปี ๒๕๔๐ มีคน 30 คนอยู่", "ในปี ๒๕๔๑ มีคน 3100 คนอยู่", False),
     ("二〇二三年三月五日的会议", "二〇二四年七月九日的会议", False),
     ("ዓመተ ፲፱፻ ዓ.ም. ነበረ እንዲህ", "ዓመተ ፳ ዓ.ም. ነበረ እንዲህ", True), ("वर्ष १९४७ में यह हुआ था", "वर्ष १९५० में यह हुआ था", True)],
)  # fmt: skip
def test_numbers_of_every_script(left: str, right: str, spaced: bool) -> None:
    assert differences(left, right, spaced=spaced) == (NUMBERS, 0)


def test_verse_numbers_that_one_text_lacks_are_no_other_numbers() -> None:
    words = [f"w{'abcdefghij'[at % 10]}{'klmnopqrst'[at // 10]}" for at in range(90)]
    numbered = [each for at, word in enumerate(words) for each in ([str(at), word] if at % 9 == 0 else [word])]
    assert differences(" ".join(words), " ".join(numbered)) == (SAME, 0)


def test_more_differences_than_few_and_longer_ones_are_no_facts() -> None:
    words = [f"w{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(200)]
    for count, expected in ((MAX_DIFFERENCES, (FACTS, MAX_DIFFERENCES)), (MAX_DIFFERENCES + 1, (SAME, 0))):
        other = [f"x{word}" if at % 20 == 5 and at < 20 * count else word for at, word in enumerate(words)]
        assert differences(" ".join(words), " ".join(other)) == expected
    for length, expected in ((MAX_SPAN_TOKENS, (FACTS, 1)), (MAX_SPAN_TOKENS + 1, (SAME, 0))):
        other = words[:50] + [f"x{word}" for word in words[50 : 50 + length]] + words[50 + length :]
        assert differences(" ".join(words), " ".join(other)) == expected


@pytest.mark.parametrize("seed", range(40))
def test_single_words_replaced_far_apart_are_those_of_difflib(seed: int) -> None:
    chance = random.Random(seed)
    words = [f"w{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(120)]
    places = sorted(chance.sample(range(0, 120, 2 * ANCHOR_TOKENS), chance.randint(1, MAX_DIFFERENCES)))
    other = [f"x{word}" if at in places else word for at, word in enumerate(words)]
    found, starts = hash_tokens(
        *buffers(pa.array([" ".join(words), " ".join(other)], pa.large_string())),
        fold(),
        char_classes(),
        np.ones(2, np.bool_),
    )
    _, at, _ = compare_texts(found, starts, np.array([0]), np.array([1]))
    blocks = difflib.SequenceMatcher(None, words, other, autojunk=False).get_opcodes()
    assert at[:, 1].tolist() == [start for what, start, *_ in blocks if what != "equal"] == places
