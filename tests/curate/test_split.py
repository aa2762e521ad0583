"""Splits of clusters: whole, capped, fair to tiny languages, and in an order that only the hashes decide."""

import numpy as np
import pytest

from emma.curate.split import TEST, TRAIN, VALIDATION, Held, split

HELD = (Held(TEST, 0.1, 100_000), Held(VALIDATION, 0.1, 100_000))


def corpus(seed: int, documents: int = 3000, langs: int = 6) -> tuple[np.ndarray, ...]:
    """Languages, bytes and clusters at random, so that clusters run across languages; a hash for each cluster."""
    chance = np.random.default_rng(seed)
    clusters = np.unique(chance.integers(0, documents, documents), return_inverse=True)[1]
    order = chance.integers(0, 1 << 62, clusters.max() + 1).astype(np.uint64)
    return chance.integers(0, langs, documents).astype(np.int32), chance.integers(1, 500, documents), clusters, order


@pytest.mark.parametrize("seed", range(5))
def test_clusters_stay_whole_and_shares_are_kept(seed: int) -> None:
    langs, sizes, clusters, order = corpus(seed)
    splits = split(langs, sizes, clusters, order, HELD, enough=5)
    for cluster in range(len(order)):
        assert len(set(splits[clusters == cluster].tolist())) == 1
    for held in (TEST, VALIDATION):
        for lang in range(6):  # a neighbour's later claim may bring a language somewhat above its tenth
            assert 0.09 < sizes[(splits == held) & (langs == lang)].sum() / sizes[langs == lang].sum() < 0.2


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_documents_does_not_matter(seed: int) -> None:
    langs, sizes, clusters, order = corpus(seed)
    shuffle = np.random.default_rng(9).permutation(len(langs))
    splits = split(langs, sizes, clusters, order, HELD, enough=5)
    again = split(langs[shuffle], sizes[shuffle], clusters[shuffle], order, HELD, enough=5)
    assert splits[shuffle].tolist() == again.tolist()


def alone(langs: list[int], sizes: list[int], clusters: list[int], *held: Held) -> list[int]:
    """Splits where clusters queue in the order of their numbers."""
    order = np.arange(len(set(clusters)), dtype=np.uint64)
    columns = np.array(langs, np.int32), np.array(sizes, np.int64), np.array(clusters, np.int64)
    return split(*columns, order, held or HELD, enough=5).tolist()


def test_a_tiny_language_trains_and_so_does_what_is_like_it() -> None:
    splits = alone([0] * 10 + [1], [10] * 11, [*range(10), 0], Held(TEST, 0.1, 100))
    assert splits == [TRAIN, TEST, *[TRAIN] * 9]


def test_what_one_language_claims_counts_for_the_next() -> None:
    splits = alone([0] * 10 + [1] * 10, [10] * 20, [*range(10), 0, *range(10, 19)], Held(TEST, 0.1, 100))
    assert splits == [TEST, *[TRAIN] * 9, TEST, *[TRAIN] * 9]


def test_the_smallest_is_held_out_where_none_fits() -> None:
    assert alone([0] * 5, [50, 40, 30, 45, 60], [*range(5)]) == [TRAIN, VALIDATION, TEST, TRAIN, TRAIN]


@pytest.mark.parametrize("held", [Held(TEST, 0.0, 100), Held(TEST, 0.5, 0)])
def test_nothing_is_held_out_unasked(held: Held) -> None:
    assert alone([0] * 9, [10] * 9, [*range(9)], held) == [TRAIN] * 9


def test_no_documents() -> None:
    assert alone([], [], []) == []
