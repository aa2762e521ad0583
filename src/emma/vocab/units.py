"""Where new pieces may grow: runs of base pieces of one script, never across letters, digits and punctuation.

The base tokenizer divides the words first, so what is learned continues its segmentation and every new piece can be
reached. Boundaries then follow from the classes of two neighbouring pieces alone.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from fontTools.unicodedata import script

from emma.kernels.bpe import UNIT_SYMBOLS, Units
from emma.vocab.words import SPACE

Ints = npt.NDArray[np.int64]

CLOSED = -1
"""Class of pieces that nothing may join: bytes, specials, digits that stand alone, and pieces of several classes."""
NEUTRAL = 0
"""Class of pieces that go with their neighbours: a space, marks, joiners, letters that many scripts share."""

_JOINT = {"Hira": "Hani", "Kana": "Hani", "Bopo": "Hani"}  # written together in one word, as SentencePiece has it
_SHARED = {"Zinh", "Zyyy", "Zzzz"}


@lru_cache(maxsize=1 << 17)
def char_class(char: str) -> str:
    """A character's class: a script for letters and marks, `digit`, `other`, or nothing when it is neutral."""
    kind = unicodedata.category(char)
    if char == SPACE or char in "\u200c\u200d":
        return ""
    if kind[0] in "LM":
        name = script(char)
        return "" if name in _SHARED else _JOINT.get(name, name)
    return "digit" if kind[0] == "N" else "other"


def classes_of(pieces: Sequence[str], closed: Sequence[bool], split_digits: bool) -> Ints:
    """The class of each piece, int64 (pieces,): CLOSED, NEUTRAL, or a number for its one character class."""
    numbers: dict[str, int] = {}
    classes = np.full(len(pieces), CLOSED)
    for place, (piece, shut) in enumerate(zip(pieces, closed, strict=True)):
        found = {char_class(char) for char in piece} - {""}
        if not shut and len(found) < 2 and not (split_digits and "digit" in found):
            classes[place] = numbers.setdefault(found.pop(), len(numbers) + 1) if found else NEUTRAL
    return classes


def divide(symbols: Ints, words: Ints, counts: Ints, classes: Ints) -> Units:
    """Cut segmented words into units at every change of class, and count equal units once, in order of appearance.

    `symbols` (n,) are the piece ids of all words, `words` (n,) the number of the word each belongs to, not falling,
    `counts` (words,) how often each word occurs.
    """
    kinds = _settle(classes[symbols], words)
    joined = (words[1:] == words[:-1]) & (kinds[1:] == kinds[:-1]) & (kinds[1:] != CLOSED)
    begins = np.flatnonzero(np.concatenate([[True], ~joined])) if len(symbols) else np.zeros(0, np.int64)
    place = np.arange(len(symbols)) - np.repeat(begins, np.diff(begins, append=len(symbols)))
    begins = np.flatnonzero(place % UNIT_SYMBOLS == 0)
    lengths = np.diff(begins, append=len(symbols))
    long = lengths > 1  # a single symbol has nothing to merge with
    return _distinct(symbols.astype(np.int32), begins[long], lengths[long], counts[words[begins[long]]])


def _settle(kinds: Ints, words: Ints) -> Ints:
    """Give neutral symbols the class of the nearest other symbol before them in the word, else of the next after."""
    forward = _carry(kinds, words)
    return _carry(forward[::-1], words[::-1])[::-1]


def _carry(kinds: Ints, words: Ints) -> Ints:
    source = np.maximum.accumulate(np.where(kinds != NEUTRAL, np.arange(len(kinds)), 0)) if len(kinds) else kinds
    same_word = words[source] == words
    carried = np.where(same_word, kinds[source], NEUTRAL)
    # a closed piece hands nothing on
    return np.where((kinds == NEUTRAL) & (carried != CLOSED), carried, kinds)


def _distinct(symbols: npt.NDArray[np.int32], starts: Ints, lengths: Ints, weights: Ints) -> Units:
    totals: dict[bytes, int] = {}
    for start, length, weight in zip(starts.tolist(), lengths.tolist(), weights.tolist(), strict=True):
        unit = symbols[start : start + length].tobytes()
        totals[unit] = totals.get(unit, 0) + weight
    sizes = np.array([len(unit) // 4 for unit in totals], dtype=np.int32)
    return Units(
        np.frombuffer(b"".join(totals), np.int32).copy(),
        np.cumsum(sizes, dtype=np.int64) - sizes,
        sizes,
        np.array(list(totals.values()), dtype=np.int64),
    )
