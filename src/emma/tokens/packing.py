"""Best-fit packing: the documents of a source laid into sequences so that none is cut that fits into one.

A document longer than a sequence gives whole sequences and a rest, which is packed like a document (Ding et al., Fewer
Truncations Improve Language Modeling, arXiv 2404.10830). A bin is the content of one sequence.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from emma.store.address import hash64
from emma.store.artifact import Artifact
from emma.tokens.files import find_token_file, idx_path, map_array, read_lengths
from emma.tokens.order import permute

BINS = "bins"
"""Name of the list of packings among the parts of a mix, one a source, in the plan's order."""
MIN_SEQUENCES = 16
"""Sequences below which several passes over a source are packed together, so that its last bin does not matter."""

Ints = npt.NDArray[np.int64]
DOCUMENT, FIRST, TOKENS = range(3)
"""Columns of spans: number of the document in its source's file, first token in the document, number of tokens."""


def pack_source(out: Path, source: tuple[Artifact, str], sequence_length: int) -> dict[str, int]:
    """Task: pack the source at a path in an artifact of token files; see Bins for what is written.

    Counts `sequences` and the `passes` over the source that fill them, `tokens` of one pass, `padding` tokens in all
    sequences, and documents `cut` because they are longer than a sequence.
    """
    part, path = source
    lengths = read_lengths(idx_path(find_token_file(part, path, idx_path)))
    spans, ends, opened = pack_documents(lengths, sequence_length)
    for name, array in (("pieces", spans), ("ends", ends), ("opened", opened)):
        array.tofile(out / f"{name}.int64")
    tokens, passes = int(lengths.sum(dtype=np.int64)), len(opened) - 1
    return {
        "sequences": len(ends),
        "passes": passes,
        "tokens": tokens,
        "padding": len(ends) * sequence_length - passes * tokens,
        "cut": int((lengths > sequence_length).sum()),
    }


def pack_documents(lengths: npt.NDArray[np.integer], sequence_length: int) -> tuple[Ints, Ints, Ints]:
    """Spans by bin (spans, 3), where each bin ends among them (bins,), and the bins before each pass (passes + 1,).

    Best-fit decreasing, by document number where sizes are equal; `lengths` are tokens per document, at least one in
    all. A small source goes in as often as fills MIN_SEQUENCES; each pass first fills what the earlier ones left.
    """
    from emma.kernels.bins import best_fit

    spans = split_into_spans(lengths, sequence_length)
    # Largest first, which best fit needs to come near the optimum.
    spans = spans[np.argsort(-spans[:, TOKENS], kind="stable")]
    passes = max(1, -(-MIN_SEQUENCES * sequence_length // int(spans[:, TOKENS].sum())))
    # `chosen` is the bin of each span, pass by pass; `opened` counts the bins before each pass.
    chosen, opened = best_fit(np.ascontiguousarray(spans[:, TOKENS]), sequence_length, passes)
    by_bin = np.argsort(chosen, kind="stable")
    return spans[by_bin % len(spans)], np.cumsum(np.bincount(chosen)), opened


def split_into_spans(lengths: npt.NDArray[np.integer], sequence_length: int) -> Ints:
    """The spans that documents of these lengths give, none longer than a sequence, in order (spans, 3)."""
    count = -(-lengths.astype(np.int64) // sequence_length)
    documents = np.repeat(np.arange(len(lengths)), count)
    firsts = (np.arange(len(documents)) - np.repeat(np.cumsum(count) - count, count)) * sequence_length
    return np.stack([documents, firsts, np.minimum(lengths[documents] - firsts, sequence_length)], axis=1)


class Bins:
    """A packing that was written by `pack_source`, memory-mapped. `len` is its number of sequences.

    Its files hold what `pack` returns, as int64 without a header.
    """

    def __init__(self, packed: Artifact) -> None:
        self.passes = packed.counts["passes"]
        """Number of times that it holds each token of the source."""
        self._opened: Ints = np.fromfile(packed.file("opened.int64"), np.int64)
        self._ends_file, self._spans_file = packed.file("ends.int64"), packed.file("pieces.int64")

    def __len__(self) -> int:
        return int(self._opened[-1])

    def find_spans(self, k: int, sequence_length: int, lengths: npt.NDArray[np.integer], key: tuple[int, int]) -> Ints:
        """The spans of the k-th sequence of the source, and the token after it where a document goes on there.

        Sequences come in an order of their own in each round, pass by pass, so that a token of a small source has come
        round about as often as any other, wherever training stops. `key` is the mix's seed and the source's number.
        """
        turn, place = divmod(k, len(self))
        at = int(np.searchsorted(self._opened, place, side="right")) - 1
        first, size = int(self._opened[at]), int(self._opened[at + 1] - self._opened[at])
        number = first + permute(place - first, size, hash64(key[0], "bins", key[1], turn, at))
        spans = self._read_bin(number)
        document, begin, tokens = spans[-1]
        # one token more, which is only predicted, where the sequence is full and its last document goes on
        spans[-1, TOKENS] += spans[:, TOKENS].sum() == sequence_length and begin + tokens < lengths[document]
        return spans

    def _read_bin(self, number: int) -> Ints:
        """The spans in a bin."""
        ends = map_array(self._ends_file, np.int64, len(self))
        begin = int(ends[number - 1]) if number else 0
        return map_array(self._spans_file, np.int64, 3 * int(ends[-1])).reshape(-1, 3)[begin : int(ends[number])].copy()
