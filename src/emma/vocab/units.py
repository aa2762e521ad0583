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

from emma.kernels import runs
from emma.kernels.bpe import UNIT_SYMBOLS, Units
from emma.models.sentencepiece import SPACE

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

CLOSED = -1
"""Class of pieces that nothing may join: bytes, specials, digits that stand alone, and pieces of several classes."""
NEUTRAL = 0
"""Class of pieces that go with their neighbours: what separates words or syllables, marks, joiners, letters that many
scripts share."""

_JOINT = {"Hira": "Hani", "Kana": "Hani", "Bopo": "Hani"}  # written together in one word, as SentencePiece has it
_SHARED = {"Zinh", "Zyyy", "Zzzz"}
_JOINERS = "\u200c\u200d"
_SYLLABLES = "\u0f0b\u0f0c\u0fd2\u1807\u180a\u180e\u202f\u2027\U00011a41\U00011a44\U00011a9a"
"""What stands between the syllables, or the stem and endings, of one word: the tshegs of Tibetan, Zanabazar Square and
Soyombo, Mongolian's boundary mark, nirugu, vowel separator and narrow space, the hyphenation point."""
_WORDS = "\u1361\u16eb\u16ec\u16ed\u200b\u2e31\U00010100\U00010101\U0001039f\U000103d0\U0001091f\U0001123a\U00011c43"
"""What stands for the space between words: dividers of Ethiopic, Runic, Linear A and B, Ugaritic, Old Persian,
Phoenician, Khojki and Bhaiksuki, and the zero width space of Khmer, Burmese, Lao and Thai."""
_NEUTRAL = frozenset(f" {SPACE}{_JOINERS}{_SYLLABLES}{_WORDS}")  # a plain space stands in byte-level pieces


@lru_cache(maxsize=1 << 17)
def char_class(char: str) -> str:
    """A character's class: a script for letters and marks, `digit`, `other`, or nothing when it is neutral."""
    kind = unicodedata.category(char)
    if char in _NEUTRAL:
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
    small = symbols.astype(np.int32, copy=False)
    return group(small, words, counts, runs.settle(small, words, classes, CLOSED, NEUTRAL))


def divide_inside_characters(symbols: Ints, words: Ints, counts: Ints, continues: Bools) -> Units:
    """As `divide`, for byte-level pieces: units are runs in which every boundary lies inside a character.

    `continues` (pieces,) says which pieces begin inside one.
    """
    inside = np.concatenate([[False], (words[1:] == words[:-1]) & continues[symbols[1:]]])[: len(symbols)]
    return group(symbols.astype(np.int32, copy=False), words, counts, np.cumsum(~inside, dtype=np.int32))


def group(symbols: npt.NDArray[np.int32], words: Ints, counts: Ints, kinds: npt.NDArray[np.int32]) -> Units:
    """Units from what each symbol belongs with: equal neighbours in `kinds` (n,) that are not CLOSED."""
    starts, lengths = runs.cut(kinds, words, CLOSED, UNIT_SYMBOLS)
    same, firsts = runs.distinct(symbols, starts, lengths)
    weights = runs.added(same, counts[words[starts]], len(firsts))
    sizes = lengths[firsts]
    begins = np.cumsum(sizes, dtype=np.int64) - sizes
    return Units(runs.gathered(symbols, starts[firsts], sizes), begins, sizes, weights)
