"""Band keys, pairs, connected components and picking against slow Python."""

import random

import numpy as np
import pytest

from emma.kernels.duplicates import REACH, band_keys, connect, first_allowed, fit, near_pairs
from tests.kernels.text import GOLDEN, WORD, mix


def slow_components(edges: list[tuple[int, int]], count: int) -> list[int]:
    """The smallest label spreads along edges until nothing changes."""
    labels = list(range(count))
    changed = True
    while changed:
        changed = False
        for left, right in edges:
            low = min(labels[left], labels[right])
            changed |= labels[left] != low or labels[right] != low
            labels[left] = labels[right] = low
    return labels


def columns(edges: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    pairs = np.array(edges, np.int64).reshape(-1, 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


@pytest.mark.parametrize("seed", range(20))
def test_connect_equals_spreading_labels(seed: int) -> None:
    chance = random.Random(seed)
    edges = [(chance.randrange(50), chance.randrange(50)) for _ in range(chance.randrange(60))]
    assert connect(*columns(edges), 50).tolist() == slow_components(edges, 50)


def test_band_keys_equal_slow_python() -> None:
    signatures = np.random.default_rng(0).integers(0, 1 << 32, (5, 12), dtype=np.uint32)
    expected = []
    for signature in signatures.tolist():
        for band in range(3):
            value = mix((band + 1) * GOLDEN & WORD)
            for each in signature[band * 4 : band * 4 + 4]:
                value = mix(value + each & WORD)
            expected.append(value)
    assert band_keys(signatures, 4).ravel().tolist() == expected


def groups(seed: int, count: int) -> tuple[np.ndarray, ...]:
    """Sorted keys, their members, and signatures of 10 values that often agree."""
    random_numbers = np.random.default_rng(seed)
    signatures = random_numbers.integers(0, 3, (count, 10), dtype=np.uint32)
    languages = random_numbers.integers(0, 3, count).astype(np.uint64)
    keys = random_numbers.integers(0, 6, 2 * count).astype(np.uint64)
    members = np.tile(np.arange(count), 2)
    order = np.lexsort((members, keys))
    return keys[order], members[order], signatures, languages


@pytest.mark.parametrize("seed", range(10))
def test_near_pairs_connect_what_all_pairs_connect(seed: int) -> None:
    keys, members, signatures, languages = groups(seed, 60)
    pairs = [
        (int(a), int(b))
        for at, b in enumerate(members)
        for other, a in enumerate(members[:at])
        if keys[other] == keys[at] and (signatures[a] == signatures[b]).sum() >= 6
    ]
    left, right = near_pairs(keys, members, signatures, languages, 6)
    found = list(zip(left.tolist(), right.tolist(), strict=True))
    assert pairs and slow_components(found, 60) == slow_components(pairs, 60)
    of_one = [[(a, b) for a, b in edges if languages[a] == languages[b]] for edges in (found, pairs)]
    assert slow_components(of_one[0], 60) == slow_components(of_one[1], 60)
    assert set(found) <= set(pairs)


def test_a_giant_group_takes_linear_time_and_finds_its_neighbours() -> None:
    count = 100_000
    signatures = np.arange(count, dtype=np.uint32)[:, None].repeat(8, 1)
    signatures[-1] = signatures[0]
    signatures[500] = signatures[499 - REACH + 1]
    members = np.arange(count)
    zeros = np.zeros(count, np.uint64)
    left, right = near_pairs(zeros, members, signatures, zeros, 8)
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == {(0, count - 1), (499 - REACH + 1, 500)}


def test_first_allowed() -> None:
    roots = np.array([0, 0, 2, 0, 2, 5])
    allowed = np.array([False, True, False, True, False, True])
    assert first_allowed(roots, allowed).tolist() == [1, 1, -1, 1, -1, 5]


@pytest.mark.parametrize(
    ("sizes", "limit", "taken"),
    [([5, 3, 4, 2], 9, [True, True, False, False]), ([5, 3, 4, 2], 10, [True, True, False, True]), ([], 3, []),
     ([4], 3, [False]), ([0, 3], 3, [True, True])],
)  # fmt: skip
def test_fit(sizes: list[int], limit: int, taken: list[bool]) -> None:
    assert fit(np.array(sizes, np.int64), limit).tolist() == taken
