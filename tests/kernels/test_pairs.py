"""What two sides have in common, against slow Python over words and characters."""

import re
import unicodedata
from collections import Counter

import numpy as np
import pytest
from hypothesis import given

from emma.kernels.grams import IN_WORD, NARROW, SKIPPED, WIDE, WORD_LETTERS, make_units, split_units
from emma.kernels.pairs import compare_sides
from emma.kernels.tables import digits, fold
from emma.lang.scripts import is_spaced
from emma.lang.units import unit_kinds
from tests.conftest import TEXTS
from tests.kernels.reference import corpus, form, hash_word, mix, texts, to_arrays

SEPARATOR = r"[.,'’٬٫\u00a0\u202f\u2009]"
NUMBER = re.compile(rf"\d{{1,3}}(?!\d)(?:{SEPARATOR}\d{{3}}(?!\d))+|\d+")


def slow_units(text: str) -> list[str]:
    """Words, and characters of scripts that do not space them."""
    kinds = unit_kinds()
    spread = "".join(f" {form(char)} " if kinds[ord(char)] in {NARROW, WIDE} else form(char) for char in text)
    return spread.split()


def slow_numbers(text: str) -> list[int]:
    return [int(re.sub(SEPARATOR, "", found)) for found in NUMBER.findall(text)]


def slow(one: str, other: str) -> list[int]:
    words, numbers = ([Counter(of(text)) for text in (one, other)] for of in (slow_units, slow_numbers))
    same = (numbers[0] & numbers[1]).total()
    copied, shorter = (words[0] & words[1]).total(), min(map(Counter.total, words))
    return [copied, shorter, same, numbers[0].total() + numbers[1].total() - same]


def compared(*pairs: tuple[str, str]) -> list[list[int]]:
    sides = [side for pair in pairs for side in pair]
    places = np.arange(len(sides)).reshape(-1, 2)
    found: list[list[int]] = compare_sides(*to_arrays(sides), places, fold(), unit_kinds(), digits()).tolist()
    return found


def test_pairs_equal_slow_python() -> None:
    sides = [*corpus(), "1,000 and 2.000,5 in 12.05.2020", "١٬٠٠٠ و 2000"]
    pairs = list(zip(sides, sides[3:] + sides[:3], strict=True))
    assert compared(*pairs) == [slow(*pair) for pair in pairs]


@given(texts, texts)
def test_pairs_equal_slow_python_on_any_text(one: str, other: str) -> None:
    assert compared((one, other), (one, one)) == [slow(one, other), slow(one, one)]


def test_no_pairs() -> None:
    assert compare_sides(*to_arrays(["a"]), np.empty((0, 2), np.int64), fold(), unit_kinds(), digits()).shape == (0, 4)


@pytest.mark.parametrize(
    ("one", "other", "same", "either"),
    [
        ("3", "٣", 1, 1),
        ("in 1995 and 1996", "१९९५ और १९९६", 2, 2),
        ("1,000,000", "1.000.000", 1, 1),
        ("1,000", "1000", 1, 1),
        ("1\u202f000", "1000", 1, 1),
        ("12.05.2020", "12/05/2020", 3, 3),
        ("007", "7", 1, 1),
        ("5 5", "5", 1, 2),
        ("1,0000", "10000", 0, 3),
        ("no number", "三", 0, 0),
    ],
)
def test_numbers_are_compared_by_value(one: str, other: str, same: int, either: int) -> None:
    assert compared((one, other))[0][2:] == [same, either] == compared((other, one))[0][2:]


def units_of(text: str) -> tuple[list[int], list[int], list[int], list[bool]]:
    points = np.array([ord(char) for char in text], np.uint32)
    units = make_units(len(points))
    count = split_units(points, fold(), unit_kinds(), units)
    hashes, letters, characters, breaks = (each[:count].tolist() for each in units)
    return hashes, letters, characters, breaks


@pytest.mark.parametrize("label", TEXTS)
def test_units_are_words_where_the_script_spaces_them(label: str) -> None:
    expected = slow_units(TEXTS[label])
    hashes, letters, characters, _ = units_of(TEXTS[label])
    if is_spaced(label[-4:]):
        assert hashes == [hash_word(word) for word in expected]
        assert letters == [max(WORD_LETTERS, len(word)) for word in expected] and not any(characters)
    else:
        assert hashes == [mix(ord(char)) for char in expected] and not any(letters)
        assert set(characters) == {2 if label == "zho_Hans" else 1}


def test_units_of_mixed_text_and_its_lines() -> None:
    hashes, letters, characters, breaks = units_of("我 love\nไทย, カー")
    assert hashes == [mix(ord("我")), hash_word("love"), *(mix(ord(char)) for char in "ไทยカー")]
    assert letters == [0, WORD_LETTERS, 0, 0, 0, 0, 0] and characters == [2, 0, 1, 1, 1, 2, 2]
    assert breaks == [True, False, True, False, False, False, False]


def test_hangul_is_wide_but_spaced() -> None:
    kinds = {char: int(unit_kinds()[ord(char)]) for char in "가一กaー.ิ"}
    assert unicodedata.east_asian_width("가") == "W"
    assert list(kinds.values()) == [IN_WORD, WIDE, NARROW, IN_WORD, WIDE, SKIPPED, NARROW]
