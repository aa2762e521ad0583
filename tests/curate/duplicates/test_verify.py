"""The similarity of pairs of texts, and of documents too large to compare all at once."""

from itertools import combinations

import pytest

from emma.curate.duplicates import verify
from tests.curate.corpus import prose
from tests.curate.duplicates.conftest import Find
from tests.curate.duplicates.slow import edited, jaccard, mixed


def test_a_pair_is_as_similar_as_its_less_similar_side(find: Find) -> None:
    eng, yor, amh = (prose("bos_Latn", 1), prose("hin_Deva", 2), prose("amh_Ethi", 3))
    sides = [(eng, yor), (eng, amh), (edited(eng, 0.03, 1), edited(yor, 0.03, 2)), (edited(yor, 0.03, 3), eng)]
    rows = [{"lang": "eng_Latn", "text": one, "lang2": "yor_Latn", "text2": two} for one, two in sides]
    _, pairs = find([*rows, {"lang": "eng_Latn", "text": eng}])
    expected = {}
    for one, two in combinations(range(len(sides)), 2):
        (a, b), (c, d) = sides[one], sides[two]
        similarity = max(min(jaccard(a, c), jaccard(b, d)), min(jaccard(a, d), jaccard(b, c)))
        if similarity >= 0.6:
            expected[one, two] = pytest.approx(similarity)
    assert {(row["left"], row["right"]): row["jaccard"] for row in pairs} == expected and len(expected) == 3


def test_large_documents_are_compared_a_few_at_a_time(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = mixed(2)
    _, expected = find(rows)
    monkeypatch.setattr(verify, "MAX_SHINGLES", 1)
    assert find(rows)[1] == expected
