"""Counts of a document's characters: what they are, which scripts they belong to, how often they repeat."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from emma.kernels.repeats import BLOCK, GRAM, NEWLINE, repeated_grams, repeated_lines, table_bits
from emma.kernels.tables import DIGIT, LETTER, MARK, PUNCT, SPACE, UPPER
from emma.kernels.utf8 import Bytes, Offsets, Points, decode, longest

Counts = NDArray[np.int64]

CHARS, SPACES, WORDS, LINES, LETTERS, UPPERS, MARKS, DIGITS, PUNCTS = range(9)
SCRIPT, SCRIPT_LETTERS, SCRIPTED, LABEL_LETTERS, LINE_REPEATS, GRAM_REPEATS = range(9, 15)
COLUMNS = 15
"""Columns of the counts. LETTERS includes UPPERS and not MARKS. SCRIPT is the index of the script with most letters and
marks, the lowest where two are level, -1 where there is none; SCRIPT_LETTERS are in it, LABEL_LETTERS in a script that
the row's label allows, SCRIPTED in any. LINE_REPEATS are characters, GRAM_REPEATS grams."""


@njit(nogil=True, cache=True)
def count_classes(points: Points, classes: NDArray[np.uint8], counts: Counts) -> None:
    """Fill CHARS to PUNCTS. A word is a run without white space; lines are one more than newlines, 0 when empty."""
    counts[CHARS] = len(points)
    counts[LINES] = len(points) > 0
    in_word = False
    for point in points:
        what = classes[point]
        counts[SPACES] += what == SPACE
        counts[LETTERS] += LETTER <= what <= UPPER
        counts[UPPERS] += what == UPPER
        counts[MARKS] += what == MARK
        counts[DIGITS] += what == DIGIT
        counts[PUNCTS] += what == PUNCT
        counts[LINES] += point == NEWLINE
        counts[WORDS] += what != SPACE and not in_word
        in_word = what != SPACE


@njit(nogil=True, cache=True)
def count_scripts(  # noqa: PLR0917 - compiled functions take arguments by position
    points: Points,
    classes: NDArray[np.uint8],
    scripts: NDArray[np.int16],
    allowed: NDArray[np.bool_],
    tally: Counts,
    counts: Counts,
) -> None:
    """Fill SCRIPT to LABEL_LETTERS. `tally` is room for one number a script."""
    tally[:] = 0
    for point in points:
        what = classes[point]
        if LETTER <= what <= MARK and scripts[point] >= 0:
            tally[scripts[point]] += 1
    counts[SCRIPT] = -1
    for script in range(len(tally)):
        counts[SCRIPTED] += tally[script]
        if allowed[script]:
            counts[LABEL_LETTERS] += tally[script]
        if tally[script] > counts[SCRIPT_LETTERS]:
            counts[SCRIPT], counts[SCRIPT_LETTERS] = script, tally[script]


@njit(nogil=True, cache=True)
def measure(  # noqa: PLR0917 - compiled functions take arguments by position
    data: Bytes,
    offsets: Offsets,
    classes: NDArray[np.uint8],
    scripts: NDArray[np.int16],
    labels: NDArray[np.int32],
    allowed: NDArray[np.bool_],
) -> Counts:
    """Counts of every document, int64 (n, COLUMNS).

    `data` UTF-8 bytes, `offsets` int64 (n + 1); `classes` and `scripts` by code point, a script of -1 belonging to
    none (common, inherited, unknown); `labels` int32 (n) the row of `allowed`, bool (labels, scripts), that tells
    which scripts a document's language label allows.
    """
    counts = np.zeros((len(offsets) - 1, COLUMNS), np.int64)
    room = longest(offsets)
    points = np.empty(room, np.uint32)
    table = np.empty(1 << max(table_bits(BLOCK + GRAM), table_bits(room + 1)), np.uint64)
    tally = np.empty(allowed.shape[1], np.int64)
    for document in range(len(counts)):
        row = counts[document]
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        count_classes(text, classes, row)
        count_scripts(text, classes, scripts, allowed[labels[document]], tally, row)
        row[LINE_REPEATS] = repeated_lines(text, table, row[LINES])
        row[GRAM_REPEATS] = repeated_grams(text, table)
    return counts
