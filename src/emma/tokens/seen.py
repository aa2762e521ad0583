"""How much of each document a training has seen: the tokens that its samples drew, by document of a source.

Whole rounds through a source are counted at once, and only what was drawn since the last of them sample by sample.
"""

import numpy as np
import numpy.typing as npt

from emma.tokens.order import find_window_start
from emma.tokens.samples import Samples, TokenSource, cut_spans

Ints = npt.NDArray[np.int64]
SLICE = 1 << 20
"""Documents of a source that are looked at at once: there is memory for a number each, and not for ten."""


def count_drawn(samples: Samples, number: int) -> Ints:
    """How many of the first `number` samples are of each source, int64 (sources,)."""
    drawn = np.zeros(len(samples.sources), np.int64)
    left = min(number, len(samples))
    for sources, _ in samples.order.blocks():
        drawn += np.bincount(sources[:left], minlength=len(drawn))
        left -= min(left, len(sources))
        if not left:
            break
    return drawn


def count_seen_tokens(samples: Samples, source: int, drawn: int) -> Ints:
    """The tokens of each document of a source that its first `drawn` samples hold, int64 (documents,).

    A token counts as often as it was drawn; one that was only predicted, behind the end of a sample, does not.
    """
    if samples.sources[source].bins is not None:
        return _count_in_bins(samples, source, drawn)
    return _count_in_windows(samples, source, drawn)


def _count_in_bins(samples: Samples, source: int, drawn: int) -> Ints:
    file, bins = samples.sources[source].file, samples.sources[source].bins
    assert bins is not None
    turns, rest = divmod(drawn, len(bins))
    seen = turns * bins.passes * file.lengths.astype(np.int64)
    for k in range(turns * len(bins), turns * len(bins) + rest):
        spans = cut_spans(samples.find_spans(source, k), samples.sequence_length)
        np.add.at(seen, spans[:, 0], spans[:, 2])
    return seen


def _count_in_windows(samples: Samples, source: int, drawn: int) -> Ints:
    """Windows of a cyclic stream: each is whole rounds through it, and a stretch that may pass its end."""
    own, length = samples.sources[source], samples.sequence_length
    per_epoch = max(1, own.tokens // length)
    epochs, rest = divmod(drawn, per_epoch)
    # The windows of whole epochs lie one behind the other, in whatever order they were drawn.
    starts, sizes = [find_window_offset(samples, source)], [epochs * per_epoch * length]
    for k in range(epochs * per_epoch, epochs * per_epoch + rest):
        starts.append(find_window_start(own.tokens, length, k, samples.seed, source))
        sizes.append(length)
    return count_covered(own, np.array(starts, np.int64), np.array(sizes, np.int64))


def find_window_offset(samples: Samples, source: int) -> int:
    """The place in a source's stream at which its first epoch begins."""
    # An epoch of one window has no order, and so begins where its window does.
    return find_window_start(
        samples.sources[source].tokens, samples.sources[source].tokens + 1, 0, samples.seed, source
    )


def count_covered(source: TokenSource, starts: Ints, sizes: Ints) -> Ints:
    """Tokens of each document in stretches of the source's cyclic stream, int64 (documents,)."""
    total, lengths = source.tokens, source.file.lengths
    rounds, sizes = int((sizes // total).sum()), sizes % total
    ends = starts + sizes
    past = np.maximum(ends - total, 0)
    # What passes the end goes on at the beginning.
    begins = np.concatenate([starts, np.zeros(len(past), np.int64)])
    ends = np.concatenate([ends - past, past])
    covered, border = np.empty(len(lengths), np.int64), 0
    for first in range(0, len(lengths), SLICE):
        part = lengths[first : first + SLICE].astype(np.int64)
        borders = border + np.append(0, np.cumsum(part))
        before = _sum_before(borders, begins) - _sum_before(borders, ends)
        covered[first : first + SLICE] = rounds * part + np.diff(before)
        border = int(borders[-1])
    return covered


def _sum_before(places: Ints, points: Ints) -> Ints:
    """For each place, the sum of its distances from the points before it."""
    ordered = np.sort(points)
    sums = np.append(0, np.cumsum(ordered))
    counts = np.searchsorted(ordered, places)
    return np.asarray(counts * places - sums[counts])
