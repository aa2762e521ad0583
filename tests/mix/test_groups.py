"""Shares against closed forms and a slow search for the water level."""

import numpy as np
import pytest

from emma.mix.groups import fill_groups_to_caps, fill_to_caps, power_shares, round_to_total


def test_shares_by_alpha() -> None:
    amounts = np.array([1.0, 16.0, 81.0])
    np.testing.assert_allclose(power_shares(amounts, 0.0), [1 / 3] * 3)
    np.testing.assert_allclose(power_shares(amounts, 1.0), amounts / 98)
    np.testing.assert_allclose(power_shares(amounts, 0.25), [1 / 6, 2 / 6, 3 / 6])
    assert np.isfinite(power_shares(np.array([1.0, 1e300]), 1.0)).all()


@pytest.mark.parametrize("seed", range(20))
def test_filling_finds_the_level(seed: int) -> None:
    chance = np.random.default_rng(seed)
    shares, caps = power_shares(chance.uniform(1, 99, 30), 0.5), chance.exponential(10, 30)
    total = caps.sum() * chance.uniform(0.05, 0.999)
    low, high = 0.0, 1e9
    for _ in range(200):
        level = (low + high) / 2
        low, high = (level, high) if np.minimum(shares * level, caps).sum() < total else (low, level)
    np.testing.assert_allclose(fill_to_caps(shares, caps, total), np.minimum(shares * low, caps), rtol=1e-9)


def unimax(sizes: np.ndarray, budget: float, epochs: float) -> np.ndarray:
    """UniMax as its paper writes it down (Chung et al. 2023, algorithm 1): smallest languages first."""
    given, order = np.zeros(len(sizes)), np.argsort(sizes, kind="stable")
    for place, language in enumerate(order):
        given[language] = min(budget / (len(sizes) - place), sizes[language] * epochs)
        budget -= given[language]
    return given


@pytest.mark.parametrize("seed", range(10))
def test_equal_shares_are_unimax(seed: int) -> None:
    chance = np.random.default_rng(seed)
    sizes, epochs = chance.lognormal(5, 3, 60), chance.uniform(1, 8)
    budget = sizes.sum() * epochs * chance.uniform(0.01, 1.2)
    np.testing.assert_allclose(fill_to_caps(np.full(60, 1 / 60), sizes * epochs, budget), unimax(sizes, budget, epochs))


def test_nothing_for_a_share_of_nothing() -> None:
    assert fill_to_caps(np.array([0.0, 1.0]), np.array([5.0, 2.0]), 4.0).tolist() == [0, 2]
    assert fill_to_caps(np.zeros(2), np.ones(2), 1.0).tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_filling_many_groups_is_filling_each(seed: int) -> None:
    chance = np.random.default_rng(seed)
    groups = np.concatenate([np.arange(7), chance.integers(0, 7, 40)])
    weights, caps = chance.exponential(1, 47), chance.exponential(1, 47)
    weights[chance.integers(0, 47, 5)] = 0
    totals = np.array([caps[groups == each].sum() * chance.uniform(0, 1.1) for each in range(7)])
    each = [fill_to_caps(weights[groups == group], caps[groups == group], totals[group]) for group in range(7)]
    np.testing.assert_allclose(
        fill_groups_to_caps(weights, caps, groups, totals),
        np.concatenate(each)[np.argsort(np.argsort(groups, kind="stable"))],
    )


def test_filling_beyond_the_caps_gives_the_caps() -> None:
    np.testing.assert_array_equal(fill_to_caps(np.array([0.5, 0.5]), np.array([3.0, 4.0]), 10.0), [3.0, 4.0])
    assert fill_to_caps(np.array([]), np.array([]), 10.0).tolist() == []


def test_whole_numbers_are_exact_and_nearest() -> None:
    assert round_to_total(np.array([1.0, 1.0, 1.0]), 10).tolist() == [4, 3, 3]
    assert round_to_total(np.array([0.0, 2.5, 1.5]), 4).tolist() == [0, 3, 1]
    amounts = np.random.default_rng(0).exponential(1, 500)
    counts = round_to_total(amounts, 12_345)
    assert counts.sum() == 12_345
    assert np.abs(counts - amounts / amounts.sum() * 12_345).max() < 1
