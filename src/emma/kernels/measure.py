"""Count a document's characters by class and script, its words and lines, and how much of it repeats."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel
from emma.kernels.letters import outside_markup
from emma.kernels.normal import normalise
from emma.kernels.tables import LETTER, MARK, SPACE
from emma.kernels.text import FIRST, GOLDEN, NEWLINE, Bytes, Offsets, Points, decode, longest, mix, power

Counts = NDArray[np.int64]
Tallies = NDArray[np.int32]

GRAM = 10
"""Characters per gram."""
WORD_GRAM = 5
"""Words per gram."""
BLOCK = 4096
"""Characters, or words, within which grams are compared. Without such a window a long book would look more repetitive
than a short one of the same prose."""

Table = NDArray[np.uint32]

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
        kind = cells[point] & 7
        counts[kind] += 1
        space, newline = kind == SPACE, point == NEWLINE
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
def measure_documents(
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
        row[LINE_REPEATS] = count_repeated_lines(text, table, row[LINES])
        row[GRAMS] = max(0, len(text) - GRAM + 1)
        # One table for lines and grams: each clears the part of it that it uses.
        row[GRAM_REPEATS] = count_repeated_grams(text, GRAM, table)
        hashes = words[: normalise(text, fold, kept, words)[1]]
        row[WORD_GRAMS] = max(0, len(hashes) - WORD_GRAM + 1)
        row[WORD_GRAM_REPEATS] = count_repeated_grams(hashes, WORD_GRAM, table)
    return counts, tallies


@kernel
def table_bits(entries: int) -> int:
    """Bits of the smallest hash table that stays at most half full."""
    bits = 1
    while 1 << bits < 2 * entries:
        bits += 1
    return bits


@kernel
def was_seen(table: Table, mask: int, value: np.uint64) -> bool:
    """Whether a hash is in the open-addressing table already; it is there afterwards.

    The table holds the upper half of each hash, so one in 2^32 of those that meet in it passes for another.
    """
    key = max(np.uint32(value >> np.uint64(32)), np.uint32(1))  # 0 marks a free slot
    slot = np.int64(value & np.uint64(mask))
    while table[slot] != 0:
        if table[slot] == key:
            return True
        slot = (slot + 1) & mask
    table[slot] = key
    return False


@kernel
def count_repeated_grams(units: NDArray[np.unsignedinteger], gram: int, table: Table) -> int:
    """Count grams of `gram` units, characters or hashes of words, that occurred before in their block of BLOCK units.

    `table` needs room for 2 ** table_bits(BLOCK).
    """
    again = 0
    base = GOLDEN | np.uint64(1)
    leaving = power(base, gram)  # a rolling hash (Karp and Rabin 1987): what enters is added, what leaves taken away
    for start in range(0, len(units) - gram + 1, BLOCK):
        stop = min(start + BLOCK + gram - 1, len(units))  # a gram belongs to the block it begins in
        mask = (1 << table_bits(stop - start - gram + 1)) - 1
        table[: mask + 1] = 0
        value = np.uint64(0)
        for at in range(start, stop):
            value = value * base + np.uint64(units[at])
            if at >= start + gram:
                value -= leaving * np.uint64(units[at - gram])
            if at >= start + gram - 1:
                again += was_seen(table, mask, mix(value))
    return again


@kernel
def count_repeated_lines(points: Points, table: Table, lines: int) -> int:
    """Count characters in lines that occurred before in the document; empty lines do not count.

    `table` needs room for 2 ** table_bits(lines).
    """
    if lines < 2:
        return 0
    mask = (1 << table_bits(lines)) - 1
    table[: mask + 1] = 0
    again, start, value = 0, 0, GOLDEN
    for at in range(len(points) + 1):
        if at == len(points) or points[at] == NEWLINE:
            if at > start and was_seen(table, mask, mix(value)):
                again += at - start
            start, value = at + 1, GOLDEN
        else:
            value = (value + np.uint64(points[at]) + GOLDEN) * FIRST
            value ^= value >> np.uint64(32)
    return again


@kernel
def count_words(data: Bytes, offsets: Offsets, classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the words of each document, int64 (n,): runs without white space. `classes` is by code point."""
    counts, points = np.zeros(len(offsets) - 1, np.int64), np.empty(longest(offsets), np.uint32)
    for document in range(len(counts)):
        after_space = True
        for at in range(decode(data, offsets[document], offsets[document + 1], points)):
            space = classes[points[at]] == SPACE
            counts[document] += after_space and not space
            after_space = space
    return counts
