"""Sets of duplicates against all pairs compared in plain Python."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from tests.conftest import TEXTS
from tests.curate.duplicates.conftest import Find
from tests.curate.duplicates.slow import mixed, overlap, shingle_set


def components(edges: Sequence[tuple[int, int]], count: int) -> list[int]:
    """The smallest label spreads along edges until nothing changes."""
    labels = list(range(count))
    while True:
        before = labels.copy()
        for left, right in edges:
            labels[left] = labels[right] = min(labels[left], labels[right])
        if labels == before:
            return labels


@pytest.mark.slow
def test_sets_are_those_of_all_pairs_compared(find: Find) -> None:
    rows = mixed()
    arrays, pairs = find(rows)
    sets = [shingle_set(row["text"]) for row in rows]
    firsts: dict[frozenset[Sequence[str]], int] = {}
    first = [firsts.setdefault(frozenset(each), at) for at, each in enumerate(sets)]
    assert arrays["texts"].tolist() == first
    similar = {
        (one, two): similarity
        for one, two in combinations(sorted(set(first)), 2)
        if (similarity := overlap(sets[one], sets[two])) >= 0.6
    }
    found = {(row["left"], row["right"]): row["jaccard"] for row in pairs}
    assert len(similar) > 100 and found == pytest.approx({pair: similar[pair] for pair in found})
    missed = [similarity for pair, similarity in similar.items() if pair not in found]
    assert len(missed) <= 0.03 * len(similar) and not [each for each in missed if each >= 0.7]
    edges = [*found, *((first[at], at) for at in range(len(rows)))]
    assert arrays["near"].tolist() == arrays["clusters"].tolist() == components(edges, len(rows))


@pytest.mark.slow
def test_a_higher_threshold_keeps_the_pairs_above_it(find: Find) -> None:
    rows = mixed(2)
    _, low = find(rows, threshold=0.6)
    _, high = find(rows, threshold=0.8)
    assert high == [row for row in low if row["jaccard"] >= np.float32(0.8)] and 0 < len(high) < len(low)


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "workers", "buckets"), [([5, 0, 1], 1, 1), ([40, 40], 2, 7), ([9] * 20, 1, 16)])
def test_sets_depend_on_neither_shards_nor_workers_nor_buckets(
    find: Find, sizes: list[int], workers: int, buckets: int
) -> None:
    rows = mixed(2)
    whole, pairs = find(rows)
    cut, pairs_cut = find(rows, [*sizes, len(rows) - sum(sizes)], workers, buckets)
    assert pairs == pairs_cut and {name: each.tolist() for name, each in whole.items()} == {
        name: each.tolist() for name, each in cut.items()
    }


@pytest.mark.parametrize("lang", TEXTS)
def test_the_shortest_texts_have_their_copies(find: Find, lang: str) -> None:
    texts = [TEXTS[lang][:1], TEXTS[lang][:3], TEXTS[lang], "!", "🙂"]
    arrays, _ = find([{"lang": lang, "text": text} for text in [*texts, *texts]])
    assert arrays["texts"].tolist() == [*range(5), *range(5)]


def test_a_corpus_of_nothing_and_of_one(find: Find) -> None:
    assert find([])[0]["texts"].tolist() == []
    assert find([{"lang": "tha_Thai", "text": TEXTS["tha_Thai"]}])[0]["clusters"].tolist() == [0]


def test_pairs_hang_together_with_what_shares_a_side(find: Find) -> None:
    eng, yor, amh = (TEXTS[lang] for lang in ("eng_Latn", "yor_Latn", "amh_Ethi"))
    rows = [
        {"lang": "eng_Latn", "text": eng, "lang2": "yor_Latn", "text2": yor},
        {"lang": "eng_Latn", "text": eng, "lang2": "amh_Ethi", "text2": amh},
        {"lang": "amh_Ethi", "text": amh},
        {"lang": "eng_Latn", "text": "Yes!", "lang2": "yor_Latn", "text2": "Bẹẹni, mo fẹ́ bẹ́ẹ̀ gan-an."},
        {"lang": "eng_Latn", "text": "Yes!", "lang2": "amh_Ethi", "text2": "አዎ፡እፈልጋለሁ፡በጣም።"},
        {"lang": "eng_Latn", "text": "Yes!"},
    ]
    arrays, pairs = find(rows, [2, 4])
    assert arrays["texts"].tolist() == arrays["near"].tolist() == list(range(6)) and not pairs
    assert arrays["clusters"].tolist() == [0, 0, 0, 3, 4, 5]
