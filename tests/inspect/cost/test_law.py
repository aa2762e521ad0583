"""The law against a slow reference, on data that follow one, and on data that follow none."""

import math

import numpy as np
import pytest

from emma.inspect.cost.law import LEVEL, MIN_OBSERVATIONS, RIDGE, Situation, bound, predict, solve
from emma.inspect.cost.observations import Observation

SLOPES = (-0.2, -0.05, -0.1, -0.5)
"""Of the logarithms of own text, relatives' text, tokens, and the base's bits per byte."""


def observe(chance: np.random.Generator, number: int, runs: int = 1, noise: float = 0.1) -> Observation:
    """A language whose gain follows SLOPES, but for noise."""
    own, relatives = (10 ** chance.uniform(3, 6) for _ in range(2))
    tokens, base = 10 ** (5 + number % runs), chance.uniform(1, 8)
    situation = Situation(own, relatives, tokens, base)
    change = 1.0 + float(np.dot(SLOPES, situation.features())) + chance.normal(0, noise)
    return Observation(f"run{number % runs}", f"l{number}", own, relatives, tokens, base, base * math.exp(change))


def test_ridge_is_least_squares_with_the_pull_as_further_rows() -> None:
    chance = np.random.default_rng(0)
    features, target = chance.normal(5, 3, (30, 4)), chance.normal(0, 1, 30)
    scaled = (features - features.mean(0)) / features.std(0)
    rows = np.vstack([scaled, math.sqrt(RIDGE) * np.eye(4)])
    slow = np.linalg.lstsq(rows, np.concatenate([target - target.mean(), np.zeros(4)]), rcond=None)[0]
    assert solve(features, target).weights == pytest.approx(slow)


def test_the_interval_is_jackknife_plus() -> None:
    chance = np.random.default_rng(1)
    features, target, new = chance.normal(size=(40, 4)), chance.normal(size=40), chance.normal(size=4)
    lows, highs = [], []
    for out in range(40):
        law = solve(np.delete(features, out, 0), np.delete(target, out))
        error = abs(target[out] - float(law(features[out])))
        lows.append(float(law(new)) - error)
        highs.append(float(law(new)) + error)
    rank = math.ceil(LEVEL * 41)
    assert bound(features, target, new, np.arange(40)) == pytest.approx((sorted(lows)[-rank], sorted(highs)[rank - 1]))


def test_it_finds_a_law_and_its_intervals_hold_the_truth() -> None:
    held = 0
    for seed in range(100):
        chance = np.random.default_rng(seed)
        *seen, new = [observe(chance, number) for number in range(61)]
        law = predict(seen, Situation(new.own_bytes, new.relative_bytes, new.tokens, new.base))
        assert law is not None and (law.languages, law.runs) == (60, 1)
        held += law.low <= new.adapted <= law.high
    assert held >= 90
    sure = [observe(np.random.default_rng(number), number, noise=0.0) for number in range(200)]
    law = predict(sure[1:], Situation(sure[0].own_bytes, sure[0].relative_bytes, sure[0].tokens, sure[0].base))
    assert law is not None and law.bits_per_byte == pytest.approx(sure[0].adapted, rel=0.02)


def test_runs_that_differ_widen_it_once_there_are_enough_of_them() -> None:
    chance = np.random.default_rng(2)
    shift = {f"run{number}": float(chance.normal(0, 0.5)) for number in range(6)}

    def widths(runs: int) -> float:
        seen = [observe(chance, number, runs, noise=0.02) for number in range(120)]
        seen = [
            Observation(each.run, each.lang, each.own_bytes, each.relative_bytes, 10**5, each.base,
                        each.adapted * math.exp(shift[each.run]))
            for each in seen
        ]  # fmt: skip
        law = predict(seen, Situation(1e4, 1e4, 1e5, 4.0))
        assert law is not None
        return math.log(law.high / law.low)

    assert min(widths(5), widths(6)) > 1.5 * widths(1)


def test_no_law_from_few_and_what_lies_beyond_is_named() -> None:
    seen = [observe(np.random.default_rng(number), number) for number in range(MIN_OBSERVATIONS)]
    assert predict(seen[1:], Situation(1e4, 1e4, 1e5, 4.0)) is None
    law = predict(seen, Situation(1e9, 1e4, 1e5, 0.2))
    assert law is not None
    assert law.beyond == ("more text of its own", "fewer bits per byte of the base")
