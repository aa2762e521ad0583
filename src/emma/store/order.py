"""The order of training samples: sample i is a pure function of (seed, i).

No shuffle is stored and no state is carried, so the whole state of the data is one integer, and a run may go on with
another number of processes. Sources alternate evenly, and within a source every token comes round equally often.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_ROUNDS = 6
_MASK = (1 << 64) - 1


def keyed(*parts: int | str) -> int:
    """A uniform number of 64 bits that depends on nothing but `parts`."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class Order:
    """Which source each training sample comes from.

    The k-th of a source's n samples is due at (k + u) / n of the run, with u in [0, 1) drawn once per source; samples
    come in the order in which they are due. At any point of the run every source is within about one sample of its
    share, plus its share of the other sources' roundings. Holds 8 bytes a sample.
    """

    def __init__(self, samples_per_source: Sequence[int] | npt.NDArray[np.int64], seed: int) -> None:
        counts = np.asarray(samples_per_source, dtype=np.int64)
        phases = np.array([(keyed(seed, "phase", source) >> 11) * 2.0**-53 for source in range(len(counts))])
        sources = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        ranks = np.arange(len(sources), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        order = np.argsort((ranks + phases[sources]) / counts[sources], kind="stable")
        self._sources, self._ranks = sources[order], ranks[order].astype(np.int32)

    def __len__(self) -> int:
        return len(self._sources)

    def source_of(self, i: int) -> tuple[int, int]:
        """Sample i as (source, k): the k-th sample, from 0, of that source. Raises IndexError past the end."""
        if not 0 <= i < len(self):
            raise IndexError(f"sample {i} of {len(self)}")
        return int(self._sources[i]), int(self._ranks[i])


def window(tokens_in_source: int, sequence_length: int, k: int, seed: int, source: int) -> int:
    """Where the k-th sample of a source starts, as a position in its cyclic stream of tokens.

    An epoch is as many whole sequences as the source holds, at least one, in an order of its own; the next epoch
    begins where it ended. So after each epoch all tokens have been seen equally often, give or take one, and
    sequences are cut at other places, also when the source is shorter than a sequence.
    """
    per_epoch = max(1, tokens_in_source // sequence_length)
    epoch, position = divmod(k, per_epoch)
    place = epoch * per_epoch + permuted(position, per_epoch, keyed(seed, "epoch", source, epoch))
    return (keyed(seed, "offset", source) + place * sequence_length) % tokens_in_source


def permuted(position: int, size: int, key: int) -> int:
    """Where `position` of `size` goes in the permutation named by `key`.

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
