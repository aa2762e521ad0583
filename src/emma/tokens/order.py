"""The order of training samples: sample i is a pure function of (seed, i).

No shuffle is stored and no state is carried, so the whole state of the data is one integer, and a run may go on with
another number of processes. Sources alternate evenly, and within a source every token comes round equally often.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from emma.store.address import hash64

_ROUNDS = 6
_MASK = (1 << 64) - 1
BLOCK_SAMPLES = 1 << 16
"""Samples, about, that are put in order together: the only ones held in memory."""

Integers = npt.NDArray[np.int64]


class SampleOrder:
    """The source of each training sample. `counts` is (sources,), or (stages, sources): one stage after the other.

    Within a stage the k-th of a source's n samples is due at (k + u) / n, with u in [0, 1) drawn once per source;
    samples come in the order in which they are due. At any point of the stage every source is within about one sample
    of its share, plus its share of the other sources' roundings.

    How many samples are due before a time is a closed form, so a stage is cut into equal times and only the one that
    is asked for is put in order: planning takes milliseconds and no memory, whatever the number of samples.
    """

    def __init__(self, counts: Sequence[int] | Sequence[Sequence[int]] | Integers, seed: int) -> None:
        table = np.atleast_2d(np.asarray(counts, dtype=np.int64))
        # the first stage has the seed itself, so that a mix of one stage keeps its order when another is added
        seeds = [hash64(seed, number) if number else seed for number in range(len(table))]
        self._stages = [_StageOrder(row, own) for row, own in zip(table, seeds, strict=True)]
        self._drawn = np.cumsum(table, axis=0) - table
        self._blocks = [(stage, block) for stage, order in enumerate(self._stages) for block in range(order.blocks)]
        sizes = np.concatenate([order.sizes() for order in self._stages])
        self._starts = np.cumsum(sizes) - sizes
        self._length = int(table.sum())
        self._cached: tuple[int, Integers, Integers] | None = None

    def __len__(self) -> int:
        return self._length

    def source_of(self, i: int) -> tuple[int, int]:
        """Sample i as (source, k): the k-th sample, from 0, of that source. Raises IndexError past the end."""
        if not 0 <= i < len(self):
            raise IndexError(f"sample {i} of {len(self)}")
        number = int(np.searchsorted(self._starts, i, side="right")) - 1
        sources, ranks = self._block(number)
        place = i - int(self._starts[number])
        return int(sources[place]), int(ranks[place])

    def blocks(self) -> Iterator[tuple[Integers, Integers]]:
        """All samples in order, many at a time: their sources, and which sample of the source each is."""
        return (self._block(number) for number in range(len(self._blocks)))

    def _block(self, number: int) -> tuple[Integers, Integers]:
        """One block, kept until another is asked for: samples are mostly read in order."""
        if self._cached is None or self._cached[0] != number:
            stage, block = self._blocks[number]
            sources, ranks = self._stages[stage].block(block)
            self._cached = number, sources, ranks + self._drawn[stage][sources]
        return self._cached[1:]


class _StageOrder:
    """The order within one stage, in blocks of equal time."""

    def __init__(self, counts: Integers, seed: int) -> None:
        self._counts = counts
        # The upper 53 bits of a hash are all that a float64 in [0, 1) can hold.
        self._phases = np.array([(hash64(seed, "phase", source) >> 11) * 2.0**-53 for source in range(len(counts))])
        self.blocks = max(1, -(-int(counts.sum()) // BLOCK_SAMPLES))

    def sizes(self) -> Integers:
        """Samples in each block (blocks,)."""
        return np.diff([int(self._count_before(block).sum()) for block in range(self.blocks + 1)])

    def block(self, number: int) -> tuple[Integers, Integers]:
        """The samples of one block in the order in which they are due: source, and rank in the source."""
        first, last = self._count_before(number), self._count_before(number + 1)
        counts = last - first
        sources = np.repeat(np.arange(len(counts)), counts)
        ranks = np.arange(len(sources)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        order = np.argsort(self._due(ranks, sources), kind="stable")
        return sources[order], ranks[order]

    def _count_before(self, block: int) -> Integers:
        """Count the samples of each source that are due before a block begins (sources,)."""
        if block == self.blocks:
            return self._counts
        time, sources = block / self.blocks, np.arange(len(self._counts))
        ranks = np.clip(np.ceil(time * self._counts - self._phases).astype(np.int64), 0, self._counts)
        ranks -= (ranks > 0) & (self._due(ranks - 1, sources) >= time)  # exactly as `block` rounds
        ranks += (ranks < self._counts) & (self._due(ranks, sources) < time)
        return np.asarray(ranks)

    def _due(self, ranks: Integers, sources: Integers) -> npt.NDArray[np.float64]:
        return np.asarray((ranks + self._phases[sources]) / np.maximum(self._counts[sources], 1))


def find_window_start(tokens_in_source: int, sequence_length: int, k: int, seed: int, source: int) -> int:
    """Find the position in a source's cyclic stream of tokens at which its k-th sample starts.

    An epoch is as many whole sequences as the source holds, at least one, in an order of its own; the next epoch
    begins where it ended. So after each epoch all tokens have been seen equally often, give or take one, and
    sequences are cut at other places, also when the source is shorter than a sequence.
    """
    per_epoch = max(1, tokens_in_source // sequence_length)
    epoch, position = divmod(k, per_epoch)
    place = epoch * per_epoch + permute(position, per_epoch, hash64(seed, "epoch", source, epoch))
    return (hash64(seed, "offset", source) + place * sequence_length) % tokens_in_source


def permute(position: int, size: int, key: int) -> int:
    """The place of `position` among `size` in the permutation named by `key`.

    A Feistel network over the next power of two, repeated until it lands inside (cycle walking: Black and Rogaway,
    Ciphers with Arbitrary Finite Domains, 2002).
    """
    bits = max(2, (size - 1).bit_length())
    low = bits // 2
    masks = ((1 << low) - 1, (1 << (bits - low)) - 1)
    while True:
        halves = [position & masks[0], position >> low]
        for turn in range(_ROUNDS):
            side = turn % 2
            halves[side] ^= _scramble(halves[1 - side], key + turn) & masks[side]
        position = halves[1] << low | halves[0]
        if position < size:
            return position


def _scramble(value: int, key: int) -> int:
    """Mix 64 bits (the finaliser of SplitMix64: Steele, Lea and Flood, OOPSLA 2014)."""
    mixed = (value * 0x9E3779B97F4A7C15 + key) & _MASK
    mixed = ((mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & _MASK
    return mixed ^ mixed >> 31
