"""The texts that every client is asked about."""

from emma.models.round_trip import ROUND_TRIP_TEXTS

TEXTS = (
    *ROUND_TRIP_TEXTS,
    # Where tokenizers cut: digits, runs of spaces, line ends, contractions, spaces at both ends.
    "In 2024: 3.14159 × 1,000  two\n\n\tTabs   and 'it's' don't  ",
    # Letters of several code points, of several forms, and characters that hardly any vocabulary has.
    " İstanbul e\u0301 ﬀ 가나다 𞤀𞤣𞤤𞤢𞤥 🧑🏾‍🌾",
)
"""Twelve scripts, and what pre-tokenizers get wrong."""
PROMPTS = 4
"""Texts that are continued."""
CONTINUED_TOKENS = 16
LONGEST = 32
"""Tokens of a text whose logits are compared: with 260,000 pieces they are 30 MB a text."""
