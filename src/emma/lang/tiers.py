"""How much data a language has, in words: tiers by bytes."""

from bisect import bisect_right

TIERS = ("<10 kB", "10–100 kB", "100 kB–1 MB", "1–10 MB", "10–100 MB", "≥100 MB")
"""Decades of UTF-8 bytes of training text, smallest first. Bytes, because white-space words cannot be counted in
scripts without spaces: they put Chinese among the languages that lack data."""


def tier(bytes_utf8: int) -> str:
    """The tier of a language with this many bytes of training text."""
    return TIERS[bisect_right([10**power for power in range(4, 9)], bytes_utf8)]
