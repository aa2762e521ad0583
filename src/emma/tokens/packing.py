"""Best-fit packing: the documents of a source laid into sequences so that none is cut that fits into one.

A document longer than a sequence gives whole sequences and a rest, which is packed like a document (Ding et al., Fewer
Truncations Improve Language Modeling, arXiv 2404.10830). A bin is what a sequence holds.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from emma.store.address import hash64
from emma.store.artifact import Artifact
from emma.tokens.files import find_pair, idx_path, mapped, read_lengths
from emma.tokens.order import permuted

BINS = "bins"
"""Name of the list of packings among the parts of a mix, one a source, in the plan's order."""
SMALL = 16
"""Sequences below which several passes over a source are packed together, so that its last bin does not matter."""

Ints = npt.NDArray[np.int64]
DOCUMENT, FIRST, TOKENS = range(3)
"""Columns of pieces: number of the document in its source's file, first token in the document, number of tokens."""


def pack_source(out: Path, source: tuple[Artifact, str], sequence_length: int) -> dict[str, int]:
    """Task: pack the source at a path in an artifact of token files; see Bins for what is written.

    Counts `sequences` and the `passes` over the source that fill them, `tokens` of one pass, `padding` tokens in all
    sequences, and documents `cut` because they are longer than a sequence.
    """
    part, path = source
    lengths = read_lengths(idx_path(find_pair(part, path, idx_path)))
    pieces, ends, opened = pack(lengths, sequence_length)
    for name, array in (("pieces", pieces), ("ends", ends), ("opened", opened)):
        array.tofile(out / f"{name}.int64")
    tokens, passes = int(lengths.sum(dtype=np.int64)), len(opened) - 1
    return {
        "sequences": len(ends),
        "passes": passes,
        "tokens": tokens,
        "padding": len(ends) * sequence_length - passes * tokens,
        "cut": int((lengths > sequence_length).sum()),
    }


def pack(lengths: npt.NDArray[np.integer], sequence_length: int) -> tuple[Ints, Ints, Ints]:
    """Pieces by bin (pieces, 3), where each bin ends among them (bins,), and the bins before each pass (passes + 1,).

    Best-fit decreasing, by document number where sizes are equal; `lengths` are tokens per document, at least one in
    all. A small source goes in as often as fills SMALL sequences; each pass first fills what the earlier ones left.
    """
    from emma.kernels.bins import best_fit

    pieces = cut(lengths, sequence_length)
    pieces = pieces[np.argsort(-pieces[:, TOKENS], kind="stable")]
    passes = max(1, -(-SMALL * sequence_length // int(pieces[:, TOKENS].sum())))
    chosen, opened = best_fit(np.ascontiguousarray(pieces[:, TOKENS]), sequence_length, passes)
    by_bin = np.argsort(chosen, kind="stable")
    return pieces[by_bin % len(pieces)], np.cumsum(np.bincount(chosen)), opened


def cut(lengths: npt.NDArray[np.integer], sequence_length: int) -> Ints:
    """The pieces that documents of these lengths give, none longer than a sequence, in order (pieces, 3)."""
    count = -(-lengths.astype(np.int64) // sequence_length)
    documents = np.repeat(np.arange(len(lengths)), count)
    firsts = (np.arange(len(documents)) - np.repeat(np.cumsum(count) - count, count)) * sequence_length
    return np.stack([documents, firsts, np.minimum(lengths[documents] - firsts, sequence_length)], axis=1)


class Bins:
    """A packing that was written by `pack_source`, memory-mapped. `len` is its number of sequences.

    Its files hold what `pack` returns, as int64 without a header.
    """

    def __init__(self, made: Artifact) -> None:
        self.passes = made.counts["passes"]
        """How often it holds each token of the source."""
        self._opened: Ints = np.fromfile(made.file("opened.int64"), np.int64)
        self._ends, self._pieces = made.file("ends.int64"), made.file("pieces.int64")

    def __len__(self) -> int:
        return int(self._opened[-1])

    def reach(self, k: int, sequence_length: int, lengths: npt.NDArray[np.integer], key: tuple[int, int]) -> Ints:
        """The pieces of the k-th sequence of the source, and the token after it where a document goes on there.

        Sequences come in an order of their own in each round, pass by pass, so that a token of a small source has come
        round about as often as any other, wherever training stops. `key` is the mix's seed and the source's number.
        """
        turn, place = divmod(k, len(self))
        at = int(np.searchsorted(self._opened, place, side="right")) - 1
        first, size = int(self._opened[at]), int(self._opened[at + 1] - self._opened[at])
        number = first + permuted(place - first, size, hash64(key[0], "bins", key[1], turn, at))
        pieces = self._bin(number)
        document, begin, tokens = pieces[-1]
        pieces[-1, TOKENS] += pieces[:, TOKENS].sum() == sequence_length and begin + tokens < lengths[document]
        return pieces

    def _bin(self, number: int) -> Ints:
        """The pieces in a bin."""
        ends = mapped(self._ends, np.int64, len(self))
        begin = int(ends[number - 1]) if number else 0
        return mapped(self._pieces, np.int64, 3 * int(ends[-1])).reshape(-1, 3)[begin : int(ends[number])].copy()
