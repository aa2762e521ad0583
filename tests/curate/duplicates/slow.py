"""Texts with near copies, and their shingles and similarity in plain Python, against which the search is tested."""

import random
import unicodedata
from collections.abc import Sequence
from typing import Any

from emma.kernels.fingerprint import SHINGLE, WORD_SHINGLES_FROM
from emma.lang.scripts import dominant_script, is_spaced
from tests.curate.corpus import ALPHABETS, prose

Row = dict[str, Any]


def is_spaced_text(text: str) -> bool:
    script = dominant_script(text)[0]
    return script != "Zyyy" and is_spaced(script)


def shingle_set(text: str, words_from: int = WORD_SHINGLES_FROM) -> set[Sequence[str]]:
    """The shingles of a text, slowly: 5-grams of words, or of characters where short or not spaced."""
    kept = [
        "".join(char.lower() for char in word if unicodedata.category(char)[0] in "LMN" and char not in "\u200c\u200d")
        for word in text.replace("\u1361", " ").split()
    ]
    units: Sequence[str] = [word for word in kept if word]
    if not is_spaced_text(text) or len(units) < words_from:
        units = "".join(units) or text
    return {tuple(units[at : at + SHINGLE]) for at in range(max(1, len(units) - SHINGLE + 1))}


def overlap(left: set[Sequence[str]], right: set[Sequence[str]]) -> float:
    return len(left & right) / len(left | right)


def jaccard(one: str, two: str) -> float:
    return overlap(shingle_set(one), shingle_set(two))


def edited(text: str, share: float, seed: int) -> str:
    """The text with a share of its words, or of its characters where there are no spaces, swapped for others."""
    chance = random.Random(seed)
    joiner = " " if " " in text else ""
    units = text.split(" ") if joiner else list(text)
    for at in chance.sample(range(len(units)), max(1, int(share * len(units)))):
        units[at] = chance.choice(units)
    return joiner.join(units)


def mixed(per_language: int = 6) -> list[Row]:
    """Texts of many scripts and lengths, and near, exact and foreign copies of them."""
    rows = [
        {"lang": lang, "text": prose(lang, number, words)}
        for lang in ALPHABETS for number in range(per_language) for words in (1, 9, 40, 120)
    ]  # fmt: skip
    near = [row | {"text": edited(row["text"], share, at)} for at, row in enumerate(rows) for share in (0.01, 0.04)]
    foreign = [{"lang": "und_" + row["lang"][-4:], "text": row["text"].upper()} for row in rows[::3]]
    return [*rows, *near, *rows[::4], *foreign]
