"""Exact hashes and MinHash against slow Python, against each other, and against the true Jaccard similarity."""

import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from emma.kernels.fingerprint import SHINGLE, WORD_SHINGLES_FROM, fingerprint, pair_hashes, permutations, shingles
from emma.kernels.tables import fold
from tests.conftest import TEXTS
from tests.kernels.reference import (
    GOLDEN,
    WORD,
    corpus,
    exact_hash,
    hash_word,
    mix,
    normal,
    normal_words,
    polynomial,
    texts,
    to_arrays,
)

LENGTH = 16


def slow_units(text: str, spaced: bool) -> list[int]:
    words = normal_words(text)
    if spaced and len(words) >= WORD_SHINGLES_FROM:
        return [hash_word(word) for word in words]
    return [ord(char) for char in normal(text) or text]


def slow_shingles(units: Sequence[int]) -> set[int]:
    if len(units) < SHINGLE:
        return {mix(polynomial(units) + len(units) & WORD)}
    return {mix(polynomial(units[at : at + SHINGLE])) for at in range(len(units) - SHINGLE + 1)}


def slow_signature(found: set[int]) -> list[int]:
    multipliers = [mix((2 * index + 1) * GOLDEN & WORD) & 0xFFFFFFFF | 1 for index in range(LENGTH)]
    addends = [mix((2 * index + 2) * GOLDEN & WORD) & 0xFFFFFFFF for index in range(LENGTH)]
    return [min(a * (x >> 32) + b & 0xFFFFFFFF for x in found) for a, b in zip(multipliers, addends, strict=True)]


def check(texts: Sequence[str], spaced: bool) -> None:
    arguments = (*to_arrays(texts), fold(), np.full(len(texts), spaced))
    exact, signatures = fingerprint(*arguments, LENGTH)
    hashes, starts = shingles(*arguments)
    for at, text in enumerate(texts):
        expected = slow_shingles(slow_units(text, spaced))
        assert exact[at] == exact_hash(text), text
        assert hashes[starts[at] : starts[at + 1]].tolist() == sorted(expected), text
        assert signatures[at].tolist() == slow_signature(expected), text


@pytest.mark.parametrize("spaced", [True, False])
def test_fingerprint_equals_slow_python(spaced: bool) -> None:
    check(corpus(), spaced)


@given(texts)
def test_fingerprint_equals_slow_python_on_any_text(text: str) -> None:
    check([text, " ".join([text] * 30)], True)


def test_texts_in_the_middle_of_a_buffer() -> None:
    data, offsets = to_arrays(["before", *TEXTS.values()])
    spaced = np.ones(len(TEXTS), np.bool_)
    hashes, starts = shingles(data, offsets[1:], fold(), spaced)
    alone, alone_starts = shingles(*to_arrays(list(TEXTS.values())), fold(), spaced)
    assert np.array_equal(hashes, alone) and np.array_equal(starts, alone_starts)


def of(*texts: str) -> tuple[list[int], list[list[int]]]:
    exact, signatures = fingerprint(*to_arrays(texts), fold(), np.ones(len(texts), np.bool_), 112)
    return exact.tolist(), signatures.tolist()


@pytest.mark.parametrize("text", TEXTS.values())
def test_format_does_not_matter(text: str) -> None:
    exact, _ = of(text, f"  {text.upper() if text.isascii() else text}!\n", text.replace(" ", "  "))
    assert len(set(exact)) == 1


@pytest.mark.parametrize("text", ["Ο ΆΝΘΡΩΠΟΣ", "DİL", "Ჰარი"])
def test_case_does_not_matter_where_scripts_have_their_own(text: str) -> None:
    exact, _ = of(text, text.lower().replace("i\u0307", "i"))
    assert exact[0] == exact[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("कि", "की"), ("ปู", "ปี"), ("ọ̀", "ọ"), ("كَتب", "كُتب"), ("kır", "kir")],
        *[("a", "b"), ("1", "2"), ("!", "?"), ("", " "), ("🙂", "🙃")],
    ],
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


def test_hashes_of_pairs_do_not_depend_on_the_order_of_sides() -> None:
    one, other = (np.array(of(*sides)[0], np.uint64) for sides in (("a", "b", "c", "c"), ("b", "a", "d", "c")))
    hashes = pair_hashes(one, other)
    assert np.array_equal(hashes, pair_hashes(other, one))
    assert hashes[0] == hashes[1] and len({*hashes.tolist(), *one.tolist(), *other.tolist()}) == 7
    assert hashes[0] == mix(
        mix(min(int(one[0]), int(other[0])) + GOLDEN & WORD) + max(int(one[0]), int(other[0])) & WORD
    )
