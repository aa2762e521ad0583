"""Learning merges: repeatedly join the pair of neighbouring pieces that occurs most often (Sennrich et al., 2016).

The pairs wait in a heap with the count they had when they were put there. Counts of waiting pairs only fall, unless
a merge touches them anew, and then they are put in again; so a pair whose count is still true is the best.
"""

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from emma.kernels.bpe import Pairs, Units, count_pairs, empty_pairs, grown, merge_pair

_LOW = 0xFFFFFFFF
_ROOM = 1 << 16


@dataclass(frozen=True)
class Merge:
    """Join `left` and `right`, which occurred `count` times, to `piece` with id `new`."""

    left: int
    right: int
    new: int
    piece: str
    count: int


class Learner:
    """Learns merges on units of text.

    Ties go to the pair with the smaller left id, then the smaller right id. A merge whose text is a piece already
    makes that piece reachable and adds no new one. Pieces in `refused` are not made.
    """

    def __init__(
        self,
        units: Units,
        pieces: Sequence[str],
        *,
        minimum: int,
        max_chars: int,
        refused: Collection[str] = (),
    ) -> None:
        self._units = units
        self._pieces = list(pieces)
        self._ids = {piece: number for number, piece in enumerate(pieces)}
        self._minimum, self._max_chars = minimum, max_chars
        self._banned = frozenset(refused)
        self.refused: dict[str, int] = {}
        """The refused pieces that would have been made, and how often they occurred."""
        self._pairs = self._count()
        self._heap: list[tuple[int, int, int]] = []
        self._wait(np.arange(self._pairs.used[0]))

    def _count(self) -> Pairs:
        pairs, unit = empty_pairs(_ROOM), 0
        while (unit := count_pairs(self._units, pairs, unit)) >= 0:
            pairs = grown(pairs)
        return pairs

    def merges(self, budget: int) -> Iterator[Merge]:
        """Merges in order, until they have made `budget` new pieces or no pair is frequent enough."""
        before = len(self._pieces)
        while len(self._pieces) - before < budget and (found := self._best()) is not None:
            pair, count = found
            left, right = int(self._pairs.keys[pair]) >> 32, int(self._pairs.keys[pair]) & _LOW
            piece = self._pieces[left] + self._pieces[right]
            if len(piece) > self._max_chars:
                continue
            if piece in self._banned:
                self.refused[piece] = max(count, self.refused.get(piece, 0))
                continue
            new = self._ids.setdefault(piece, len(self._pieces))
            if new == len(self._pieces):
                self._pieces.append(piece)
            self._apply(pair, new)
            yield Merge(left, right, new, piece, count)

    def _best(self) -> tuple[int, int] | None:
        while self._heap:
            negative, key, pair = heapq.heappop(self._heap)
            count = int(self._pairs.counts[pair])
            if count == -negative:
                return pair, count
            if count >= self._minimum:
                heapq.heappush(self._heap, (-count, key, pair))
        return None

    def _apply(self, pair: int, new: int) -> None:
        first, node = self._pairs.used[1], int(self._pairs.heads[pair])
        while (node := merge_pair(self._units, self._pairs, pair, new, node)) >= 0:
            self._pairs = grown(self._pairs)
        self._wait(np.unique(self._pairs.node_pair[first : self._pairs.used[1]]))

    def _wait(self, numbers: np.ndarray) -> None:
        """Put the frequent ones of these pairs into the heap."""
        numbers = numbers[self._pairs.counts[numbers] >= self._minimum]
        counts, keys = self._pairs.counts[numbers], self._pairs.keys[numbers]
        for entry in zip((-counts).tolist(), keys.tolist(), numbers.tolist(), strict=True):
            heapq.heappush(self._heap, entry)
