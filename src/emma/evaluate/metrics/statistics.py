"""Intervals and tests, from the statistics of items that every metric is summed of.

What is drawn, swapped or left out is a cluster of items and not an item: questions on one paragraph, or a sentence in
all its translations, are one draw. Right and wrong answers have closed forms; any other metric is resampled.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emma.config.extras import need
from emma.evaluate.likelihood.tables import LEVELS, draw_documents
from emma.evaluate.metrics.metric import Floats

Interval = tuple[float | None, float | None]
Total = Callable[[Floats], Floats]
"""A metric's scores (…) of summed statistics (…, k)."""

NO_INTERVAL: Interval = (None, None)
POWER_Z = 1.959964 + 0.841621
"""Standard normal quantiles of a two-sided level of 5 % and of a power of 80 %."""
FEWEST_CLUSTERS = 6
"""With fewer, not even the same sign everywhere is significant at 5 %: 2 / 2^5 is 0.06."""


@dataclass(frozen=True)
class Resampling:
    """How often clusters are drawn again, and the seed: the same draws for every model, which are thus paired."""

    times: int = 1000
    seed: int = 0

    # The languages of a task mostly have as many items as one another, and share their draws.
    @lru_cache(maxsize=4)  # noqa: B019 - frozen, and few
    def draw(self, clusters: int) -> Floats:
        """How often each cluster is drawn, (times, clusters)."""
        return draw_documents(clusters, self.times, self.seed, "clusters").astype(np.float64)

    @lru_cache(maxsize=4)  # noqa: B019
    def swap(self, clusters: int) -> Floats:
        """Whether two models change places in each cluster, (ways, clusters): all ways, where they are few."""
        if clusters < 63 and 2**clusters <= self.times:
            ways = np.arange(2**clusters)[:, None] >> np.arange(clusters) & 1
        else:
            ways = np.random.default_rng([self.seed % 2**64, clusters]).integers(0, 2, (self.times, clusters))
            ways[0] = 0  # the way that was observed is one of them, so that no p is zero
        return ways.astype(np.float64)


def sum_clusters(statistics: Floats, clusters: Sequence[str]) -> tuple[list[str], Floats]:
    """The clusters, sorted, and the statistics (clusters, k) of each, summed over its items."""
    names, places = np.unique(np.asarray(clusters, dtype=object).astype(str), return_inverse=True)
    sums = np.zeros((len(names), statistics.shape[1]))
    np.add.at(sums, places, statistics)
    return names.tolist(), sums


