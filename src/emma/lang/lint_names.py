"""What lists of languages call their columns and keys, and how they write pairs and amounts."""

import re

LABELS = ("lang", "language", "label", "code", "lang_code", "language_code", "lang_script")
"""What the column of labels may be called; else it is the first."""
SIDES = (
    ("lang", "lang2"),
    ("lang1", "lang2"),
    ("src", "tgt"),
    ("src_lang", "tgt_lang"),
    ("source_lang", "target_lang"),
    ("source_language", "target_language"),
    ("source", "target"),
    ("src_code", "tgt_code"),
    ("from", "to"),
)
"""What the two columns of a bilingual table may be called."""
SIGN = "\t"
"""Between the two sides of a pair."""
PAIRS = ("pair", "pairs", "lang_pair", "language_pair", "direction", "corpus")
"""What its one column may be called."""
PAIR = re.compile(r"([a-z]{3}_[A-Z][a-z]{3}) ?(?:-|–|_|/|<?->|→) ?([a-z]{3}_[A-Z][a-z]{3})")
SHORT = re.compile(r"([a-z]{2,3}(?:[_-][A-Z][a-z]{3})?)(?:-|–|/|<?->|→)([a-z]{2,3}(?:[_-][A-Z][a-z]{3})?)")
"""A pair in short codes, in a column that is called so."""
AMOUNTS = (
    "tokens",
    "num_tokens",
    "token_count",
    "words",
    "sentences",
    "pairs",
    "lines",
    "bytes",
    "count",
    "size",
    "documents",
)
"""What the column of amounts may be called, best first."""


def amount(cell: str) -> int | None:
    """The whole number in a cell, with thousands grouped or not; None if it is none."""
    plain = cell.strip().replace(",", "").replace("_", "").replace(" ", "")
    try:
        return int(float(plain))
    except (ValueError, OverflowError):
        return None
