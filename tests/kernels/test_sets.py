"""Connected components, survivors and picking against slow Python."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from emma.kernels.sets import (
    EXACT,
    KEPT,
    NEAR,
    ClusterLanguages,
    choose_survivors,
    compress_paths,
    hold_out_clusters,
    union_pairs,
)


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


@pytest.mark.parametrize("seed", range(20))
def test_joining_pairs_equals_spreading_labels(seed: int) -> None:
    chance = random.Random(seed)
    edges = [(chance.randrange(50), chance.randrange(50)) for _ in range(chance.randrange(60))]
    parents = np.arange(50)
    for some in (edges[:20], edges[20:]):
        union_pairs(parents, *np.array(some, np.int64).reshape(-1, 2).T.copy())
    compress_paths(parents)
    assert parents.tolist() == slow_components(edges, 50)


def slow_survivors(
    texts: Sequence[int],
    langs: Sequence[int],
    allowed: Sequence[bool],
    near: set[tuple[int, int]],
    last: Sequence[bool],
) -> list[tuple[int, int]]:
    """What becomes of each document, and for which one it goes; those that are last come after all others."""
    kept: list[int] = []
    found = [(KEPT, at) for at in range(len(texts))]
    for at in sorted(range(len(texts)), key=lambda at: last[at]):
        text = texts[at]
        mine = [each for each in kept if langs[each] == langs[at]] if allowed[at] else []
        same = [each for each in mine if texts[each] == text]
        like = [each for each in mine if {(texts[each], text), (text, texts[each])} & near]
        found[at] = (EXACT, same[0]) if same else (NEAR, min(like)) if like else (KEPT, at)
        if allowed[at] and not same and not like:
            kept.append(at)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_survivors_equal_slow_python(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = 40
    roots = chance.integers(0, 25, count)
    texts = np.array([np.flatnonzero(roots == root)[0] for root in roots])
    langs, allowed = chance.integers(0, 3, count).astype(np.int32), chance.random(count) < 0.8
    firsts = np.unique(texts)
    near = sorted({tuple(sorted(chance.choice(firsts, 2, replace=False).tolist())) for _ in range(15)})
    left, right = (np.array(side, np.int64) for side in zip(*near, strict=True))
    last = np.isin(texts, chance.choice(firsts, seed % 8))
    fates, winners = choose_survivors(texts, langs, allowed, left, right, last)
    expected = slow_survivors(texts.tolist(), langs.tolist(), allowed.tolist(), set(near), last.tolist())
    assert list(zip(fates.tolist(), winners.tolist(), strict=True)) == expected


def test_a_chain_keeps_both_ends() -> None:
    texts, langs, allowed = np.arange(3), np.zeros(3, np.int32), np.ones(3, np.bool_)
    left, right, nobody = np.array([0, 1]), np.array([1, 2]), np.zeros(3, np.bool_)
    assert choose_survivors(texts, langs, allowed, left, right, nobody)[0].tolist() == [KEPT, NEAR, KEPT]
    allowed[0] = False
    assert choose_survivors(texts, langs, allowed, left, right, nobody)[0].tolist() == [KEPT, KEPT, NEAR]


@pytest.mark.parametrize(
    ("sizes", "limit", "most", "taken"),
    [([5, 3, 4, 2], 9, 9, [0, 1]), ([5, 3, 4, 2], 10, 9, [0, 1, 3]), ([], 3, 9, []), ([4], 3, 9, []),
     ([0, 3], 3, 9, [0, 1]), ([1, 1, 1], 3, 2, [0, 1])],
)  # fmt: skip
def test_what_is_held_out_fits_in_order(sizes: list[int], limit: int, most: int, taken: list[int]) -> None:
    of = ClusterLanguages(np.arange(len(sizes) + 1), np.zeros(len(sizes), np.int64), np.array(sizes, np.int64))
    room = np.array([100])
    assert hold_out_clusters(np.arange(len(sizes)), of.bytes, limit, most, of, room).tolist() == taken
    assert room.tolist() == [100 - sum(sizes[at] for at in taken)]


def test_every_language_of_a_cluster_needs_room() -> None:
    of = ClusterLanguages(np.array([0, 2, 3]), np.array([0, 1, 0]), np.array([5, 7, 5]))
    room = np.array([10, 6])
    assert hold_out_clusters(np.array([0, 1]), np.array([5, 5]), 10, 9, of, room).tolist() == [1]
    assert room.tolist() == [5, 6]
