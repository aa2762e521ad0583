"""Best-fit packing: pieces of known size into as few bins as can be found, in one pass and without a search."""

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel

Counts = NDArray[np.int64]


@kernel
def best_fit(sizes: Counts, capacity: int, passes: int) -> tuple[Counts, Counts]:
    """The bin of every piece, int64 (passes * pieces,), and the bins there are before each pass, int64 (passes + 1,).

    `sizes` are 1 to `capacity`, in the order in which they are put away, largest first for best-fit decreasing. All go
    in `passes` times, one pass after the other. A piece goes where it leaves least room; of several such bins, into
    the one that a piece was put into last; where none has room, into a new one. Takes log(capacity) steps a piece: a
    tree over the amounts of room knows which of them some bin has (Ding et al., arXiv 2404.10830, algorithm 1).
    """
    # A power of two, so that the parent of a node is its half and the leaves are the second half of the tree.
    leaves = 1
    while leaves <= capacity:
        leaves *= 2
    tree = np.zeros(2 * leaves, np.int64)  # bins below each node; leaf r: those with room for r
    last = np.full(capacity + 1, -1)  # of the bins with room r, the newest; the others by `before`
    before = np.empty(passes * len(sizes), np.int64)
    chosen, opened = np.empty(passes * len(sizes), np.int64), np.zeros(passes + 1, np.int64)
    bins = 0
    for turn in range(passes):
        for piece in range(len(sizes)):
            size = sizes[piece]
            room = first_leaf(tree, leaves, size)
            if room < 0:
                room, at = capacity, bins
                bins += 1
            else:
                at = last[room]
                last[room] = before[at]
                add(tree, leaves + room, -1)
            room -= size
            if room > 0:
                before[at] = last[room]
                last[room] = at
                add(tree, leaves + room, 1)
            chosen[turn * len(sizes) + piece] = at
        opened[turn + 1] = bins
    return chosen, opened


@kernel
def first_leaf(tree: Counts, leaves: int, start: int) -> int:
    """The first leaf from `start` on that is not 0, or -1."""
    node = leaves + start
    if tree[node]:
        return start
    # Up to the first sibling on the right that has something, then down its leftmost path.
    while node > 1:
        if node % 2 == 0 and tree[node + 1]:
            node += 1
            while node < leaves:
                node = 2 * node if tree[2 * node] else 2 * node + 1
            return node - leaves
        node //= 2
    return -1


@kernel
def add(tree: Counts, node: int, amount: int) -> None:
    """Add to a leaf, and to all above it."""
    while node:
        tree[node] += amount
        node //= 2
