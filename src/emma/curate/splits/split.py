"""Split documents: choose the clusters of duplicates that are held out for test and validation.

Whole clusters of near duplicates, over all languages, go to one split, so what is held out is not trained on in
another document or in a neighbouring variety. A cluster's turn is a hash of its id: sources may come and go, and most
of the test split stays. No language gives its largest cluster, nor more of its bytes than a stated share:
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
class HoldOut:
    """The amount of each language to hold out for one split."""

    split: int
    share: float
    """Share of the language's bytes."""
    max_bytes: int


@dataclass(frozen=True)
class ClusterQueue:
    """One language's clusters, in the order in which they are held out."""

    lang: int
    roots: Indices
    bytes: Indices


@dataclass(frozen=True)
class SplitState:
    """The splits of all clusters so far, and what may still be held out."""

    chosen: NDArray[np.uint8]
    """The split of each cluster."""
    free: NDArray[np.bool_]
    """Which clusters may be held out at all."""
    members: ClusterLanguages
    bytes_left: Indices
    """Bytes of each language that may still be held out; counted down by `hold_out_clusters`."""

    @classmethod
    def of(cls, queues: Sequence[ClusterQueue], clusters: int, min_clusters: int, max_share: float) -> "SplitState":
        """At first all clusters train, and of each language those of `kept_back` always will."""
        free = np.ones(clusters, np.bool_)
        for queue in queues:
            free[kept_back(queue, min_clusters)] = False
        bytes_left = np.array([int(max_share * queue.bytes.sum()) for queue in queues], np.int64)
        return cls(np.zeros(clusters, np.uint8), free, languages_by_cluster(queues, clusters), bytes_left)


def split_documents(
    langs: NDArray[np.int32],
    sizes: Indices,
    clusters: Indices,
    order: Hashes,
    hold_outs: tuple[HoldOut, ...],
    *,
    min_clusters: int,
    max_share: float,
) -> NDArray[np.uint8]:
    """The split of each document, uint8 (n).

    For each document `langs` has its language, numbered in the order in which they choose, `sizes` its bytes and
    `clusters` the number of its cluster; `order` has a hash for each cluster. Documents of a language with fewer than
    `min_clusters` clusters all train, and so does whatever shares a cluster with them. Of no language more than
    `max_share` of its bytes is held out, whichever language claimed it.
    """
    queues = list(language_queues(langs, sizes, clusters, order))
    state = SplitState.of(queues, len(order), min_clusters, max_share)
    for place, hold_out in enumerate(hold_outs):
        # A split takes its part of the clusters that are left, so that small languages have some for the next one.
        part = hold_out.share / (sum(other.share for other in hold_outs[place:]) or 1.0)
        for queue in queues:
            claim_clusters(queue, hold_out, part, state)
    splits: NDArray[np.uint8] = state.chosen[clusters]
    return splits


def language_queues(
    langs: NDArray[np.int32], sizes: Indices, clusters: Indices, order: Hashes
) -> Iterator[ClusterQueue]:
    """Each language's clusters in hash order, with the bytes of that language in them."""
    # The number of the cluster breaks ties of the hash, so that the order is always the same.
    sequence = np.lexsort((clusters, order[clusters], langs))
    langs, sizes, clusters = langs[sequence], sizes[sequence], clusters[sequence]
    fresh = np.flatnonzero(np.append(True, (langs[1:] != langs[:-1]) | (clusters[1:] != clusters[:-1])))[: len(langs)]
    if len(langs):
        totals = np.add.reduceat(sizes, fresh)
        borders = np.flatnonzero(np.diff(langs[fresh])) + 1
        parts = zip(np.split(clusters[fresh], borders), np.split(totals, borders), strict=True)
        for number, (roots, part) in enumerate(parts):
            yield ClusterQueue(number, roots, part)


def kept_back(queue: ClusterQueue, min_clusters: int) -> Indices:
    """The clusters that a language never gives: all where it has few, else its largest, of equal ones the last."""
    return queue.roots if len(queue.roots) < min_clusters else queue.roots[[-1 - int(np.argmax(queue.bytes[::-1]))]]


def languages_by_cluster(queues: Sequence[ClusterQueue], clusters: int) -> ClusterLanguages:
    """The languages of each cluster, and their bytes in it."""
    roots = np.concatenate([np.empty(0, np.int64), *(queue.roots for queue in queues)])
    langs = np.repeat(np.arange(len(queues)), [len(queue.roots) for queue in queues])
    sizes = np.concatenate([np.empty(0, np.int64), *(queue.bytes for queue in queues)])
    # Stable, so that the languages of a cluster stay in the order in which they choose.
    sequence = np.argsort(roots, kind="stable")
    starts = np.searchsorted(roots[sequence], np.arange(clusters + 1))
    return ClusterLanguages(starts, langs[sequence], sizes[sequence])


def claim_clusters(queue: ClusterQueue, hold_out: HoldOut, part: float, state: SplitState) -> None:
    """Hold out clusters of one language until its share is full; what other languages have claimed counts.

    Where no cluster fits into the share, the smallest one that fits into `bytes_left` is held out. At most `part` of
    the clusters go to this split, so that the next one finds some.
    """
    limit = min(hold_out.max_bytes, int(hold_out.share * queue.bytes.sum()))
    # What a language before this one held out in common clusters fills this share too.
    claimed = int(queue.bytes[state.chosen[queue.roots] == hold_out.split].sum())
    available = state.free[queue.roots] & (state.chosen[queue.roots] == TRAIN)
    roots, sizes = queue.roots[available], queue.bytes[available]
    max_clusters = max(1, round(part * len(roots)))
    taken = hold_out_clusters(roots, sizes, limit - claimed, max_clusters, state.members, state.bytes_left)
    if not claimed and not len(taken) and hold_out.max_bytes and hold_out.share:
        smallest = np.argsort(sizes, kind="stable")
        left = int(state.bytes_left[queue.lang])
        taken = hold_out_clusters(roots[smallest], sizes[smallest], left, 1, state.members, state.bytes_left)
    state.chosen[taken] = hold_out.split
