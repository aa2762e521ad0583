"""The counting kernels against slow Python over characters."""

import unicodedata
from collections import Counter

import numpy as np
import pytest

from emma.kernels import measure as m
from emma.kernels.repeats import BLOCK, GRAM
from emma.kernels.tables import classes, fold, folded
from emma.kernels.utf8 import decode, hash_bytes
from tests.conftest import TEXTS
from tests.kernels.text import WORD, buffers, chain, corpus, mix

EXTRA_SPACES = "\u1361\u200b"
JOINERS = "\u200c\u200d\u180e"
SCRIPTS = np.full(0x110000, -1, np.int16)
for _index, _blocks in enumerate([[(0x41, 0x250), (0x300, 0x370)], [(0x600, 0x700)], [(0x900, 0x980)]]):
    for _first, _end in _blocks:
        SCRIPTS[_first:_end] = _index
ALLOWED = np.array([[True, False, False], [False, True, True]])


def is_space(char: str) -> bool:
    return char.isspace() or char in EXTRA_SPACES


def category(char: str) -> str:
    return "M" if char in JOINERS else "Z" if is_space(char) else unicodedata.category(char)


def slow_grams(text: str) -> int:
    again = 0
    for start in range(0, len(text), BLOCK):
        grams = [text[at : at + GRAM] for at in range(start, min(start + BLOCK, len(text) - GRAM + 1))]
        again += len(grams) - len(set(grams))
    return again


def slow(text: str, allowed: set[int]) -> dict[int, int]:
    kinds = Counter(category(char)[0] for char in text)
    lines = [line for line in text.split("\n") if line]
    found = Counter(int(SCRIPTS[ord(c)]) for c in text if category(c)[0] in "LM" and SCRIPTS[ord(c)] >= 0)
    top = min(found, key=lambda script: (-found[script], script), default=-1)
    words = "".join(" " if is_space(char) else char for char in text).split(" ")
    return {
        m.CHARS: len(text),
        m.SPACES: kinds["Z"],
        m.WORDS: sum(map(bool, words)),
        m.LINES: text.count("\n") + 1 if text else 0,
        m.LETTERS: kinds["L"],
        m.UPPERS: sum(category(char) in {"Lu", "Lt"} for char in text),
        m.MARKS: kinds["M"],
        m.DIGITS: kinds["N"],
        m.PUNCTS: kinds["P"] + kinds["S"],
        m.SCRIPT: top,
        m.SCRIPT_LETTERS: found[top],
        m.SCRIPTED: sum(found.values()),
        m.LABEL_LETTERS: sum(found[script] for script in allowed),
        m.LINE_REPEATS: sum(map(len, lines)) - sum(map(len, set(lines))),
        m.GRAM_REPEATS: slow_grams(text),
    }


def test_measure_equals_slow_python() -> None:
    texts = [*corpus(), "abcdefghij" * 1000, "x\n" * 5000]
    labels = np.arange(len(texts), dtype=np.int32) % 2
    counts = m.measure(*buffers(texts), classes(), SCRIPTS, labels, ALLOWED)
    for text, label, row in zip(texts, labels, counts, strict=True):
        expected = slow(text, {0} if label == 0 else {1, 2})
        assert dict(enumerate(row.tolist())) == expected, text


def test_decode_equals_python() -> None:
    for text in corpus():
        data, _ = buffers([text])
        points = np.empty(len(data), np.uint32)
        count = decode(data, 0, len(data), points)
        assert points[:count].tolist() == [ord(char) for char in text]


@pytest.mark.parametrize("seed", [0, 7])
def test_hash_bytes_equals_slow_python(seed: int) -> None:
    texts = corpus()
    expected = [mix(chain(text.encode(), mix(seed) + len(text.encode()) & WORD)) for text in texts]
    assert hash_bytes(*buffers(texts), seed).tolist() == expected


def test_no_documents() -> None:
    counts = m.measure(*buffers([]), classes(), SCRIPTS, np.empty(0, np.int32), ALLOWED)
    assert counts.shape == (0, m.COLUMNS)


@pytest.mark.parametrize("label", TEXTS)
def test_marks_and_joiners_are_part_of_words(label: str) -> None:
    text = TEXTS[label]
    row = m.measure(*buffers([text]), classes(), SCRIPTS, np.zeros(1, np.int32), ALLOWED)[0]
    assert row[m.LETTERS] + row[m.MARKS] + row[m.SPACES] + row[m.PUNCTS] == len(text)


@pytest.mark.parametrize(
    ("char", "form"),
    [("A", "a"), ("ẹ", "ẹ"), ("Σ", "σ"), ("İ", "İ"), ("ि", "ि"), ("ุ", "ุ"), ("٣", "٣"), ("Ა", "ა")],
)
def test_fold_keeps_marks_and_lowers_letters(char: str, form: str) -> None:
    assert folded(char) == ord(form) == fold()[ord(char)]


@pytest.mark.parametrize("char", ["\u200d", ".", "؟", "🙂", "\x00", "\ufeff"])
def test_fold_skips_what_does_not_tell_words_apart(char: str) -> None:
    assert fold()[ord(char)] == 0
