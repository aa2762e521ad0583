"""The arithmetic of shares: what languages get by strategy, caps by water-filling, and exact whole numbers."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def tempered(amounts: Floats, temperature: float) -> Floats:
    """Shares in proportion to amount to the power `temperature`; they sum to 1. Amounts are positive.

    Sampling by temperature: Conneau et al., Unsupervised Cross-lingual Representation Learning at Scale, section 3.1.
    """
    logs = temperature * np.log(amounts)
    powers = np.exp(logs - logs.max(initial=-np.inf))
    return np.asarray(powers / powers.sum())


def fill(shares: Floats, caps: Floats, total: float) -> Floats:
    """Spread `total` in proportion to `shares`, no entry above its cap; what one cannot take goes to the others.

    The result sums to `total`, or is `caps` when they sum to less, but for entries with a share of 0, which get
    nothing. With equal shares this is UniMax (Chung et al., arXiv 2304.09151, algorithm 1). At most one pass an entry:
    what is once at its cap stays there, since the level only rises.
    """
    amounts, free = np.zeros_like(caps), np.ones(len(caps), dtype=bool)
    while free.any() and shares[free].any():
        level = (total - caps[~free].sum()) / shares[free].sum()
        over = free & (shares * level >= caps)
        if not over.any():
            return np.where(free, shares * level, amounts)
        amounts[over] = caps[over]
        free &= ~over
    return amounts


def sums(groups: Integers, values: Floats) -> Floats:
    """Sum of the values in each group (groups,)."""
    return np.bincount(groups, values).astype(np.float64)


def fill_groups(weights: Floats, caps: Floats, groups: Integers, totals: Floats) -> Floats:
    """`fill` in each group by itself: `groups` (entries,) are indices into `totals` (groups,)."""
    amounts = weights * (totals / np.maximum(sums(groups, weights), 1e-300))[groups]
    for group in np.unique(groups[amounts > caps]):
        inside = groups == group
        amounts[inside] = fill(weights[inside], caps[inside], totals[group])
    return amounts


def whole(amounts: Floats, total: int) -> Integers:
    """Whole numbers in the proportions of `amounts` that sum to `total`: largest remainders, the first on a tie."""
    exact = amounts / amounts.sum() * total
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(counts - exact, kind="stable")
    counts[order[: total - int(counts.sum())]] += 1
    return np.asarray(counts)