def read_outcomes(total: Total, statistics: Floats) -> NDArray[np.bool_] | None:
    """Right or wrong for each item, where a metric is the share of right answers; None where it is anything else."""
    values = total(statistics)
    if not len(values) or not np.isin(values, (0.0, 1.0)).all():
        return None
    # F1, say, is 0 or 1 for an item too: it is no mean of them.
    cuts = {len(values), (len(values) + 1) // 2}
    means = [math.isclose(float(total(statistics[:cut].sum(0))), values[:cut].mean(), abs_tol=1e-9) for cut in cuts]
    return values == 1.0 if all(means) else None


def find_interval(total: Total, statistics: Floats, clusters: Sequence[str], resampling: Resampling) -> Interval:
    """The 95 % interval of a score: Wilson's for a share of independent items, else a bootstrap over clusters."""
    _, sums = sum_clusters(statistics, clusters)
    outcomes = read_outcomes(total, statistics)
    # Where all are right, or none is, no draw of clusters varies either, and each of them is as good as one item.
    if outcomes is not None and (len(sums) == len(outcomes) or len({*outcomes.tolist()}) == 1):
        return proportion_interval(round(len(sums) * outcomes.mean()), len(sums))
    if len(sums) < 2:
        return NO_INTERVAL
    return percentile_interval(total(resampling.draw(len(sums)) @ sums), len(sums))


def proportion_interval(right: int, items: int) -> Interval:
    """Wilson's 95 % interval of a share (JASA 22, 1927): not empty where all are right, nor beyond 0 and 1."""
    if items < 2:
        return NO_INTERVAL
    found = need("scipy.stats", "evaluate").binomtest(right, items).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def percentile_interval(values: Floats, clusters: int) -> Interval:
    """The 95 % interval of a bootstrap, expanded as few clusters ask for: their draws vary too little.

    Hesterberg, What Teachers Should Know about the Bootstrap (The American Statistician 69, 2015), section 4.
    """
    stats = need("scipy.stats", "evaluate")
    reach = math.sqrt(clusters / (clusters - 1)) * stats.t.ppf(LEVELS[1], clusters - 1)
    values = values[np.isfinite(values)]
    if not len(values):
        return NO_INTERVAL
    low, high = np.quantile(values, [stats.norm.cdf(-reach), stats.norm.cdf(reach)])
    return float(low), float(high)


@dataclass(frozen=True)
class Comparison:
    """Two models on the same items. A difference is the second's score less the first's."""

    low: float | None
    high: float | None
    p: float
    smallest: float | None
    """The smallest difference that would be found in four of five such samples, at a level of 5 %; None: there is
    none, so few are the items."""


def compare(total: Total, first: Floats, second: Floats, clusters: Sequence[str], resampling: Resampling) -> Comparison:
    """Compare the statistics (items, k) of two models on the same items."""
    _, sums_first = sum_clusters(first, clusters)
    _, sums_second = sum_clusters(second, clusters)
    one, other, count = read_outcomes(total, first), read_outcomes(total, second), len(sums_first)
    if one is not None and other is not None:
        if count == len(first):
            return compare_outcomes(one, other)
        if (one == other).all():  # no draw of clusters varies: each is as good as one item
            one = np.arange(count) < round(count * one.mean())
            return compare_outcomes(one, one)
    if count < 2:
        return Comparison(None, None, 1.0, None)
    drawn = resampling.draw(count)
    low, high = percentile_interval(total(drawn @ sums_second) - total(drawn @ sums_first), count)
    error = standard_error(find_influences(total, sums_second) - find_influences(total, sums_first))
    smallest = POWER_Z * error if count >= FEWEST_CLUSTERS and error > 0 else None
    return Comparison(low, high, swap_test(total, sums_first, sums_second, resampling), smallest)


def compare_outcomes(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Comparison:
    """Compare right and wrong answers by exact McNemar, with Newcombe's interval."""
    gained, lost, both = int((second & ~first).sum()), int((first & ~second).sum()), int((first & second).sum())
    items = len(first)
    low, high = paired_interval(both, gained, lost, items - both - gained - lost)
    # A difference d needs a share d of items that changed; it shows above the noise of all that changed (Connor,
    # Biometrics 43, 1987, without the term of d squared).
    smallest = max(POWER_Z * math.sqrt(gained + lost) / items, POWER_Z**2 / items) if items else 1.0
    return Comparison(low, high, mcnemar(gained, lost), smallest if smallest <= 1 else None)


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided p of the exact McNemar test, from the items that only one of two models has right."""
    if not gained + lost:
        return 1.0
    return float(need("scipy.stats", "evaluate").binomtest(gained, gained + lost).pvalue)


def paired_interval(both: int, gained: int, lost: int, neither: int) -> Interval:
    """The 95 % interval of the difference of two shares of the same items, for the second model less the first.

    Newcombe, Statistics in Medicine 17 (1998), 2635, method 10: Wilson's intervals joined by the correlation. Unlike a
    bootstrap, it does not shrink to a point where few items changed.
    """
    items = both + gained + lost + neither
    share, other = (both + gained) / max(1, items), (both + lost) / max(1, items)
    (low, high), (low_other, high_other) = (proportion_interval(both + more, items) for more in (gained, lost))
    if low is None or high is None or low_other is None or high_other is None:
        return NO_INTERVAL
    phi = _correlation(both, gained, lost, neither)
    down = _join(share - low, high_other - other, phi)
    up = _join(high - share, other - low_other, phi)
    return share - other - down, share - other + up


def _correlation(both: int, gained: int, lost: int, neither: int) -> float:
    """Newcombe's phi of the two models' outcomes, with his correction for continuity."""
    spread = (both + gained) * (lost + neither) * (both + lost) * (gained + neither)
    excess: float = both * neither - gained * lost
    if excess > 0:
        excess = max(excess - (both + gained + lost + neither) / 2, 0)
    return excess / math.sqrt(spread) if spread else 0.0


def _join(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def swap_test(total: Total, first: Floats, second: Floats, resampling: Resampling) -> float:
    """Two-sided p of the difference of two scores, by letting the models change places in clusters (clusters, k).

    Paired approximate randomisation, exact where there are few clusters. Unlike a test by bootstrap it cannot find
    three items significant (Riezler and Maxwell, 2005, on its type I error for BLEU).
    """
    swapped = resampling.swap(len(first)) @ (second - first)
    ours, theirs = total(second.sum(0) - swapped), total(first.sum(0) + swapped)
    found = abs(float(total(second.sum(0)) - total(first.sum(0))))
    return float(np.mean(np.abs(np.nan_to_num(ours - theirs)) >= found - 1e-12))


def find_influences(total: Total, sums: Floats) -> Floats:
    """How far each cluster (clusters, k) moves a score, (clusters,): the sum of their squares is its variance.

    The jackknife: each is left out in turn. Of a mean it is the usual variance; influences of several languages on
    their average add up, cluster by cluster.
    """
    if (count := len(sums)) < 2:
        return np.zeros(count)
    without = total(sums.sum(0) - sums)
    return np.asarray(np.nan_to_num(np.nanmean(without) - without) * math.sqrt((count - 1) / count))


def standard_error(influences: Floats) -> float:
    """The standard error of a score."""
    return math.sqrt(float(np.square(influences).sum()))


def influence_interval(value: float, influences: Floats) -> Interval:
    """The 95 % interval of a score by Student's t, from the influence of every cluster; none where nothing varies."""
    error = standard_error(influences)
    if len(influences) < 2 or not error:
        return NO_INTERVAL
    reach = float(need("scipy.stats", "evaluate").t.ppf(LEVELS[1], len(influences) - 1)) * error
    return value - reach, value + reach


def adjust(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's q of each p: below it, that share of what is called a difference is none."""
    return [float(q) for q in need("scipy.stats", "evaluate").false_discovery_control(p_values)] if p_values else []
