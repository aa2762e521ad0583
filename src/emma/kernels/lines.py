"""Hashes of a document's lines, by which lines that many documents share are found."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.normal import hash_points
from emma.kernels.repeats import NEWLINE
from emma.kernels.tables import GAP, SKIP
from emma.kernels.utf8 import Bytes, Hashes, Offsets, Points, decode, longest

LINE_COLUMNS = 20
"""Columns of normalised text below which a line is no evidence: three or four words of an alphabet, or ten characters
of Han, kana or Hangul, each of which says as much as two letters or more."""


@kernel
def count_lines(data: Bytes, offsets: Offsets) -> Offsets:
    """Where each document's lines begin among those of all, int64 (n + 1); an empty document has none."""
    starts = np.zeros(len(offsets), np.int64)
    for document in range(len(offsets) - 1):
        begin, end = offsets[document], offsets[document + 1]
        lines = end > begin
        for at in range(begin, end):
            lines += data[at] == NEWLINE
        starts[document + 1] = starts[document] + lines
    return starts


@kernel
def hash_lines(
    data: Bytes, offsets: Offsets, fold: Points, widths: NDArray[np.uint8], shortest: int
) -> tuple[Hashes, Offsets]:
    """The hash of every line of every document, uint64, and where each document's begin, int64 (n + 1).

    A line's hash is that of its normalised characters, so the exact hash it would have as a document; it is 0 where
    they take fewer than `shortest` columns by `widths`. `fold` and `widths` are by code point.
    """
    starts, room = count_lines(data, offsets), longest(offsets)
    hashes = np.zeros(starts[-1], np.uint64)
    points, kept = np.empty(room, np.uint32), np.empty(room, np.uint32)
    for document in range(len(offsets) - 1):
        line, size, width = starts[document], 0, 0
        count = decode(data, offsets[document], offsets[document + 1], points)
        for point in points[:count]:
            form = fold[point]
            if point == NEWLINE:
                hashes[line] = hash_points(kept[:size]) if width >= shortest else np.uint64(0)
                line, size, width = line + 1, 0, 0
            elif form != SKIP and form != GAP:  # noqa: PLR1714 - a set would be built for every character
                kept[size] = form
                size, width = size + 1, width + widths[form]
        if width >= shortest:
            hashes[line] = hash_points(kept[:size])
    return hashes, starts
