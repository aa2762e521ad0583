"""The counting kernels against slow Python over characters and words."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from emma.kernels import measure as m
from emma.kernels.measure import BLOCK, GRAM, WORD_GRAM, count_words
from emma.kernels.tables import classes, fold
from emma.kernels.text import buffers
from emma.lang.scripts import strip_markup
from tests.conftest import TEXTS
from tests.kernels.reference import category, corpus, is_space, normal_words, texts, to_arrays

SCRIPTS = np.zeros(0x110000, np.uint16)
for _script, _blocks in enumerate([[(0x41, 0x250), (0x300, 0x370)], [(0x600, 0x700)], [(0x900, 0x980)]], 1):
    for _first, _end in _blocks:
        SCRIPTS[_first:_end] = _script
CELLS = classes() + 8 * SCRIPTS


def measure(texts: Sequence[str]) -> tuple[m.Counts, m.Tallies]:
    counts, tallies = m.measure_documents(*to_arrays(texts), CELLS, fold(), 4)
    return counts, tallies


def repeated(units: Sequence[str], gram: int) -> int:
    """Grams that occurred before in their block."""
    again = 0
    for start in range(0, len(units), BLOCK):
        grams = [tuple(units[at : at + gram]) for at in range(start, min(start + BLOCK, len(units) - gram + 1))]
        again += len(grams) - len(set(grams))
    return again


def slow(text: str) -> dict[int, int]:
    kinds = Counter(category(char)[0] for char in text)
    lines = [line for line in text.split("\n") if line]
    uppers = sum(category(char) in {"Lu", "Lt"} for char in text)
    words = "".join(" " if is_space(char) else char for char in text).split(" ")
    return {
        m.OTHERS: kinds["C"],
        m.SPACES: kinds["Z"],
        m.LOWERS: kinds["L"] - uppers,
        m.UPPERS: uppers,
        m.MARKS: kinds["M"],
        m.DIGITS: kinds["N"],
        m.PUNCTS: kinds["P"],
        m.SYMBOLS: kinds["S"],
        m.CHARS: len(text),
        m.WORDS: sum(map(bool, words)),
        m.LINES: text.count("\n") + 1 if text else 0,
        m.FILLED_LINES: len(lines),
        m.LINE_CHARS: sum(map(len, lines)),
        m.LINE_REPEATS: sum(map(len, lines)) - sum(map(len, set(lines))),
        m.GRAMS: max(0, len(text) - GRAM + 1),
        m.GRAM_REPEATS: repeated(text, GRAM),
        m.WORD_GRAMS: max(0, len(normal_words(text)) - WORD_GRAM + 1),
        m.WORD_GRAM_REPEATS: repeated(normal_words(text), WORD_GRAM),
    }


def check(texts: Sequence[str]) -> None:
    counts, tallies = measure(texts)
    for text, row, tally in zip(texts, counts, tallies, strict=True):
        assert dict(enumerate(row.tolist())) == slow(text), text
        scripts = Counter(int(SCRIPTS[ord(char)]) for char in strip_markup(text) if category(char)[0] in "LM")
        assert dict(enumerate(tally.tolist())) == {script: scripts[script] for script in range(4)}, text


def test_measure_equals_slow_python() -> None:
    check([*corpus(), "abcdefghij" * 1000, "x\n" * 5000, "one Two three, four five " * 2000])


@given(texts)
def test_measure_equals_slow_python_on_any_text(text: str) -> None:
    check([text, text + "\n" + text])


def test_no_documents() -> None:
    counts, tallies = measure([])
    assert counts.shape == (0, m.COLUMNS) and tallies.shape == (0, 4)


@pytest.mark.parametrize("label", TEXTS)
def test_marks_and_joiners_are_part_of_words(label: str) -> None:
    text = TEXTS[label]
    row = measure([text])[0][0]
    assert row[m.LOWERS] + row[m.UPPERS] + row[m.MARKS] + row[m.SPACES] + row[m.PUNCTS] == len(text)


@pytest.mark.parametrize("other", ["one, TWO three four five. One two three four five!", "1 2 3 4 5\n1 2 3 4 5"])
def test_repeated_words_do_not_depend_on_case_and_punctuation(other: str) -> None:
    row = measure([other])[0][0]
    assert (row[m.WORD_GRAMS], row[m.WORD_GRAM_REPEATS]) == (6, 1)


def test_words_are_runs_without_white_space() -> None:
    texts = [*TEXTS.values(), "", " \n\t", " a  b\u3000c\u00a0d\n", "x", "\u1361"]
    wanted = [len(text.replace("\u1361", " ").replace("\u200b", " ").split()) for text in texts]
    column = pa.array(texts, pa.large_string())
    assert count_words(*buffers(column), classes()).tolist() == wanted
    assert count_words(*buffers(column[3:]), classes()).tolist() == wanted[3:]
