"""Byte-pair encoding on arrays: pair counts that are kept up to date while runs of text are rewritten.

A run is a stretch of symbols inside which merges may happen. Each pair of adjacent symbols has a count and a list of
the runs that hold it, so that one merge touches only those runs. Everything grows by doubling, which the caller does:
a kernel that finds the arrays nearly full returns where it stopped.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from emma.kernels.compiling import kernel

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

MAX_RUN_SYMBOLS = 32
"""Symbols a run may have at most."""
_LOW = 0xFFFFFFFF


class Runs(NamedTuple):
    """Distinct runs of symbols. `symbols` int32 (n,) is rewritten in place, `starts` int64 (u,), `lengths` int32 (u,)
    shrinks, `weights` int64 (u,) is how often the run occurs."""

    symbols: Int32
    starts: Int64
    lengths: Int32
    weights: Int64


class PairTable(NamedTuple):
    """Adjacent pairs in order of discovery, and a linked list of runs for each.

    `table` int32 maps hashed keys to pair numbers (-1: free; its size is a power of two). `keys` int64 holds
    left << 32 | right, `counts` int64 is exact, `heads` int32 is the newest node. A node names a run, its pair, and
    the node before; a run may have several of one pair, and keep nodes of pairs it has lost. `used` int64 (2,)
    counts pairs and nodes.
    """

    table: Int32
    keys: Int64
    counts: Int64
    heads: Int32
    node_run: Int32
    node_pair: Int32
    node_next: Int32
    used: Int64


def empty_pairs(capacity: int) -> PairTable:
    """Room for `capacity` pairs and twice as many nodes."""
    nodes = 2 * capacity
    return PairTable(
        table=_free_table(capacity),
        keys=np.empty(capacity, np.int64),
        counts=np.empty(capacity, np.int64),
        heads=np.empty(capacity, np.int32),
        node_run=np.empty(nodes, np.int32),
        node_pair=np.empty(nodes, np.int32),
        node_next=np.empty(nodes, np.int32),
        used=np.zeros(2, np.int64),
    )


def grow_pairs(pairs: PairTable) -> PairTable:
    """Copy the table into one with twice the room for pairs, for nodes, or for both, where it is short."""
    number, nodes = (int(count) for count in pairs.used)
    larger: dict[str, npt.NDArray[Any]] = {}
    if number + MAX_RUN_SYMBOLS > len(pairs.keys):
        larger |= {name: _twice(getattr(pairs, name), number) for name in ("keys", "counts", "heads")}
        larger["table"] = _free_table(2 * len(pairs.keys))
        _fill_table(larger["table"], larger["keys"], number)
    if nodes + MAX_RUN_SYMBOLS > len(pairs.node_run):
        larger |= {name: _twice(getattr(pairs, name), nodes) for name in ("node_run", "node_pair", "node_next")}
    return pairs._replace(**larger)


def _twice(array: npt.NDArray[Any], used: int) -> npt.NDArray[Any]:
    larger = np.empty(2 * len(array), array.dtype)  # what is not used yet takes no memory
    larger[:used] = array[:used]
    return larger


def _free_table(capacity: int) -> Int32:
    return np.full(1 << max(8, (2 * capacity - 1).bit_length()), -1, np.int32)


@kernel
def _fill_table(table: Int32, keys: Int64, used: int) -> None:
    for pair in range(used):
        table[_slot(table, keys, keys[pair])] = pair


@kernel
def _slot(table: Int32, keys: Int64, key: int) -> int:
    """Find the slot of `key` in the table, or the free one where it belongs. Multiplicative hashing, linear probing."""
    mask = len(table) - 1
    # The lowest 24 bits of the product depend on the right symbol alone.
    slot = int((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)) & mask
    while table[slot] >= 0 and keys[table[slot]] != key:
        slot = (slot + 1) & mask
    return slot


@kernel
def _is_full(pairs: PairTable) -> bool:
    """Whether one more run might not fit."""
    pairs_after, nodes_after = pairs.used[0] + MAX_RUN_SYMBOLS, pairs.used[1] + MAX_RUN_SYMBOLS
    return bool(pairs_after > len(pairs.keys) or nodes_after > len(pairs.node_run))


@kernel
def _add(pairs: PairTable, left: int, right: int, weight: int, run: int) -> None:
    """Count a pair; list the run under it, unless `run` is -1."""
    key = int(left) << 32 | int(right)
    slot = _slot(pairs.table, pairs.keys, key)
    pair = pairs.table[slot]
    if pair < 0:
        pair = pairs.used[0]
        pairs.used[0] += 1
        pairs.table[slot] = pair
        pairs.keys[pair], pairs.counts[pair], pairs.heads[pair] = key, 0, -1
    pairs.counts[pair] += weight
    if run >= 0:
        node = pairs.used[1]
        pairs.used[1] += 1
        pairs.node_run[node] = run
        pairs.node_pair[node] = pair
        pairs.node_next[node] = pairs.heads[pair]
        pairs.heads[pair] = node


@kernel
def count_pairs(runs: Runs, pairs: PairTable, first: int) -> int:
    """Count and list the pairs of all runs from `first` on. Returns -1, or the run to go on with after growing."""
    for run in range(first, len(runs.starts)):
        if _is_full(pairs):
            return run
        start = runs.starts[run]
        for place in range(start, start + runs.lengths[run] - 1):
            _add(pairs, runs.symbols[place], runs.symbols[place + 1], runs.weights[run], run)
    return -1


@kernel
def merge_pair(runs: Runs, pairs: PairTable, pair: int, new: int, node: int) -> int:
    """Write `new` for the pair in all runs that hold it, from `node` of its list on, and bring the counts up to date.

    Returns -1, or the node to go on with after growing. The pairs with `new` are those of the nodes this adds.
    """
    key = int(pairs.keys[pair])
    while node >= 0:
        if _is_full(pairs):
            return node
        _rewrite(runs, pairs, pairs.node_run[node], key, new)
        node = pairs.node_next[node]
    return -1


@kernel
def _rewrite(runs: Runs, pairs: PairTable, run: int, key: int, new: int) -> None:
    left, right = key >> 32, key & _LOW
    symbols, start, length = runs.symbols, runs.starts[run], runs.lengths[run]
    place = start
    while place < start + length - 1 and not (symbols[place] == left and symbols[place + 1] == right):
        place += 1
    if place >= start + length - 1:
        return  # an earlier merge took the pair away
    weight = runs.weights[run]
    first = max(start, place - 1)
    # Merged places change the pairs on both sides of them: all from there on are counted out, and in again below.
    for at in range(first, start + length - 1):
        _add(pairs, symbols[at], symbols[at + 1], -weight, -1)
    end = place
    while place < start + length:
        if place < start + length - 1 and symbols[place] == left and symbols[place + 1] == right:
            symbols[end] = new
            place += 2
        else:
            symbols[end] = symbols[place]
            place += 1
        end += 1
    runs.lengths[run] = end - start
    for at in range(first, end - 1):
        # Pairs without the new symbol are listed under this run already; only their counts come back.
        touched = symbols[at] == new or symbols[at + 1] == new
        _add(pairs, symbols[at], symbols[at + 1], weight, run if touched else -1)
