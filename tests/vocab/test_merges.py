"""The incremental learner against a naive one that counts everything again after every merge, and the units that it
learns on against a slow division of each word by itself."""

import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from emma.kernels.bpe import MAX_RUN_SYMBOLS, Runs
from emma.vocab import merges
from emma.vocab.merges import CLOSED, NEUTRAL, MergeLearner, classify_pieces, divide_runs, find_char_class
from tests.conftest import TEXTS


def units_of(runs: list[list[int]], weights: list[int]) -> Runs:
    lengths = np.array([len(run) for run in runs], np.int32)
    symbols = np.array([each for run in runs for each in run], np.int32)
    return Runs(symbols, np.cumsum(lengths, dtype=np.int64) - lengths, lengths, np.array(weights, np.int64))


def naive(
    runs: list[list[int]], weights: list[int], pieces: list[str], *, budget: int, minimum: int, max_chars: int
) -> list[tuple[int, int, int, str, int]]:
    runs, pieces, made, size = [list(run) for run in runs], list(pieces), [], len(pieces)
    while len(pieces) - size < budget:
        counts: Counter[tuple[int, int]] = Counter()
        for run, weight in zip(runs, weights, strict=True):
            for pair in pairwise(run):
                counts[pair] += weight
        fit = {p: n for p, n in counts.items() if n >= minimum and len(pieces[p[0]] + pieces[p[1]]) <= max_chars}
        if not fit:
            break
        left, right = min(fit, key=lambda pair: (-fit[pair], pair))
        piece = pieces[left] + pieces[right]
        if piece not in pieces:
            pieces.append(piece)
        new = pieces.index(piece)
        made.append((left, right, new, piece, fit[left, right]))
        runs = [joined(run, left, right, new) for run in runs]
    return made


def joined(run: list[int], left: int, right: int, new: int) -> list[int]:
    out: list[int] = []
    place = 0
    while place < len(run):
        if run[place : place + 2] == [left, right]:
            out.append(new)
            place += 2
        else:
            out.append(run[place])
            place += 1
    return out


def learned(runs, weights, pieces, *, budget, minimum, max_chars):
    learner = MergeLearner(units_of(runs, weights), pieces, minimum=minimum, max_chars=max_chars)
    return [(each.left, each.right, each.new, each.piece, each.count) for each in learner.merges(budget)]


@pytest.mark.parametrize("room", [32, 1 << 16])
@pytest.mark.parametrize("letters", [2, 5, 12])
def test_same_merges_as_the_naive_learner(letters: int, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merges, "_FIRST_CAPACITY", room)
    chance = random.Random(letters)
    pieces = [chr(0x1F00 + each) for each in range(letters)]
    runs = [[min(int(chance.expovariate(0.5)), letters - 1) for _ in range(chance.randint(2, 32))] for _ in range(60)]
    weights = [chance.randint(1, 9) for _ in runs]
    for budget, minimum, max_chars in ((40, 1, 16), (1000, 5, 6), (7, 30, 3)):
        limits = {"budget": budget, "minimum": minimum, "max_chars": max_chars}
        wanted = naive(runs, weights, pieces, **limits)
        assert len(wanted) > 2
        assert learned(runs, weights, pieces, **limits) == wanted


def test_same_merges_on_words_of_every_script() -> None:
    words = [f"▁{word}"[:32] for text in TEXTS.values() for word in text.split()]
    pieces = sorted({char for word in words for char in word})
    runs = [[pieces.index(char) for char in word] for word in words]
    weights = [1] * len(runs)
    limits = {"budget": 80, "minimum": 2, "max_chars": 16}
    wanted = naive(runs, weights, pieces, **limits)
    assert len(wanted) > 30
    assert learned(runs, weights, pieces, **limits) == wanted


def test_a_merge_to_a_piece_that_exists_is_free() -> None:
    # "ab" is a piece that no merge reaches: joining a and b must reuse it and leave the budget alone
    pieces = ["a", "b", "ab", "c"]
    runs, weights = [[0, 1, 3], [0, 1], [2, 3]], [3, 5, 4]
    limits = {"budget": 1, "minimum": 1, "max_chars": 16}
    assert learned(runs, weights, pieces, **limits) == [(0, 1, 2, "ab", 8), (2, 3, 4, "abc", 7)]
    assert learned(runs, weights, pieces, **limits) == naive(runs, weights, pieces, **limits)


def test_nothing_to_learn_from() -> None:
    assert learned([], [], ["a"], budget=5, minimum=1, max_chars=16) == []


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
    assert {char: find_char_class(char) for char in chars} == dict.fromkeys(chars, found)


def slow_units(word: list[str], closed: set[str], split_digits: bool) -> list[str]:
    """Units of one word by walking it, joined with | for display."""
    kinds: list[str | None] = []
    for piece in word:
        found = {find_char_class(char) for char in piece} - {""}
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
    *(list(f"▁{word}") for text in TEXTS.values() for word in text.split() if len(word) < MAX_RUN_SYMBOLS),
    ["▁", "a", "bc", "1", "2", "д", "е", "<0xE1>", "x", "y"],
    ["▁", "\u02bc", "o", "k", "\u0301", "Ω", "\u0301", "ω"],
    ["▁", "'s", "a", "b", ".", ".", "<0xE1>", "\u0301", "न", "\u200d", "म"],
    ["▁", "<0xE1>", "a"],
    ["\u0301", "▁"],
]


def test_what_separates_syllables_divides_no_unit() -> None:
    pieces = [*"▁བོད་སྐད།ན", "<0xE1>"]
    found = divide_runs(
        np.arange(len(pieces)),
        np.zeros(len(pieces), np.int64),
        np.array([1]),
        classify_pieces(pieces, [each == "<0xE1>" for each in pieces], True),
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
    classes = classify_pieces(pieces, [piece in closed for piece in pieces], split_digits)
    symbols = np.array([pieces.index(piece) for word in WORDS for piece in word])
    word_of = np.repeat(np.arange(len(WORDS)), [len(word) for word in WORDS])
    counts = np.arange(1, len(WORDS) + 1)
    units = divide_runs(symbols, word_of, counts, classes)
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
    size = 2 * MAX_RUN_SYMBOLS + 5
    units = divide_runs(np.arange(size), np.zeros(size, np.int64), np.array([1]), np.ones(size, np.int64))
    assert units.lengths.tolist() == [MAX_RUN_SYMBOLS, MAX_RUN_SYMBOLS, 5]


def test_classes_of_pieces() -> None:
    pieces = ["▁the", "▁", "▁(", "a1", "12", "<0x00>", "дa"]
    classes = classify_pieces(pieces, [piece == "<0x00>" for piece in pieces], split_digits=True)
    assert classes.tolist() == [1, NEUTRAL, 2, CLOSED, CLOSED, CLOSED, CLOSED]
