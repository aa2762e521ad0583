"""Sets of nodes from pairs of them, and which of a corpus's documents survive their duplicates."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emma.kernels.compiling import kernel

Indices = NDArray[np.int64]

KEPT, EXACT, NEAR = range(3)
"""Outcome of a document among its duplicates: kept, or dropped as an exact or as a near duplicate."""


@kernel
def find_root(parents: Indices, index: int) -> int:
    """Return the smallest member of a set; shortens the path on the way (path halving)."""
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


@kernel
def union_pairs(parents: Indices, left: Indices, right: Indices) -> None:
    """Join the two sets of each pair; the smaller root stays. `parents` begins as 0, 1, 2…"""
    for edge in range(len(left)):
        one, two = find_root(parents, left[edge]), find_root(parents, right[edge])
        # Not the smaller tree under the larger: a set's root must be its first member.
        parents[max(one, two)] = min(one, two)


@kernel
def compress_paths(parents: Indices) -> None:
    """Make every node's parent its root."""
    # Roots are the smallest of their sets and so come first: one step for each node is enough.
    for index in range(len(parents)):
        parents[index] = parents[parents[index]]


@kernel
def adjacency(left: Indices, right: Indices, count: int) -> tuple[Indices, Indices]:
    """List the neighbours of each of `count` nodes, and where each node's begin (count + 1), from undirected edges."""
    starts = np.zeros(count + 2, np.int64)
    for edge in range(len(left)):
        starts[left[edge] + 2] += 1
        starts[right[edge] + 2] += 1
    for node in range(count + 1):
        starts[node + 1] += starts[node]
    neighbours = np.empty(2 * len(left), np.int64)
    for edge in range(len(left)):
        for one, two in ((left[edge], right[edge]), (right[edge], left[edge])):
            neighbours[starts[one + 1]] = two
            starts[one + 1] += 1
    return neighbours, starts[:-1]


@kernel
def choose_survivors(  # noqa: PLR0917 - compiled functions take arguments by position
    texts: Indices,
    langs: NDArray[np.int32],
    allowed: NDArray[np.bool_],
    left: Indices,
    right: Indices,
    last: NDArray[np.bool_],
) -> tuple[NDArray[np.uint8], Indices]:
    """Give each document KEPT, EXACT or NEAR, uint8 (n), and the kept one it lost to, int64 (n), else itself.

    Documents come in the order in which they are preferred, those that are `last` after all others. `texts` has the
    first document of the same text, and the pairs are of near duplicates among those firsts. A document is dropped only
    for a kept one of its language that has the same text or one near it, so that every drop resembles what stays;
    documents that are not `allowed` neither win nor lose.
    """
    neighbours, starts = adjacency(left, right, len(texts))
    latest, before = np.full(len(texts), -1, np.int64), np.full(len(texts), -1, np.int64)
    outcomes, winners = np.zeros(len(texts), np.uint8), np.arange(len(texts))
    for order in range(2 * len(texts)):  # twice, the second time for those that come last
        document = order % len(texts)
        if not allowed[document] or last[document] != (order >= len(texts)):
            continue
        text = texts[document]
        winner = find_kept(langs, before, latest[text], langs[document])
        if winner >= 0:
            outcomes[document], winners[document] = EXACT, winner
            continue
        for other in neighbours[starts[text] : starts[text + 1]]:
            winner = find_kept(langs, before, latest[other], langs[document])
            if winner >= 0 and (outcomes[document] == KEPT or winner < winners[document]):
                outcomes[document], winners[document] = NEAR, winner
        # `latest` and `before` chain the kept documents of a text, of which each language has one at most.
        if outcomes[document] == KEPT:
            before[document], latest[text] = latest[text], document
    return outcomes, winners


@kernel
def find_kept(langs: NDArray[np.int32], before: Indices, document: int, lang: int) -> int:
    """Follow `before` from `document` to the document of a language, -1 where there is none."""
    while document >= 0 and langs[document] != lang:
        document = before[document]
    return document


class ClusterLanguages(NamedTuple):
    """The languages of each of n clusters: of cluster i they are `langs[starts[i] : starts[i + 1]]`, with `bytes`."""

    starts: Indices
    langs: Indices
    bytes: Indices


@kernel
def hold_out_clusters(  # noqa: PLR0917 - compiled functions take arguments by position
    roots: Indices, sizes: Indices, limit: int, most: int, members: ClusterLanguages, room: Indices
) -> Indices:
    """Choose clusters, going through them in order and taking each that still fits, `most` of them at most.

    It fits when its size does under `limit`, and its bytes of each of its languages into what `room` has left for that
    language; `room`, int64 (languages), is used up.
    """
    chosen, count = np.empty(len(roots), np.int64), 0
    for at in range(len(roots)):
        if count == most:
            break
        start, stop = members.starts[roots[at]], members.starts[roots[at] + 1]
        fits = sizes[at] <= limit
        for place in range(start, stop):
            fits = fits and members.bytes[place] <= room[members.langs[place]]
        if fits:
            for place in range(start, stop):
                room[members.langs[place]] -= members.bytes[place]
            limit -= sizes[at]
            chosen[count] = roots[at]
            count += 1
    return chosen[:count].copy()
