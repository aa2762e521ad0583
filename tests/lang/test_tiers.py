"""Tiers at their borders, and the published counts they come from."""

import pytest

from emma.lang.tiers import (
    SIZE_BORDERS,
    SIZE_CLASSES,
    WORD_BORDERS,
    WORD_TIERS,
    size_class,
    tier,
    tier_published,
)

# The published list of languages (EMMA-500): words, and the tier its resource groups give.
PUBLISHED = [
    (0, "unseen"),
    (99_919, "unseen"),  # the largest language that was not trained
    (106_178, "low"),  # arb_Arab, the smallest that was
    (29_700_000, "medium"),  # zho_Hani, by white space
    (851_700_000, "medium-high"),  # swa_Latn
    (10**10, "high"),
]


@pytest.mark.parametrize(("words", "name"), PUBLISHED)
def test_published(words: int, name: str) -> None:
    assert tier_published(words) == tier(float(words)) == name


@pytest.mark.parametrize("rank", range(len(WORD_BORDERS)))
def test_tiers_change_at_powers_of_ten(rank: int) -> None:
    border = 10 ** (5 + rank)
    assert (tier_published(border - 1), tier_published(border)) == (WORD_TIERS[rank], WORD_TIERS[rank + 1])
    assert (tier(border - 0.5), tier(border)) == (WORD_TIERS[rank], WORD_TIERS[rank + 1])


@pytest.mark.parametrize("rank", range(len(SIZE_BORDERS)))
def test_size_classes_change_at_powers_of_ten(rank: int) -> None:
    border = 10 ** (4 + rank)
    assert (size_class(border - 1), size_class(border)) == (SIZE_CLASSES[rank], SIZE_CLASSES[rank + 1])


def test_size_classes_have_ends() -> None:
    assert (size_class(0), size_class(10**12)) == ("<10 kB", "≥100 MB")
