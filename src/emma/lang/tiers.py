"""How much data a language has: the published tiers by words, the same in a fair unit, and decades of bytes.

The published rule (EMMA-500, arXiv 2409.17892, its resource groups) counts white-space words, of which Chinese, Thai
or Tibetan have next to none. The fair unit scales bytes by what parallel text says they are worth in English words.
"""

from bisect import bisect_right

WORD_TIERS = ("unseen", "low", "medium-low", "medium", "medium-high", "high")
"""The published tiers, smallest first; `unseen` languages have too little to train on."""
WORD_BORDERS = (100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
"""Words at which the next tier begins."""

SIZE_CLASSES = ("<10 kB", "10–100 kB", "100 kB–1 MB", "1–10 MB", "10–100 MB", "≥100 MB")
"""Decades of UTF-8 bytes of training text, smallest first."""
SIZE_BORDERS = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
"""Bytes at which the next class begins."""


def tier_published(words: int) -> str:
    """The tier of a language with this many white-space words, by the published rule."""
    return WORD_TIERS[bisect_right(WORD_BORDERS, words)]


def tier(fair_words: float) -> str:
    """The tier of a language with this many fair words: the published borders, whatever the script."""
    return WORD_TIERS[bisect_right(WORD_BORDERS, fair_words)]


def size_class(bytes_utf8: int) -> str:
    """The decade of a language with this many bytes of training text."""
    return SIZE_CLASSES[bisect_right(SIZE_BORDERS, bytes_utf8)]
