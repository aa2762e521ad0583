"""Classes of languages by their data: the published tiers by words, the same in a fair unit, and bands by bytes.

The published rule (EMMA-500, arXiv 2409.17892, its resource groups) counts white-space words, of which Chinese, Thai
or Tibetan have next to none. The fair unit scales bytes by what parallel text says they are worth in English words:
bytes over the language's byte premium over the bytes of an English word.
"""

from bisect import bisect_right

TIER_NAMES = ("unseen", "low", "medium-low", "medium", "medium-high", "high")
"""The published tiers, smallest first; `unseen` languages have too little to train on."""
TIER_BORDERS = (100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
"""Words at which the next tier begins."""

SIZE_BANDS = ("<10 kB", "10–100 kB", "100 kB–1 MB", "1–10 MB", "10–100 MB", "≥100 MB")
"""Decades of UTF-8 bytes of training text, smallest first."""
SIZE_BORDERS = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
"""Bytes at which the next band begins."""

ENGLISH_BYTES_PER_WORD = 6.03
"""UTF-8 bytes of an English white-space word with its space, in FLORES-200's devtest: 132,096 bytes of 21,901 words."""


def tier_of(words: float) -> str:
    """The published tier of a language with this many words: white-space words, or fair ones whatever the script."""
    return TIER_NAMES[bisect_right(TIER_BORDERS, words)]


def size_band(bytes_utf8: int) -> str:
    """The decade of a language with this many bytes of training text."""
    return SIZE_BANDS[bisect_right(SIZE_BORDERS, bytes_utf8)]
