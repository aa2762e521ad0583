"""Learning merges: repeatedly join the pair of neighbouring pieces that occurs most often (Sennrich et al., 2016).

Merges grow inside runs of base pieces of one script, never across letters, digits and punctuation. The base tokenizer
divides the words first, so what is learnt continues its segmentation and every new piece can be reached. Where runs
end then follows from the classes of two neighbouring pieces alone.
"""

import heapq
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from fontTools.unicodedata import script

from emma.kernels import runs
from emma.kernels.bpe import MAX_RUN_SYMBOLS, PairTable, Runs, count_pairs, empty_pairs, grow_pairs, merge_pair
from emma.models.sentencepiece import SPACE

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

CLOSED = -1
"""Class of pieces that nothing may join: bytes, specials, digits that stand alone, and pieces of several classes."""
NEUTRAL = 0
"""Class of pieces that go with their neighbours: what separates words or syllables, marks, joiners, letters that many
scripts share."""

_MERGED_SCRIPTS = {"Hira": "Hani", "Kana": "Hani", "Bopo": "Hani"}
"""Scripts that are written together in one word, as SentencePiece has it."""
_COMMON_SCRIPTS = {"Zinh", "Zyyy", "Zzzz"}
"""Inherited, common and unknown: characters that many scripts share (UAX 24)."""
_JOINERS = "\u200c\u200d"
_SYLLABLE_MARKS = "\u0f0b\u0f0c\u0fd2\u1807\u180a\u180e\u202f\u2027\U00011a41\U00011a44\U00011a9a"
"""Marks between the syllables, or the stem and endings, of one word: the tshegs of Tibetan, Zanabazar Square and
Soyombo, Mongolian's boundary mark, nirugu, vowel separator and narrow space, the hyphenation point."""
_WORD_SEPARATORS = (
    "\u1361\u16eb\u16ec\u16ed\u200b\u2e31\U00010100\U00010101\U0001039f\U000103d0\U0001091f\U0001123a\U00011c43"
)
"""Characters that stand for the space between words: dividers of Ethiopic, Runic, Linear A and B, Ugaritic, Old
Persian, Phoenician, Khojki and Bhaiksuki, and the zero width space of Khmer, Burmese, Lao and Thai."""
# A plain space stands in byte-level pieces.
_NEUTRAL = frozenset(f" {SPACE}{_JOINERS}{_SYLLABLE_MARKS}{_WORD_SEPARATORS}")


@lru_cache(maxsize=1 << 17)
def find_char_class(char: str) -> str:
    """A character's class: a script for letters and marks, `digit`, `other`, or nothing when it is neutral."""
    kind = unicodedata.category(char)
    if char in _NEUTRAL:
        return ""
    if kind[0] in "LM":
        name = script(char)
        return "" if name in _COMMON_SCRIPTS else _MERGED_SCRIPTS.get(name, name)
    return "digit" if kind[0] == "N" else "other"


def classify_pieces(pieces: Sequence[str], closed: Sequence[bool], split_digits: bool) -> Ints:
    """The class of each piece, int64 (pieces,): CLOSED, NEUTRAL, or a number for its one character class."""
    numbers: dict[str, int] = {}
    classes = np.full(len(pieces), CLOSED)
    for place, (piece, is_closed) in enumerate(zip(pieces, closed, strict=True)):
        kinds = {find_char_class(char) for char in piece} - {""}
        if not is_closed and len(kinds) < 2 and not (split_digits and "digit" in kinds):
            classes[place] = numbers.setdefault(kinds.pop(), len(numbers) + 1) if kinds else NEUTRAL
    return classes


def divide_runs(symbols: Ints, words: Ints, counts: Ints, classes: Ints) -> Runs:
    """Divide segmented words into runs at every change of class, and list equal runs once, in order of appearance.

    `symbols` (n,) are the piece ids of all words, `words` (n,) the number of the word each belongs to, not falling,
    `counts` (words,) how often each word occurs.
    """
    small = symbols.astype(np.int32, copy=False)
    return group_runs(small, words, counts, runs.resolve_neutral(small, words, classes, CLOSED, NEUTRAL))


def divide_runs_inside_characters(symbols: Ints, words: Ints, counts: Ints, starts_inside: Bools) -> Runs:
    """`divide_runs` for byte-level pieces: runs in which every boundary between pieces lies inside a character.

    `starts_inside` (pieces,) says which pieces begin inside a character.
    """
    inside = np.concatenate([[False], (words[1:] == words[:-1]) & starts_inside[symbols[1:]]])[: len(symbols)]
    return group_runs(symbols.astype(np.int32, copy=False), words, counts, np.cumsum(~inside, dtype=np.int32))


