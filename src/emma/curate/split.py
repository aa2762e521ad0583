"""Which clusters are held out for test and validation.

Whole clusters of near duplicates, over all languages, go to one split, so what is held out is not trained on in
another document or in a neighbouring variety. A cluster's place in the queue is a hash of its id: sources may come and
go, and most of the test split stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emma.kernels.sets import Indices, fit
from emma.kernels.utf8 import Hashes

TRAIN, VALIDATION, TEST = range(3)
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Held:
    """How much of each language to hold out for one split."""

    split: int
    share: float
    most: int
    """Bytes."""


@dataclass(frozen=True)
class Queue:
    """One language's clusters, in the order in which they are held out."""

    roots: Indices
    bytes: Indices


def split(
    langs: NDArray[np.int32], sizes: Indices, clusters: Indices, order: Hashes, held: tuple[Held, ...], *, enough: int
) -> NDArray[np.uint8]:
    """The split of each document, uint8 (n).

    For each document `langs` has its language, numbered in the order in which they choose, `sizes` its bytes and
    `clusters` the number of its cluster; `order` has a hash for each cluster. Documents of a language with fewer than
    `enough` clusters all train, and so does whatever shares a cluster with them.
    """
    queues = list(language_queues(langs, sizes, clusters, order))
    chosen = np.zeros(len(order), np.uint8)
    free = np.ones(len(chosen), np.bool_)
    for queue in queues:
        if len(queue.roots) < enough:
            free[queue.roots] = False
    for share in held:
        for queue in queues:
            if len(queue.roots) >= enough:
                claim(queue, chosen, free, share)
    result: NDArray[np.uint8] = chosen[clusters]
    return result


def language_queues(langs: NDArray[np.int32], sizes: Indices, clusters: Indices, order: Hashes) -> Iterator[Queue]:
    """Each language's clusters in hash order, with the bytes of that language in them."""
    sequence = np.lexsort((clusters, order[clusters], langs))
    langs, sizes, clusters = langs[sequence], sizes[sequence], clusters[sequence]
    fresh = np.flatnonzero(np.append(True, (langs[1:] != langs[:-1]) | (clusters[1:] != clusters[:-1])))[: len(langs)]
    if len(langs):
        totals = np.add.reduceat(sizes, fresh)
        borders = np.flatnonzero(np.diff(langs[fresh])) + 1
        for roots, part in zip(np.split(clusters[fresh], borders), np.split(totals, borders), strict=True):
            yield Queue(roots, part)


def claim(queue: Queue, chosen: NDArray[np.uint8], free: NDArray[np.bool_], held: Held) -> None:
    """Hold out clusters of one language until its share is full; what others have claimed counts.

    Where no cluster fits into the share, it is the smallest one: of five or more, it has at most a fifth of the bytes.
    """
    limit = min(held.most, int(held.share * queue.bytes.sum()))
    claimed = int(queue.bytes[chosen[queue.roots] == held.split].sum())
    open_ = free[queue.roots] & (chosen[queue.roots] == TRAIN)
    roots, sizes = queue.roots[open_], queue.bytes[open_]
    taken = roots[fit(sizes, limit - claimed)]
    if not claimed and not len(taken) and len(roots) and held.most and held.share:
        taken = roots[[np.argmin(sizes)]]
    chosen[taken] = held.split
