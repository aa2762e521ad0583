"""Decoding, hashing and sorting, against Python and numpy."""

import numpy as np
import pytest

from emma.kernels.text import INSERTION_VALUES, decode, hash_bytes, sort
from tests.kernels.reference import WORD, chain, corpus, mix, to_arrays


@pytest.mark.parametrize("count", [0, 1, 2, INSERTION_VALUES, INSERTION_VALUES + 1, INSERTION_VALUES + 2, 100, 5000])
@pytest.mark.parametrize("distinct", [1, 2, 7, 2**63])
@pytest.mark.parametrize("order", ["as it comes", "rising", "falling"])
def test_values_are_sorted_in_place(count: int, distinct: int, order: str) -> None:
    values = np.random.default_rng(count).integers(0, distinct, count, np.uint64) * np.uint64(2)
    if order != "as it comes":
        values = np.sort(values)[:: 1 if order == "rising" else -1].copy()
    expected = np.sort(values)
    sort(values)
    assert np.array_equal(values, expected)


def test_decode_equals_python() -> None:
    for text in corpus():
        data, _ = to_arrays([text])
        points = np.empty(len(data), np.uint32)
        count = decode(data, 0, len(data), points)
        assert points[:count].tolist() == [ord(char) for char in text]


@pytest.mark.parametrize("seed", [0, 7])
def test_hash_bytes_equals_slow_python(seed: int) -> None:
    texts = corpus()
    expected = [mix(chain(text.encode(), mix(seed) + len(text.encode()) & WORD)) for text in texts]
    assert hash_bytes(*to_arrays(texts), seed).tolist() == expected