def group_runs(symbols: npt.NDArray[np.int32], words: Ints, counts: Ints, kinds: npt.NDArray[np.int32]) -> Runs:
    """Runs from what each symbol belongs with: equal neighbours in `kinds` (n,) that are not CLOSED."""
    starts, lengths = runs.find_runs(kinds, words, CLOSED, MAX_RUN_SYMBOLS)
    same, firsts = runs.number_runs(symbols, starts, lengths)
    weights = runs.sum_by_kind(same, counts[words[starts]], len(firsts))
    sizes = lengths[firsts]
    begins = np.cumsum(sizes, dtype=np.int64) - sizes
    return Runs(runs.concatenate_runs(symbols, starts[firsts], sizes), begins, sizes, weights)


@dataclass(frozen=True)
class Merge:
    """Join `left` and `right`, which occurred `count` times, to `piece` with id `new`."""

    left: int
    right: int
    new: int
    piece: str
    count: int


_LOW_BITS = 0xFFFFFFFF
"""A pair's key has the left id in its upper 32 bits and the right id in these."""
_FIRST_CAPACITY = 1 << 16
"""Pairs that the table has room for at first; it grows by doubling."""


class MergeLearner:
    """Learns merges on runs of pieces.

    Ties go to the pair with the smaller left id, then the smaller right id. A merge whose text is a piece already
    makes that piece reachable and adds no new one. Pieces in `banned` are not made.

    The pairs wait in a heap with the count they had when they were put there. Counts of waiting pairs only fall,
    unless a merge touches them anew, and then they are put in again; so a pair whose count is still true is the best.
    """

    def __init__(
        self,
        runs: Runs,
        pieces: Sequence[str],
        *,
        minimum: int,
        max_chars: int,
        banned: Collection[str] = (),
    ) -> None:
        self._runs = runs
        self._pieces = list(pieces)
        self._ids = {piece: number for number, piece in enumerate(pieces)}
        self._minimum, self._max_chars = minimum, max_chars
        self._banned = frozenset(banned)
        self.rejected: dict[str, int] = {}
        """The banned pieces that would have been made, and how often they occurred."""
        self._pairs = self._count_pairs()
        self._heap: list[tuple[int, int, int]] = []
        self._push_pairs(np.arange(self._pairs.used[0]))

    def _count_pairs(self) -> PairTable:
        # the kernel cannot enlarge the table, so it stops at the run where the table is full, or below 0 at the end
        pairs, run = empty_pairs(_FIRST_CAPACITY), 0
        while (run := count_pairs(self._runs, pairs, run)) >= 0:
            pairs = grow_pairs(pairs)
        return pairs

    def merges(self, budget: int) -> Iterator[Merge]:
        """Merges in order, until they have made `budget` new pieces or no pair is frequent enough."""
        before = len(self._pieces)
        while len(self._pieces) - before < budget and (best := self._pop_best_pair()) is not None:
            pair, count = best
            left, right = int(self._pairs.keys[pair]) >> 32, int(self._pairs.keys[pair]) & _LOW_BITS
            piece = self._pieces[left] + self._pieces[right]
            if len(piece) > self._max_chars:
                continue
            if piece in self._banned:
                self.rejected[piece] = max(count, self.rejected.get(piece, 0))
                continue
            new = self._ids.setdefault(piece, len(self._pieces))
            if new == len(self._pieces):
                self._pieces.append(piece)
            self._apply_merge(pair, new)
            yield Merge(left, right, new, piece, count)

    def _pop_best_pair(self) -> tuple[int, int] | None:
        """The pair that occurs most often, and its count; None when no frequent one is left."""
        while self._heap:
            negative, key, pair = heapq.heappop(self._heap)
            count = int(self._pairs.counts[pair])
            if count == -negative:
                return pair, count
            if count >= self._minimum:
                heapq.heappush(self._heap, (-count, key, pair))
        return None

    def _apply_merge(self, pair: int, new: int) -> None:
        first, node = self._pairs.used[1], int(self._pairs.heads[pair])
        while (node := merge_pair(self._runs, self._pairs, pair, new, node)) >= 0:
            self._pairs = grow_pairs(self._pairs)
        self._push_pairs(np.unique(self._pairs.node_pair[first : self._pairs.used[1]]))

    def _push_pairs(self, numbers: np.ndarray) -> None:
        """Put the frequent ones of these pairs into the heap."""
        numbers = numbers[self._pairs.counts[numbers] >= self._minimum]
        counts, keys = self._pairs.counts[numbers], self._pairs.keys[numbers]
        for entry in zip((-counts).tolist(), keys.tolist(), numbers.tolist(), strict=True):
            heapq.heappush(self._heap, entry)
