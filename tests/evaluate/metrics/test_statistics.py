"""Intervals and tests against closed forms, published examples, scipy, and slow versions of themselves."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from emma.evaluate.metrics.statistics import (
    POWER_Z,
    Resampling,
    adjust,
    compare,
    compare_outcomes,
    find_influences,
    find_interval,
    influence_interval,
    mcnemar,
    paired_interval,
    percentile_interval,
    proportion_interval,
    read_outcomes,
    standard_error,
    sum_clusters,
    swap_test,
)

Floats = NDArray[np.float64]


def mean(sums: Floats) -> Floats:
    """The mean of values, from statistics (value, 1)."""
    with np.errstate(invalid="ignore"):
        return sums[..., 0] / sums[..., 1]


def f1(sums: Floats) -> Floats:
    """F1 of one class, from true positives, false positives and false negatives."""
    with np.errstate(invalid="ignore"):
        return 2 * sums[..., 0] / (2 * sums[..., 0] + sums[..., 1] + sums[..., 2])


def values(*numbers: float) -> Floats:
    return np.array([[number, 1.0] for number in numbers])


def names(count: int) -> list[str]:
    return [f"{number:05}" for number in range(count)]


def test_wilson_is_the_closed_form() -> None:
    for right, items in [(0, 2), (3, 3), (101, 204), (1, 1000)]:
        z, share = stats.norm.ppf(0.975), right / items
        centre = (share + z * z / 2 / items) / (1 + z * z / items)
        half = z / (1 + z * z / items) * math.sqrt(share * (1 - share) / items + z * z / 4 / items**2)
        assert proportion_interval(right, items) == pytest.approx((centre - half, centre + half), abs=1e-12)
    assert proportion_interval(1, 1) == (None, None)


def test_paired_interval_is_newcombes() -> None:
    assert paired_interval(36, 12, 2, 0) == pytest.approx((0.0569, 0.3404), abs=6e-5)  # his example, method 10
    low, high = paired_interval(36, 2, 12, 0)
    assert (low, high) == pytest.approx((-0.3404, -0.0569), abs=6e-5)


def test_paired_interval_holds_what_it_promises() -> None:
    random, held = np.random.default_rng(6), 0
    for both, gained, lost, neither in random.multinomial(60, [0.3, 0.25, 0.1, 0.35], 1000).tolist():
        low, high = paired_interval(both, gained, lost, neither)
        held += low <= 0.15 <= high  # type: ignore[operator]
    assert 0.93 < held / 1000 < 0.975


def test_paired_interval_of_three_items_is_wide() -> None:
    """A bootstrap would say [1, 1]: all three were lost, all three are won."""
    low, high = paired_interval(0, 3, 0, 0)
    assert low is not None and high is not None
    assert low < 0.5
    assert mcnemar(3, 0) == 0.25


def test_mcnemar_is_the_binomial_sum() -> None:
    for gained, lost in [(0, 0), (9, 1), (1, 9), (5, 5), (40, 21)]:
        few = min(gained, lost)
        tail = sum(math.comb(gained + lost, count) for count in range(few + 1)) / 2 ** (gained + lost)
        assert mcnemar(gained, lost) == pytest.approx(min(1.0, 2 * tail))


def test_swaps_of_right_and_wrong_are_mcnemar() -> None:
    """Exact randomisation of a share of right answers is the exact McNemar test."""
    first, second = values(1, 1, 0, 0, 0, 0, 0, 1, 1), values(1, 0, 1, 1, 1, 1, 1, 1, 0)
    assert swap_test(mean, first, second, Resampling(times=512)) == pytest.approx(mcnemar(5, 2))


def test_swap_test_is_all_ways_by_hand_for_a_metric_that_is_no_mean() -> None:
    random = np.random.default_rng(3)
    first, second = (random.integers(0, 4, (8, 3)).astype(float) for _ in range(2))
    found = abs(f1(second.sum(0)) - f1(first.sum(0)))
    ways = []
    for swaps in itertools.product((False, True), repeat=8):
        at = np.array(swaps)[:, None]
        ways.append(
            abs(f1(np.where(at, first, second).sum(0)) - f1(np.where(at, second, first).sum(0))) >= found - 1e-12
        )
    assert swap_test(f1, first, second, Resampling(times=256)) == pytest.approx(np.mean(ways))


def test_three_segments_all_better_are_not_significant() -> None:
    found = compare(mean, values(0.1, 0.2, 0.3), values(0.7, 0.9, 0.8), names(3), Resampling())
    assert found.p == 0.25
    assert found.smallest is None


def test_no_p_is_zero() -> None:
    """However far apart two models are, what was seen is one of the ways."""
    assert swap_test(mean, values(*[0.0] * 40), values(*[1.0] * 40), Resampling(400)) == pytest.approx(1 / 400)


def test_any_seed_will_do() -> None:
    first, second = values(*np.linspace(0, 1, 30)), values(*np.linspace(0.1, 0.9, 30)[::-1])
    ps = [swap_test(mean, first, second, Resampling(400, seed)) for seed in (-1, 0, 2**40)]
    assert max(ps) - min(ps) < 0.1


def test_models_that_answer_alike_do_not_differ() -> None:
    same = values(*np.linspace(0, 1, 40))
    found = compare(mean, same, same, names(40), Resampling())
    assert (found.p, found.low, found.high) == (1.0, 0.0, 0.0)


def test_order_of_items_changes_nothing() -> None:
    random = np.random.default_rng(0)
    first, second, ids = random.random((50, 2)), random.random((50, 2)), np.array(names(50))
    order = random.permutation(50)
    one = compare(mean, first, second, ids.tolist(), Resampling(times=100))
    other = compare(mean, first[order], second[order], ids[order].tolist(), Resampling(times=100))
    assert one == pytest.approx(other) if isinstance(one, tuple) else vars(one) == pytest.approx(vars(other))


def test_clusters_are_summed_by_name() -> None:
    found, sums = sum_clusters(values(1, 2, 3), ["ሰላም", "a", "ሰላም"])
    assert found == ["a", "ሰላም"]
    assert sums.tolist() == [[2, 1], [4, 2]]


def test_items_of_one_paragraph_are_no_independent_draws() -> None:
    """Four questions each on 25 paragraphs, alike within: the interval is that of 25 items and not of 100."""
    random = np.random.default_rng(1)
    paragraph = np.repeat(random.integers(0, 2, 25), 4).astype(float)
    alike = find_interval(mean, values(*paragraph), np.repeat(names(25), 4).tolist(), Resampling())
    apart = find_interval(mean, values(*paragraph), names(100), Resampling())
    assert alike[0] is not None and alike[1] is not None and apart[0] is not None and apart[1] is not None
    assert 1.7 < (alike[1] - alike[0]) / (apart[1] - apart[0]) < 2.4


def test_paragraphs_whose_questions_are_all_right_leave_room_for_doubt() -> None:
    """No draw of them varies, so a bootstrap would be certain after two paragraphs."""
    right, clusters = values(*[1.0] * 8), np.repeat(names(2), 4).tolist()
    assert find_interval(mean, right, clusters, Resampling()) == proportion_interval(2, 2)
    found = compare(mean, right, right, clusters, Resampling())
    assert (found.p, found.low, found.high) == (1.0, *paired_interval(2, 0, 0, 0))
    half = values(1, 1, 0, 0, 1, 1, 0, 0)
    found = compare(mean, half, half, clusters, Resampling())
    assert found.low == -found.high < -0.5  # type: ignore[operator]


def test_outcomes_are_read_from_shares_alone() -> None:
    assert read_outcomes(mean, values(1, 0, 1)).tolist() == [True, False, True]  # type: ignore[union-attr]
    assert read_outcomes(mean, values(0.5, 0)) is None
    assert read_outcomes(f1, np.array([[1.0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]])) is None


def test_intervals_hold_what_they_promise() -> None:
    """95 % of the intervals hold the truth: of a mean of skewed values in ten draws, and of a share in twelve."""
    random, held = np.random.default_rng(5), {"mean": 0, "share": 0, "plain": 0}
    for trial in range(400):
        sample = random.gamma(2.0, 1.0, 10)
        low, high = find_interval(mean, values(*sample), names(10), Resampling(400, trial))
        plain = np.quantile(mean(Resampling(400, trial).draw(10) @ values(*sample)), [0.025, 0.975])
        held["mean"] += low <= 2.0 <= high  # type: ignore[operator]
        held["plain"] += plain[0] <= 2.0 <= plain[1]
        low, high = find_interval(mean, values(*(random.random(12) < 0.8)), names(12), Resampling())
        held["share"] += low <= 0.8 <= high  # type: ignore[operator]
    assert held["share"] / 400 > 0.92
    assert held["mean"] / 400 > 0.9
    assert held["mean"] > held["plain"] + 10  # the plain percentile interval is too narrow


def test_expanded_levels_approach_the_plain_ones() -> None:
    drawn = np.random.default_rng(0).normal(size=200_000)
    low, high = percentile_interval(drawn, 5000)
    assert (low, high) == pytest.approx((-1.96, 1.96), abs=0.02)


def test_expanded_levels_of_ten_clusters() -> None:
    """Student's 2.2622 of nine degrees of freedom times the root of 10 / 9: 2.3845, below which is 0.85 %."""
    low, high = percentile_interval(np.linspace(0, 1, 100_001), 10)
    assert low == pytest.approx(0.00855, abs=1e-5)
    assert high == pytest.approx(1 - 0.00855, abs=1e-5)


