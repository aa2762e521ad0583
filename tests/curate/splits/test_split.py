"""Splits of clusters: whole, capped, fair to tiny languages, and in an order that only the hashes decide."""

import numpy as np
import pytest

from emma.curate.config import CurateConfig
from emma.curate.splits.columns import AssignSettings
from emma.curate.splits.split import TEST, TRAIN, VALIDATION, HoldOut, split_documents

HELD = (HoldOut(TEST, 0.1, 100_000), HoldOut(VALIDATION, 0.1, 100_000))


def corpus(seed: int, documents: int = 3000, langs: int = 6) -> tuple[np.ndarray, ...]:
    """Languages, bytes and clusters at random, so that clusters run across languages; a hash for each cluster."""
    chance = np.random.default_rng(seed)
    clusters = np.unique(chance.integers(0, documents, documents), return_inverse=True)[1]
    order = chance.integers(0, 1 << 62, clusters.max() + 1).astype(np.uint64)
    return chance.integers(0, langs, documents).astype(np.int32), chance.integers(1, 500, documents), clusters, order


@pytest.mark.parametrize("seed", range(5))
def test_clusters_stay_whole_and_shares_are_kept(seed: int) -> None:
    langs, sizes, clusters, order = corpus(seed)
    splits = split_documents(langs, sizes, clusters, order, HELD, min_clusters=5, max_share=0.21)
    for cluster in range(len(order)):
        assert len(set(splits[clusters == cluster].tolist())) == 1
    for held in (TEST, VALIDATION):
        for lang in range(6):  # a neighbour's later claim may bring a language somewhat above its tenth
            assert 0.08 < sizes[(splits == held) & (langs == lang)].sum() / sizes[langs == lang].sum() < 0.15
    for lang in range(6):
        assert sizes[(splits != TRAIN) & (langs == lang)].sum() <= 0.21 * sizes[langs == lang].sum()
        mine = np.bincount(clusters[langs == lang], sizes[langs == lang], minlength=len(order))
        largest = np.flatnonzero(mine == mine.max())
        assert TRAIN in splits[np.isin(clusters, largest)]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_documents_does_not_matter(seed: int) -> None:
    langs, sizes, clusters, order = corpus(seed)
    shuffle = np.random.default_rng(9).permutation(len(langs))
    splits = split_documents(langs, sizes, clusters, order, HELD, min_clusters=5, max_share=0.21)
    again = split_documents(
        langs[shuffle], sizes[shuffle], clusters[shuffle], order, HELD, min_clusters=5, max_share=0.21
    )
    assert splits[shuffle].tolist() == again.tolist()


def alone(langs: list[int], sizes: list[int], clusters: list[int], *held: HoldOut, max_share: float = 0.5) -> list[int]:
    """Splits where clusters queue in the order of their numbers."""
    order = np.arange(len(set(clusters)), dtype=np.uint64)
    columns = np.array(langs, np.int32), np.array(sizes, np.int64), np.array(clusters, np.int64)
    return split_documents(*columns, order, held or HELD, min_clusters=5, max_share=max_share).tolist()


def test_a_tiny_language_trains_and_so_does_what_is_like_it() -> None:
    splits = alone([0] * 10 + [1], [10] * 11, [*range(10), 0], HoldOut(TEST, 0.1, 100))
    assert splits == [TRAIN, TEST, *[TRAIN] * 9]


def test_what_one_language_claims_counts_for_the_next() -> None:
    splits = alone([0] * 10 + [1] * 10, [10] * 20, [*range(10), 0, *range(10, 19)], HoldOut(TEST, 0.1, 100))
    assert splits == [TEST, *[TRAIN] * 9, TEST, *[TRAIN] * 9]


def test_the_smallest_is_held_out_where_none_fits() -> None:
    assert alone([0] * 5, [50, 40, 30, 45, 60], [*range(5)]) == [TRAIN, VALIDATION, TEST, TRAIN, TRAIN]
    assert alone([0] * 5, [50, 40, 30, 45, 60], [*range(5)], max_share=0.2) == [TRAIN, TRAIN, TEST, TRAIN, TRAIN]


BOOK, LINES = 30_706, [17, 25, 21, 26, 27, 20]


@pytest.mark.parametrize("books", [[BOOK], [BOOK, 24_331], [24_331, BOOK], [BOOK, BOOK]])
def test_a_book_trains_and_the_lines_beside_it_are_held_out(books: list[int]) -> None:
    sizes = [*books, *LINES]
    held = HoldOut(TEST, 0.05, 20_000), HoldOut(VALIDATION, 0.02, 10_000)
    splits = alone([0] * len(sizes), sizes, [*range(len(sizes))], *held, max_share=0.1)
    assert splits[: len(books)] == [TRAIN] * len(books)
    assert splits.count(TEST) + splits.count(VALIDATION) == 6 and splits.count(VALIDATION)


def test_nothing_is_held_out_of_a_language_that_is_one_cluster() -> None:
    assert alone([0] * 9, [10] * 9, [0] * 9) == [TRAIN] * 9


@pytest.mark.parametrize(("documents", "held"), [(5, 0), (9, 0), (10, 1), (19, 1), (20, 2)])
def test_a_few_documents_of_one_size_give_a_tenth_or_nothing(documents: int, held: int) -> None:
    splits = alone([0] * documents, [10] * documents, [*range(documents)], max_share=0.1)
    assert documents - splits.count(TRAIN) == held


def test_a_neighbour_does_not_hold_out_the_largest_cluster_of_a_language() -> None:
    langs, clusters = [0] * 20 + [1] * 6, [*range(20), 0, *range(20, 25)]
    splits = alone(langs, [10] * 20 + [90, 10, 10, 10, 10, 10], clusters, HoldOut(TEST, 0.05, 100), max_share=0.1)
    assert splits[0] == splits[20] == TRAIN and splits[:20].count(TEST) == 1


def test_a_neighbour_does_not_hold_out_more_of_a_language_than_its_share() -> None:
    langs, clusters = [0] * 40 + [1] * 6, [*range(40), 0, 1, 2, 40, 41, 42]
    splits = alone(langs, [10] * 40 + [10, 10, 10, 500, 600, 700], clusters, HoldOut(TEST, 0.1, 100), max_share=0.1)
    assert splits[:40].count(TEST) == 4
    assert sum(size for size, held in zip([10, 10, 10], splits[40:43], strict=True) if held) <= 183


@pytest.mark.parametrize("held", [HoldOut(TEST, 0.0, 100), HoldOut(TEST, 0.5, 0)])
def test_nothing_is_held_out_unasked(held: HoldOut) -> None:
    assert alone([0] * 9, [10] * 9, [*range(9)], held) == [TRAIN] * 9


def test_no_documents() -> None:
    assert alone([], [], []) == []


def test_a_tenth_is_held_out_at_most_unless_the_recipe_asks_for_more() -> None:
    for section, most in (
        (CurateConfig(), 0.1),
        (CurateConfig(test_share=0.3), 0.32),
        (CurateConfig(test_share=0.3, held_out_share=0.2), 0.2),
    ):
        assert AssignSettings.of(section).max_held_out_share == pytest.approx(most)
