"""Runs of symbols: where segmented words divide, and which runs are the same.

Plain arrays of all symbols of all words, one after the other; nothing here is larger than they are.
"""

import numpy as np
import numpy.typing as npt

from emma.kernels.compiling import kernel

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@kernel
def resolve_neutral(symbols: Int32, words: Int64, classes: Int64, closed: int, neutral: int) -> Int32:
    """Give each symbol its class, int32 (n,): a neutral one takes that of the nearest other before it in its word, else
    of the next after it. A closed one hands nothing on.

    `symbols` (n,) are ids of pieces, `words` (n,) the word each belongs to, `classes` (pieces,).
    """
    kinds = np.empty(len(symbols), np.int32)
    last = neutral
    for place in range(len(symbols)):
        if place > 0 and words[place] != words[place - 1]:
            last = neutral
        kind = classes[symbols[place]]
        if kind != neutral:
            last = kind
        elif last != closed:
            kind = last
        kinds[place] = kind
    last = neutral
    # Backwards for neutral symbols at the beginning of a word, which have no other before them.
    for place in range(len(symbols) - 1, -1, -1):
        if place + 1 < len(symbols) and words[place] != words[place + 1]:
            last = neutral
        if kinds[place] != neutral:
            last = kinds[place]
        elif last != closed:
            kinds[place] = last
    return kinds


@kernel
def find_runs(kinds: Int32, words: Int64, closed: int, most: int) -> tuple[Int64, Int32]:
    """Find the runs of two symbols or more, starts and lengths: within a word, of one class that is not closed, `most`
    symbols at a time."""
    starts, lengths = np.empty(len(kinds) // 2, np.int64), np.empty(len(kinds) // 2, np.int32)
    count = 0
    begin = 0
    for place in range(1, len(kinds) + 1):
        joined = place < len(kinds) and words[place] == words[begin] and kinds[place] == kinds[begin]
        if joined and kinds[place] != closed and place - begin < most:
            continue
        if place - begin > 1:
            starts[count], lengths[count] = begin, place - begin
            count += 1
        begin = place
    return starts[:count].copy(), lengths[:count].copy()


@kernel
def number_runs(symbols: Int32, starts: Int64, lengths: Int32) -> tuple[Int64, Int64]:
    """Number the runs: for each run the number of its kind, and for each kind its first run, in order of appearance."""
    slots = 1024
    while slots < 2 * len(starts):
        slots *= 2
    table = np.full(slots, -1, np.int64)
    kinds, firsts = np.empty(len(starts), np.int64), np.empty(len(starts), np.int64)
    count = 0
    for run in range(len(starts)):
        slot = _slot(table, firsts, symbols, starts, lengths, run)
        if table[slot] < 0:
            table[slot] = count
            firsts[count] = run
            count += 1
        kinds[run] = table[slot]
    return kinds, firsts[:count].copy()


@kernel
def _slot(  # noqa: PLR0917 - compiled functions take arguments by position
    table: Int64, firsts: Int64, symbols: Int32, starts: Int64, lengths: Int32, run: int
) -> int:
    """Find the slot of a run's kind in the table, or the free one where it belongs. Linear probing."""
    mask = len(table) - 1
    hashed = np.uint64(lengths[run])
    for place in range(starts[run], starts[run] + lengths[run]):
        hashed = (hashed ^ np.uint64(symbols[place])) * np.uint64(0x9E3779B97F4A7C15)
        hashed ^= hashed >> np.uint64(29)
    slot = int(hashed >> np.uint64(20)) & mask
    while table[slot] >= 0 and not _same(symbols, starts, lengths, run, firsts[table[slot]]):
        slot = (slot + 1) & mask
    return slot


@kernel
def _same(symbols: Int32, starts: Int64, lengths: Int32, one: int, other: int) -> bool:
    if lengths[one] != lengths[other]:
        return False
    step = 0
    while step < lengths[one] and symbols[starts[one] + step] == symbols[starts[other] + step]:
        step += 1
    return bool(step == lengths[one])


@kernel
def concatenate_runs(symbols: Int32, starts: Int64, lengths: Int32) -> Int32:
    """Copy the symbols of some runs one after the other."""
    together = np.empty(lengths.sum(), np.int32)
    end = 0
    for run in range(len(starts)):
        for place in range(starts[run], starts[run] + lengths[run]):
            together[end] = symbols[place]
            end += 1
    return together


@kernel
def sum_by_kind(kinds: Int64, amounts: Int64, count: int) -> Int64:
    """Sum the amounts of each kind, int64 (count,)."""
    sums = np.zeros(count, np.int64)
    for run in range(len(kinds)):
        sums[kinds[run]] += amounts[run]
    return sums
