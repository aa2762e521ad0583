"""Tiers at their borders, and the published counts."""

import pytest

from emma.lang.tiers import PAPER_TIERS, TIERS, paper_tier, tier


@pytest.mark.parametrize("power", range(4, 9))
def test_tiers_change_at_powers_of_ten(power: int) -> None:
    assert (tier(10**power - 1), tier(10**power)) == (TIERS[power - 4], TIERS[power - 3])


def test_ends() -> None:
    assert (tier(0), tier(10**12)) == ("<10 kB", "≥100 MB")
    assert (paper_tier(0), paper_tier(10**12)) == ("unseen", "high")


@pytest.mark.parametrize(
    ("tokens", "name"),
    [(99_919, "unseen"), (106_178, "low"), (29_700_000, "medium"), (1_500_000, "medium-low"), (53_000_000, "medium")],
)
def test_published_languages(tokens: int, name: str) -> None:
    """Largest unseen, smallest trained (arb_Arab), zho_Hani, yue and tha of the released table."""
    assert paper_tier(tokens) == name
    assert name in PAPER_TIERS
