"""A first look at raw text: whether anything in it may need mending, and which scripts its characters are in."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.letters import outside_markup
from emma.kernels.utf8 import Bytes, Offsets, Points, decode, longest

Cells = NDArray[np.uint32]
Tally = NDArray[np.int32]

FORM, ORDER = np.uint32(8), np.uint32(10)
"""Where a cell, all that is known of a code point, has its Han form and its combining class; below, its script."""
FAULT, FIRST, SECOND, UNSURE = np.uint32(1 << 18), np.uint32(1 << 19), np.uint32(1 << 20), np.uint32(1 << 21)
"""Bits of a cell: to be removed or replaced; may be the first character of mojibake; the second; NFC may change it.
Of a text's doubts: FAULT and UNSURE where any character has them, SECOND where one follows a FIRST."""
ONE, FORMS, SCRIPTS, CLASSES = np.uint32(1), np.uint32(3), np.uint32(255), np.uint32(255 << 10)


@kernel
def doubts(points: Points, cells: Cells) -> np.uint32:
    """What in a text may need mending: FAULT, SECOND, UNSURE, or nothing."""
    found, before = np.uint32(0), np.uint32(0)
    for point in points:
        cell = cells[point]
        found |= cell & (FAULT | UNSURE) | (before << ONE) & cell & SECOND
        if cell & CLASSES and before & CLASSES > cell & CLASSES:  # marks out of their canonical order
            found |= UNSURE
        before = cell
    return found


@kernel
def survey(data: Bytes, offsets: Offsets, cells: Cells, scripts: int, most: int) -> tuple[Cells, Tally, Tally]:
    """Of each document its doubts, and of its first `most` characters that are no markup the scripts and Han forms.

    `data` UTF-8 bytes, `offsets` int64 (n + 1), `cells` uint32 by code point. Returns uint32 (n); int32 (n, scripts);
    int32 (n, 4), columns none, simplified, traditional, unused.
    """
    count = len(offsets) - 1
    doubtful, tally, forms = (
        np.zeros(count, np.uint32),
        np.zeros((count, scripts), np.int32),
        np.zeros((count, 4), np.int32),
    )
    points, kept = np.empty(longest(offsets), np.uint32), np.empty(longest(offsets), np.uint32)
    for document in range(count):
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        doubtful[document] = doubts(text, cells)
        for point in kept[: outside_markup(text, kept, most)]:
            tally[document, cells[point] & SCRIPTS] += 1
            forms[document, cells[point] >> FORM & FORMS] += 1
    return doubtful, tally, forms
