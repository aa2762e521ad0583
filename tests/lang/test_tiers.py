"""Tiers at their borders."""

import pytest

from emma.lang.tiers import TIERS, tier


@pytest.mark.parametrize("power", range(4, 9))
def test_tiers_change_at_powers_of_ten(power: int) -> None:
    assert (tier(10**power - 1), tier(10**power)) == (TIERS[power - 4], TIERS[power - 3])


def test_ends() -> None:
    assert (tier(0), tier(10**12)) == ("<10 kB", "≥100 MB")