def test_influences_of_a_mean_are_its_variance() -> None:
    sample = np.random.default_rng(2).random(60)
    influences = find_influences(mean, values(*sample))
    assert standard_error(influences) == pytest.approx(sample.std(ddof=1) / math.sqrt(60))
    low, high = influence_interval(float(sample.mean()), influences)
    assert (low, high) == pytest.approx(stats.t.interval(0.95, 59, sample.mean(), sample.std(ddof=1) / math.sqrt(60)))
    assert influence_interval(1.0, np.zeros(4)) == (None, None)


def test_influences_of_a_ratio_agree_with_the_bootstrap() -> None:
    sums = np.random.default_rng(2).integers(0, 9, (300, 3)).astype(float)
    drawn = f1(Resampling(4000).draw(300) @ sums)
    assert standard_error(find_influences(f1, sums)) == pytest.approx(drawn.std(), rel=0.05)


def test_q_is_benjamini_and_hochbergs() -> None:
    ps = [0.01, 0.04, 0.03, 0.005, 0.5]
    order = np.argsort(ps)
    expected, least = [0.0] * 5, 1.0
    for rank in range(5, 0, -1):
        least = min(least, ps[order[rank - 1]] * 5 / rank)
        expected[order[rank - 1]] = least
    assert adjust(ps) == pytest.approx(expected)
    assert adjust([]) == []


def test_the_smallest_difference_is_found_in_four_of_five_samples() -> None:
    """204 items of which a tenth changes without cause: what `smallest` says is found at about 80 %."""
    random, found, trials = np.random.default_rng(4), 0, 300
    smallest = POWER_Z * math.sqrt(0.2 / 204)
    for _ in range(trials):
        change = random.choice([-1, 0, 1], 204, p=[(0.2 - smallest) / 2, 0.8, (0.2 + smallest) / 2])
        found += mcnemar(int((change > 0).sum()), int((change < 0).sum())) < 0.05
    assert 0.68 < found / trials < 0.9  # the exact test is a little careful


def test_too_few_items_can_show_nothing() -> None:
    outcomes = np.array([True, False, True, True, False, False, True])
    assert compare_outcomes(outcomes, ~outcomes).smallest is None
    assert compare_outcomes(np.repeat(outcomes, 3), np.repeat(outcomes, 3)).smallest == pytest.approx(POWER_Z**2 / 21)
