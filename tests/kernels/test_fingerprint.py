"""Exact hashes and MinHash against slow Python, against each other, and against the true Jaccard similarity."""

import random
from itertools import pairwise

import numpy as np
import pytest

from emma.kernels.fingerprint import SHINGLE, WORD_SHINGLES_FROM, fingerprint, permutations
from emma.kernels.tables import fold, folded
from tests.conftest import TEXTS
from tests.kernels.text import GOLDEN, WORD, buffers, chain, corpus, mix

LENGTH = 16


def slow_units(text: str, spaced: bool) -> list[int]:
    forms = [folded(char) for char in text]
    kept = [form for form in forms if form > 1] or [ord(char) for char in text]
    words: list[list[int]] = [[]]
    for form in forms:
        if form == 1:
            words.append([])
        elif form:
            words[-1].append(form)
    hashes = [mix(chain(word, GOLDEN)) for word in words if word]
    return hashes if spaced and len(hashes) >= WORD_SHINGLES_FROM else kept


def slow_shingles(units: list[int]) -> set[int]:
    def polynomial(part: list[int]) -> int:
        return sum(unit * pow(GOLDEN, len(part) - 1 - at, 1 << 64) for at, unit in enumerate(part)) & WORD

    if len(units) < SHINGLE:
        return {mix(polynomial(units) + len(units) & WORD)}
    return {mix(polynomial(units[at : at + SHINGLE])) for at in range(len(units) - SHINGLE + 1)}


def slow_signature(units: list[int]) -> list[int]:
    multipliers = [mix((2 * index + 1) * GOLDEN & WORD) | 1 for index in range(LENGTH)]
    addends = [mix((2 * index + 2) * GOLDEN & WORD) for index in range(LENGTH)]
    shingles = slow_shingles(units)
    return [min((a * x + b & WORD) >> 32 for x in shingles) for a, b in zip(multipliers, addends, strict=True)]


@pytest.mark.parametrize("spaced", [True, False])
def test_fingerprint_equals_slow_python(spaced: bool) -> None:
    texts = corpus()
    exact, signatures = fingerprint(*buffers(texts), fold(), np.full(len(texts), spaced), LENGTH)
    for text, hashed, signature in zip(texts, exact.tolist(), signatures.tolist(), strict=True):
        kept = [form for form in map(folded, text) if form > 1]
        points = kept or [ord(char) for char in text]
        assert hashed == mix(chain(points, 0) + len(points) & WORD) ^ (0 if kept else GOLDEN), text
        assert signature == slow_signature(slow_units(text, spaced)), text


def of(*texts: str) -> tuple[list[int], list[list[int]]]:
    exact, signatures = fingerprint(*buffers(texts), fold(), np.ones(len(texts), np.bool_), 112)
    return exact.tolist(), signatures.tolist()


@pytest.mark.parametrize("text", TEXTS.values())
def test_format_does_not_matter(text: str) -> None:
    exact, _ = of(text, f"  {text.upper() if text.isascii() else text}!\n", text.replace(" ", "  "))
    assert len(set(exact)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("कि", "की"), ("ปู", "ปี"), ("ọ̀", "ọ"), ("كَتب", "كُتب"), ("a", "b"), ("1", "2"), ("!", "?"), ("", " "), ("🙂", "🙃")],
)
def test_what_tells_words_apart_matters(one: str, other: str) -> None:
    exact, signatures = of(one, other)
    assert exact[0] != exact[1] and signatures[0] != signatures[1]


def test_estimate_is_as_close_to_the_true_jaccard_as_theory_says() -> None:
    chance = random.Random(5)
    vocabulary = ["".join(chance.choice("абвгдежзик") for _ in range(6)) for _ in range(5000)]
    errors = []
    for changes in range(1, 61):
        left = [chance.choice(vocabulary) for _ in range(300)]
        right = list(left)
        for at in chance.sample(range(300), changes):
            right[at] = chance.choice(vocabulary)
        a, b = slow_shingles(slow_units(" ".join(left), True)), slow_shingles(slow_units(" ".join(right), True))
        _, (one, other) = of(" ".join(left), " ".join(right))
        estimate = sum(x == y for x, y in zip(one, other, strict=True)) / 112
        errors.append(estimate - len(a & b) / len(a | b))
    assert abs(np.mean(errors)) < 0.015  # three standard errors of an unbiased estimate
    assert np.sqrt(np.mean(np.square(errors))) < 0.047  # sqrt(0.25 / 112), the largest that theory allows


def test_permutations_are_distinct() -> None:
    multipliers, addends = permutations(112)
    assert len(set(multipliers.tolist())) == len(set(addends.tolist())) == 112
    assert all(value % 2 for value in multipliers.tolist())
    assert all(a != b for a, b in pairwise(multipliers.tolist()))
