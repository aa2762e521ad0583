"""Tiers at their borders, and the published counts they come from."""

import pytest

from emma.lang.tiers import SIZE_BANDS, SIZE_BORDERS, TIER_BORDERS, TIER_NAMES, size_band, tier_of

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
    assert tier_of(words) == tier_of(float(words)) == name


@pytest.mark.parametrize("rank", range(len(TIER_BORDERS)))
def test_tiers_change_at_powers_of_ten(rank: int) -> None:
    border = 10 ** (5 + rank)
    assert (tier_of(border - 1), tier_of(border)) == (TIER_NAMES[rank], TIER_NAMES[rank + 1])
    assert (tier_of(border - 0.5), tier_of(border)) == (TIER_NAMES[rank], TIER_NAMES[rank + 1])


@pytest.mark.parametrize("rank", range(len(SIZE_BORDERS)))
def test_size_classes_change_at_powers_of_ten(rank: int) -> None:
    border = 10 ** (4 + rank)
    assert (size_band(border - 1), size_band(border)) == (SIZE_BANDS[rank], SIZE_BANDS[rank + 1])


def test_size_classes_have_ends() -> None:
    assert (size_band(0), size_band(10**12)) == ("<10 kB", "≥100 MB")
