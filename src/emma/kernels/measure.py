"""Counts of a document's characters: what they are, which scripts they belong to, how often they repeat."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.letters import outside_markup
from emma.kernels.normal import normalise
from emma.kernels.repeats import (
    BLOCK,
    GRAM,
    NEWLINE,
    WORD_GRAM,
    repeated_grams,
    repeated_lines,
    table_bits,
)
from emma.kernels.tables import LETTER, MARK, SPACE
from emma.kernels.utf8 import Bytes, Offsets, Points, decode, longest

Counts = NDArray[np.int64]
Tallies = NDArray[np.int32]

OTHERS, SPACES, LOWERS, UPPERS, MARKS, DIGITS, PUNCTS, SYMBOLS = range(8)
CHARS, WORDS, LINES, FILLED_LINES, LINE_CHARS, LINE_REPEATS = range(8, 14)
GRAMS, GRAM_REPEATS, WORD_GRAMS, WORD_GRAM_REPEATS = range(14, 18)
COLUMNS = 18
"""Columns of the counts. The first eight are characters by class, as the classes of `tables` are numbered: LOWERS are
all letters that are not UPPERS. A word is a run without white space; LINES are one more than newlines, 0 when empty,
FILLED_LINES those that are not empty. LINE_CHARS are characters in lines, LINE_REPEATS those in repeated ones, and
GRAM_REPEATS and WORD_GRAM_REPEATS repeated ones of the GRAMS and WORD_GRAMS that there are."""


@kernel
def count_characters(points: Points, cells: NDArray[np.uint16], counts: Counts) -> None:
    """Fill OTHERS to FILLED_LINES."""
    after_space, line_start = True, True
    words, newlines, empty = 0, 0, 0
    for point in points:
        what = cells[point] & 7
        counts[what] += 1
        space, newline = what == SPACE, point == NEWLINE
        words += after_space and not space
        newlines += newline
        empty += newline and line_start
        after_space, line_start = space, newline
    counts[CHARS], counts[WORDS] = len(points), words
    counts[LINES] = newlines + (len(points) > 0)
    counts[FILLED_LINES] = counts[LINES] - empty - (line_start and len(points) > 0)
    counts[LINE_CHARS] = len(points) - newlines


@kernel
def count_scripts(points: Points, cells: NDArray[np.uint16], tally: Tallies) -> None:
    """Add letters and marks by script to `tally`."""
    for point in points:
        cell = cells[point]
        tally[cell >> 3] += LETTER <= cell & 7 <= MARK


@kernel
def measure(
    data: Bytes, offsets: Offsets, cells: NDArray[np.uint16], fold: Points, scripts: int
) -> tuple[Counts, Tallies]:
    """Counts of every document, int64 (n, COLUMNS), and its letters and marks by script, int32 (n, scripts).

    Scripts are those of what is no markup. `data` UTF-8 bytes, `offsets` int64 (n + 1); by code point, `cells` is
    class + 8 * script, and `fold` the normalised form, in which words are compared.
    """
    documents, room = len(offsets) - 1, longest(offsets)
    counts, tallies = np.zeros((documents, COLUMNS), np.int64), np.zeros((documents, scripts), np.int32)
    points, kept = np.empty(room, np.uint32), np.empty(room, np.uint32)
    words = np.empty(room // 2 + 1, np.uint64)
    table = np.empty(1 << max(table_bits(BLOCK), table_bits(room + 1)), np.uint32)
    for document in range(documents):
        row = counts[document]
        text = points[: decode(data, offsets[document], offsets[document + 1], points)]
        count_characters(text, cells, row)
        count_scripts(kept[: outside_markup(text, kept, len(text))], cells, tallies[document])
        row[LINE_REPEATS] = repeated_lines(text, table, row[LINES])
        row[GRAMS] = max(0, len(text) - GRAM + 1)
        row[GRAM_REPEATS] = repeated_grams(text, GRAM, table)
        found = words[: normalise(text, fold, kept, words)[1]]
        row[WORD_GRAMS] = max(0, len(found) - WORD_GRAM + 1)
        row[WORD_GRAM_REPEATS] = repeated_grams(found, WORD_GRAM, table)
    return counts, tallies
