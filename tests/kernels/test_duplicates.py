"""Band keys, buckets, candidates and similarities against slow Python."""

import random

import numpy as np
import pytest

from emma.kernels.duplicates import (
    BEST,
    EARLIEST,
    NEIGHBOURS,
    band_keys,
    choose_candidates,
    group_by_bucket,
    jaccard_of_pairs,
    may_repeat,
    pair_candidates,
)
from tests.kernels.reference import GOLDEN, WORD, mix


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


@pytest.mark.parametrize("buckets", [1, 3, 16])
@pytest.mark.parametrize("count", [0, 1, 200])
def test_bucketed_is_a_stable_sort_by_bucket(buckets: int, count: int) -> None:
    keys = np.random.default_rng(count).integers(0, 1 << 64, count, dtype=np.uint64)
    places, starts = group_by_bucket(keys, buckets)
    numbers = [key % buckets for key in keys.tolist()]
    assert places.tolist() == sorted(range(count), key=numbers.__getitem__)
    assert starts.tolist() == [sum(number < bucket for number in numbers) for bucket in range(buckets + 1)]


@pytest.mark.parametrize("count", [0, 1, 2, 5_000])
def test_shared_has_every_key_that_comes_twice_and_few_others(count: int) -> None:
    keys = np.random.default_rng(1).integers(0, 1 << 64, count, dtype=np.uint64)
    keys[: count // 4] = keys[count // 2 : count // 2 + count // 4]
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    twice = counts[inverse] > 1
    found = may_repeat(keys)
    assert (found >= twice).all() and found.sum() - twice.sum() <= 0.15 * count


def alike_groups(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sorted keys, their members, and sketches of 10 values that often agree."""
    random_numbers = np.random.default_rng(seed)
    sketches = random_numbers.integers(0, 3, (count, 10), dtype=np.uint8)
    keys = random_numbers.integers(0, 6, 2 * count).astype(np.uint64)
    members = np.tile(np.arange(count), 2)
    order = np.lexsort((members, keys))
    return keys[order], members[order], sketches


@pytest.mark.parametrize("seed", range(10))
def test_candidates_equal_slow_python(seed: int) -> None:
    keys, members, sketches = alike_groups(seed, 60)
    expected = []
    for at, right in enumerate(members.tolist()):
        before = [left for other, left in enumerate(members[:at].tolist()) if keys[other] == keys[at]]
        alike = {place: (sketches[left] == sketches[right]).sum() for place, left in enumerate(before)}
        enough = [place for place in alike if alike[place] >= 5]
        best = sorted(enough[EARLIEST:], key=lambda place: (-alike[place], place))[:BEST]
        expected += [(before[place], right) for place in [*enough[:EARLIEST], *best]]
    left, right = pair_candidates(keys, members, sketches, 5)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected and len(expected) > 50


def test_a_giant_group_takes_linear_time_and_finds_its_neighbours() -> None:
    count = 100_000
    sketches = np.random.default_rng(0).integers(0, 256, (count, 16), dtype=np.uint8)
    sketches[-1] = sketches[0]
    sketches[500] = sketches[499 - NEIGHBOURS + 1]
    members = np.arange(count)
    left, right = pair_candidates(np.zeros(count, np.uint64), members, sketches, 16)
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == {(0, count - 1), (499 - NEIGHBOURS + 1, 500)}


def test_of_many_that_are_alike_few_become_candidates() -> None:
    count = 1_000
    sketches = np.zeros((count, 16), np.uint8)
    left, right = pair_candidates(np.zeros(count, np.uint64), np.arange(count), sketches, 16)
    assert len(left) <= (EARLIEST + BEST) * count
    assert set(range(1, count)) == set(right[left == 0].tolist())  # all are compared with the one that survives


def test_likely_takes_the_earliest_then_the_best() -> None:
    alike, chosen = np.array([5, 6, 4, 7, 5, 5, 9, 8, 6, 9, 3]), np.zeros(EARLIEST + BEST, np.int64)
    assert chosen[: choose_candidates(alike, 5, chosen)].tolist() == [0, 1, 3, 4, 6, 9, 7, 8]
    assert choose_candidates(np.array([4, 4]), 5, chosen) == choose_candidates(np.empty(0, np.int64), 5, chosen) == 0


def one(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b) if a | b else 1.0


@pytest.mark.parametrize("seed", range(10))
def test_jaccards_equal_sets(seed: int) -> None:
    chance = random.Random(seed)
    sides = [[set(chance.choices(range(12), k=chance.randrange(1, 9))), set(), set()] for _ in range(12)]
    for at, sets in enumerate(sides[4:]):
        sets[1 + at % 2] = set(chance.choices(range(12), k=chance.randrange(1, 9)))
    flat = [sorted(side) for sets in sides for side in sets]
    hashes = np.array([each for side in flat for each in side], np.uint64)
    starts = np.cumsum([0, *map(len, flat)])
    left, right = (np.array(each) for each in np.triu_indices(12, 1))

    def slow(a: list[set[int]], b: list[set[int]]) -> float:
        if a[2] and b[2]:
            return max(min(one(a[0], b[0]), one(a[2], b[2])), min(one(a[0], b[2]), one(a[2], b[0])))
        if a[2] or b[2]:
            return 0.0  # a pair and a text alone
        ways = [(a[0], b[0])] + [(a[1], b[0])] * bool(a[1] and not b[1]) + [(a[0], b[1])] * bool(b[1] and not a[1])
        return max(one(*way) for way in ways)

    expected = [slow(sides[a], sides[b]) for a, b in zip(left, right, strict=True)]
    assert jaccard_of_pairs(hashes, starts, left, right).tolist() == expected
    assert 0 < sum(each == 0 for each in expected) < 60
