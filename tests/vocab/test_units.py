"""Where units begin and end, against a slow division of each word by itself."""

import numpy as np
import pytest

from emma.kernels.bpe import UNIT_SYMBOLS
from emma.vocab.units import CLOSED, NEUTRAL, char_class, classes_of, divide
from tests.conftest import TEXTS


@pytest.mark.parametrize(
    ("chars", "found"),
    [
        ("aéɛŋ", "Latn"),
        ("جأ", "Arab"),
        ("कि", "Deva"),
        ("ទ្ធ", "Khmr"),
        ("ไ์", "Thai"),
        ("ߡߐ", "Nkoo"),
        ("ⴰⵔ", "Tfng"),
        ("የሰ", "Ethi"),
        ("人のカㄅ", "Hani"),  # kana and Han stand in one word
        ("▁\u200d\u200c\u0301\u064b\u02bcー", ""),  # marks and letters that many scripts share
        ("1٣१߃", "digit"),
        ("་༌፡᛫\u200b\u180e\u202f", ""),  # between syllables or words: Tibetan, Ethiopic, Runic, Khmer, Mongolian
        (".,།។|\u00a0\u3000", "other"),
    ],
)
def test_character_classes(chars: str, found: str) -> None:
    assert {char: char_class(char) for char in chars} == dict.fromkeys(chars, found)


def slow_units(word: list[str], closed: set[str], split_digits: bool) -> list[str]:
    """Units of one word by walking it, joined with | for display."""
    kinds: list[str | None] = []
    for piece in word:
        found = {char_class(char) for char in piece} - {""}
        shut = piece in closed or len(found) > 1 or (split_digits and "digit" in found)
        kinds.append(None if shut else (found.pop() if found else ""))
    for order in (range(len(kinds)), reversed(range(len(kinds)))):
        carried: str | None = ""
        for place in order:
            if kinds[place] == "":
                kinds[place] = carried or ""
            carried = kinds[place]
    units, last = [], ""
    for place, piece in enumerate(word):
        if place and kinds[place] is not None and kinds[place] == kinds[place - 1]:
            units[-1] += f"|{piece}"
        else:
            units.append(piece)
        last = piece
    assert not word or last == word[-1]
    return [unit for unit in units if "|" in unit]


WORDS = [
    *(list(f"▁{word}") for text in TEXTS.values() for word in text.split() if len(word) < UNIT_SYMBOLS),
    ["▁", "a", "bc", "1", "2", "д", "е", "<0xE1>", "x", "y"],
    ["▁", "\u02bc", "o", "k", "\u0301", "Ω", "\u0301", "ω"],
    ["▁", "'s", "a", "b", ".", ".", "<0xE1>", "\u0301", "न", "\u200d", "म"],
    ["▁", "<0xE1>", "a"],
    ["\u0301", "▁"],
]


def test_what_separates_syllables_divides_no_unit() -> None:
    pieces = [*"▁བོད་སྐད།ན", "<0xE1>"]
    found = divide(
        np.arange(len(pieces)),
        np.zeros(len(pieces), np.int64),
        np.array([1]),
        classes_of(pieces, [each == "<0xE1>" for each in pieces], True),
    )
    units = [
        "".join(pieces[at] for at in found.symbols[start : start + size])
        for start, size in zip(found.starts, found.lengths, strict=True)
    ]
    assert units == ["▁བོད་སྐད"]


@pytest.mark.parametrize("split_digits", [True, False])
def test_units_are_those_of_the_slow_division(split_digits: bool) -> None:
    pieces = sorted({piece for word in WORDS for piece in word})
    closed = {"<0xE1>"}
    classes = classes_of(pieces, [piece in closed for piece in pieces], split_digits)
    symbols = np.array([pieces.index(piece) for word in WORDS for piece in word])
    word_of = np.repeat(np.arange(len(WORDS)), [len(word) for word in WORDS])
    counts = np.arange(1, len(WORDS) + 1)
    units = divide(symbols, word_of, counts, classes)
    found = {
        "|".join(pieces[each] for each in units.symbols[start : start + length]): weight
        for start, length, weight in zip(units.starts, units.lengths, units.weights, strict=True)
    }
    wanted: dict[str, int] = {}
    for word, count in zip(WORDS, counts, strict=True):
        for unit in slow_units(word, closed, split_digits):
            wanted[unit] = wanted.get(unit, 0) + count
    assert found == wanted
    assert ("1|2" in wanted) is not split_digits


def test_long_runs_are_cut() -> None:
    size = 2 * UNIT_SYMBOLS + 5
    units = divide(np.arange(size), np.zeros(size, np.int64), np.array([1]), np.ones(size, np.int64))
    assert units.lengths.tolist() == [UNIT_SYMBOLS, UNIT_SYMBOLS, 5]


def test_classes_of_pieces() -> None:
    pieces = ["▁the", "▁", "▁(", "a1", "12", "<0x00>", "дa"]
    classes = classes_of(pieces, [piece == "<0x00>" for piece in pieces], split_digits=True)
    assert classes.tolist() == [1, NEUTRAL, 2, CLOSED, CLOSED, CLOSED, CLOSED]
