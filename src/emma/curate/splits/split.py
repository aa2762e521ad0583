"""Which clusters are held out for test and validation.

Whole clusters of near duplicates, over all languages, go to one split, so what is held out is not trained on in
another document or in a neighbouring variety. A cluster's place in the queue is a hash of its id: sources may come and
go, and most of the test split stays. No language gives its largest cluster, nor more of its bytes than a stated share:
a book and six lines would else be a test of lines for a model that never saw the book.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emma.kernels.sets import ClusterLanguages, Indices, hold_out_clusters
from emma.kernels.text import Hashes

TRAIN, VALIDATION, TEST = range(3)
"""Places in `emma.schemas.SPLITS`."""


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

    lang: int
    roots: Indices
    bytes: Indices


@dataclass(frozen=True)
class State:
    """What is decided so far of all clusters, and what may still be."""

    chosen: NDArray[np.uint8]
    """The split of each cluster."""
    free: NDArray[np.bool_]
    """Which clusters may be held out at all."""
    members: ClusterLanguages
    room: Indices
    """Bytes of each language that may still be held out."""

    @classmethod
    def of(cls, queues: Sequence[Queue], clusters: int, enough: int, share: float) -> "State":
        """All train, and no language gives what `kept_back` says."""
        free = np.ones(clusters, np.bool_)
        for queue in queues:
            free[kept_back(queue, enough)] = False
        room = np.array([int(share * queue.bytes.sum()) for queue in queues], np.int64)
        return cls(np.zeros(clusters, np.uint8), free, by_cluster(queues, clusters), room)


def split(
    langs: NDArray[np.int32],
    sizes: Indices,
    clusters: Indices,
    order: Hashes,
    held: tuple[Held, ...],
    *,
    enough: int,
    share: float,
) -> NDArray[np.uint8]:
    """The split of each document, uint8 (n).

    For each document `langs` has its language, numbered in the order in which they choose, `sizes` its bytes and
    `clusters` the number of its cluster; `order` has a hash for each cluster. Documents of a language with fewer than
    `enough` clusters all train, and so does whatever shares a cluster with them. Of no language more than `share` of
    its bytes is held out, whoever claimed it.
    """
    queues = list(language_queues(langs, sizes, clusters, order))
    state = State.of(queues, len(order), enough, share)
    for place, each in enumerate(held):
        part = each.share / (sum(other.share for other in held[place:]) or 1.0)
        for queue in queues:
            claim(queue, each, part, state)
    result: NDArray[np.uint8] = state.chosen[clusters]
    return result


def language_queues(langs: NDArray[np.int32], sizes: Indices, clusters: Indices, order: Hashes) -> Iterator[Queue]:
    """Each language's clusters in hash order, with the bytes of that language in them."""
    sequence = np.lexsort((clusters, order[clusters], langs))
    langs, sizes, clusters = langs[sequence], sizes[sequence], clusters[sequence]
    fresh = np.flatnonzero(np.append(True, (langs[1:] != langs[:-1]) | (clusters[1:] != clusters[:-1])))[: len(langs)]
    if len(langs):
        totals = np.add.reduceat(sizes, fresh)
        borders = np.flatnonzero(np.diff(langs[fresh])) + 1
        parts = zip(np.split(clusters[fresh], borders), np.split(totals, borders), strict=True)
        for number, (roots, part) in enumerate(parts):
            yield Queue(number, roots, part)


def kept_back(queue: Queue, enough: int) -> Indices:
    """The clusters that a language never gives: all where it has few, else its largest, of equal ones the last."""
    return queue.roots if len(queue.roots) < enough else queue.roots[[-1 - int(np.argmax(queue.bytes[::-1]))]]


def by_cluster(queues: Sequence[Queue], clusters: int) -> ClusterLanguages:
    """The languages of each cluster, and their bytes in it."""
    roots = np.concatenate([np.empty(0, np.int64), *(queue.roots for queue in queues)])
    langs = np.repeat(np.arange(len(queues)), [len(queue.roots) for queue in queues])
    sizes = np.concatenate([np.empty(0, np.int64), *(queue.bytes for queue in queues)])
    sequence = np.argsort(roots, kind="stable")
    starts = np.searchsorted(roots[sequence], np.arange(clusters + 1))
    return ClusterLanguages(starts, langs[sequence], sizes[sequence])


def claim(queue: Queue, held: Held, part: float, state: State) -> None:
    """Hold out clusters of one language until its share is full; what others have claimed counts.

    Where no cluster fits into the share, it is the smallest one that there is room for. At most `part` of the clusters
    go to this split, so that the next one finds some.
    """
    limit = min(held.most, int(held.share * queue.bytes.sum()))
    claimed = int(queue.bytes[state.chosen[queue.roots] == held.split].sum())
    open_ = state.free[queue.roots] & (state.chosen[queue.roots] == TRAIN)
    roots, sizes = queue.roots[open_], queue.bytes[open_]
    most = max(1, round(part * len(roots)))
    taken = hold_out_clusters(roots, sizes, limit - claimed, most, state.members, state.room)
    if not claimed and not len(taken) and held.most and held.share:
        smallest = np.argsort(sizes, kind="stable")
        left = int(state.room[queue.lang])
        taken = hold_out_clusters(roots[smallest], sizes[smallest], left, 1, state.members, state.room)
    state.chosen[taken] = held.split
