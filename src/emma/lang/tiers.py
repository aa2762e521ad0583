"""How much data a language has, in words: our tiers by bytes, and the published ones by tokens."""

from bisect import bisect_right

TIERS = ("<10 kB", "10–100 kB", "100 kB–1 MB", "1–10 MB", "10–100 MB", "≥100 MB")
"""Decades of UTF-8 bytes of training text, smallest first. Bytes, because white-space words cannot be counted in
scripts without spaces: they put Chinese among the languages that lack data."""

PAPER_TIERS = ("unseen", "low", "medium-low", "medium", "medium-high", "high")


def tier(bytes_utf8: int) -> str:
    """The tier of a language with this many bytes of training text."""
    return TIERS[bisect_right([10**power for power in range(4, 9)], bytes_utf8)]


def paper_tier(tokens: int) -> str:
    """The tier that EMMA-500 gives a language with this many white-space tokens.

    Source: arXiv 2409.17892 and its released table of 939 languages, whose seven counts the powers of ten from 10^5
    ("unseen" below) to 10^9 ("high" from) reproduce exactly.
    """
    return PAPER_TIERS[bisect_right([10**power for power in range(5, 10)], tokens)]
