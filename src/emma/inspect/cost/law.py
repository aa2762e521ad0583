"""A law of gains, fitted to what the runs of a home have measured, and how far it can be trusted.

log(bits per byte after / before) is linear in the logarithms of what was trained on: the language's own text, text of
its relatives, all tokens, and in how well the base read it before. Loss follows powers of data and steps (Kaplan et al.
2020, section 3; for adapted languages Hernandez et al. 2021), and within a home no more can be told apart.

The interval is jackknife+ (Barber et al. 2021, section 1): each observation is predicted by a law that has not seen its
group, and how far these predictions are off is how far the next may be. Nothing has to be normal for it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emma.inspect.cost.observations import Observation

MIN_OBSERVATIONS = 20
"""Languages that a law is fitted to at least: it has five coefficients."""
MIN_RUNS = 5
"""From this many runs on, whole runs are left out in turn, so that the interval holds what differs between them."""
LEVEL = 0.95
RIDGE = 1.0
"""Pull of the coefficients of standardised features to zero, as one observation would pull."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Situation:
    """What the law knows of a language before it is trained on."""

    own_bytes: float
    """UTF-8 bytes of its text that training goes through, repetitions counted."""
    relative_bytes: float
    """The same of the other languages of its family."""
    tokens: float
    """Tokens of the whole training."""
    base: float
    """Bits per byte of the base."""

    def features(self) -> list[float]:
        """The logarithms that the law is linear in."""
        amounts = (self.own_bytes, self.relative_bytes, self.tokens)
        return [*(math.log10(1 + amount) for amount in amounts), math.log(self.base)]


@dataclass(frozen=True)
class Prediction:
    """Bits per byte after training."""

    bits_per_byte: float
    low: float
    """Lower end of the interval at LEVEL."""
    high: float
    languages: int
    """Observations that the law stands on."""
    runs: int
    beyond: tuple[str, ...]
    """What of the situation lies beyond all that was observed."""
    most_own_bytes: float
    """The most text of its own that any observed language was trained on, repetitions counted."""


def predict(observations: Sequence[Observation], situation: Situation) -> Prediction | None:
    """Bits per byte of a language after training, None where fewer than MIN_OBSERVATIONS were made."""
    if len(observations) < MIN_OBSERVATIONS:
        return None
    features = np.array([describe(each).features() for each in observations])
    target = np.array([math.log(each.adapted / each.base) for each in observations])
    new = np.array(situation.features())
    groups = group(observations)
    low, high = bound(features, target, new, groups)
    return Prediction(
        bits_per_byte=situation.base * math.exp(float(solve(features, target)(new))),
        low=situation.base * math.exp(low),
        high=situation.base * math.exp(high),
        languages=len(observations),
        runs=len({each.run for each in observations}),
        beyond=find_beyond(features, new),
        most_own_bytes=max(each.own_bytes for each in observations),
    )


def describe(observation: Observation) -> Situation:
    """What was known of an observed language before its training."""
    return Situation(observation.own_bytes, observation.relative_bytes, observation.tokens, observation.base)


def group(observations: Sequence[Observation]) -> NDArray[np.int64]:
    """The number of the group that each is left out with: its run where there are MIN_RUNS, else its language."""
    runs = {each.run for each in observations}
    keys = [each.run if len(runs) >= MIN_RUNS else each.lang for each in observations]
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


class Law:
    """Coefficients of standardised features."""

    def __init__(self, mean: Floats, scale: Floats, weights: Floats, intercept: float) -> None:
        self.mean, self.scale, self.weights, self.intercept = mean, scale, weights, intercept

    def __call__(self, features: Floats) -> Floats:
        """The target at some features (…, features)."""
        predicted: Floats = (features - self.mean) / self.scale @ self.weights + self.intercept
        return predicted


def solve(features: Floats, target: Floats) -> Law:
    """Fit by ridge regression; the intercept is not pulled."""
    mean, scale = features.mean(0), features.std(0)
    scale = np.where(scale > 1e-9, scale, 1.0)  # what is the same in all of them says nothing
    centred, intercept = (features - mean) / scale, float(target.mean())
    gram = centred.T @ centred + RIDGE * np.eye(features.shape[1])
    return Law(mean, scale, np.linalg.solve(gram, centred.T @ (target - intercept)), intercept)


def bound(features: Floats, target: Floats, new: Floats, groups: NDArray[np.int64]) -> tuple[float, float]:
    """The interval of jackknife+ at LEVEL; leaves out a group at a time."""
    lows, highs = np.empty(len(target)), np.empty(len(target))
    for number in range(int(groups.max()) + 1):
        out = groups == number
        law = solve(features[~out], target[~out])
        errors = np.abs(target[out] - law(features[out]))
        lows[out], highs[out] = law(new) - errors, law(new) + errors
    # The quantiles that the paper takes: one more observation is yet to come.
    rank = min(len(target), math.ceil(LEVEL * (len(target) + 1)))
    return float(np.sort(lows)[len(target) - rank]), float(np.sort(highs)[rank - 1])


LESS = {
    "text of its own": "less",
    "text of its relatives": "less",
    "tokens of training": "fewer",
    "bits per byte of the base": "fewer",
}
"""The features in words, in their order, each with the word for a smaller amount."""


def find_beyond(features: Floats, new: Floats) -> tuple[str, ...]:
    """What lies outside the range of the observations by more than a tenth of it, or else together, by its leverage."""
    low, high = features.min(0), features.max(0)
    slack = 0.1 * (high - low) + 1e-9
    ways = zip(LESS.items(), new < low - slack, new > high + slack, strict=True)
    alone = tuple(f"{less if is_less else 'more'} {name}" for (name, less), is_less, more in ways if is_less or more)
    return alone or ((TOGETHER,) if is_remote(features, new) else ())


TOGETHER = "such text, mix and base together"


def is_remote(features: Floats, new: Floats) -> bool:
    """Whether a situation has more leverage than any that was observed: the law is a straight line out there."""
    mean, scale = features.mean(0), np.where(features.std(0) > 1e-9, features.std(0), 1.0)
    rows = (np.vstack([features, new]) - mean) / scale
    gram = rows[:-1].T @ rows[:-1] + RIDGE * np.eye(rows.shape[1])
    leverage = np.einsum("ij,ij->i", rows, np.linalg.solve(gram, rows.T).T)
    return bool(leverage[-1] > leverage[:-1].max())
