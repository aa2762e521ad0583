"""The gain in one number: each way in which it can be read off the tables, with its interval.

"+23.6 % on average" depends on which benchmarks are averaged, and on whether ratios are averaged or averages divided.
Intervals draw the languages of each benchmark again, and in a second form the benchmarks too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emma.inspect.published.tables import Floats, PublishedTable, mean_known

DRAWS = 2000
ACCURACY = ("XCOPA", "XStoryCloze", "XNLI", "SIB-200", "Taxi1500", "Belebele", "multilingual ARC")
MGSM = ("MGSM direct", "MGSM chain of thought")
BLEU = ("FLORES-200 into English, BLEU", "FLORES-200 from English, BLEU")
CHRF = ("FLORES-200 into English, chrF++", "FLORES-200 from English, chrF++")
SETS: Mapping[str, tuple[str, ...]] = {
    "accuracy": ACCURACY,
    "accuracy and MGSM": ACCURACY + MGSM,
    "accuracy and FLORES BLEU": ACCURACY + BLEU,
    "accuracy, MGSM and FLORES chrF++": ACCURACY + MGSM + CHRF,
}
"""Sets of benchmarks over which an average may be meant."""


@dataclass(frozen=True)
class Reading:
    """The gain of a model over the baseline, as one number."""

    benchmarks: str
    count: int
    """Benchmarks that were there."""
    missing: tuple[str, ...]
    how: str
    value: float
    low: float
    """95 % interval over languages: these benchmarks, other languages."""
    high: float
    low_all: float
    """95 % interval over benchmarks and languages: other benchmarks too."""
    high_all: float


def ratio_of_means(before: Floats, after: Floats) -> Floats:
    """The mean score after over the mean before, less one, from (…, benchmarks)."""
    ratio: Floats = after.mean(-1) / before.mean(-1) - 1
    return ratio


def mean_of_ratios(before: Floats, after: Floats) -> Floats:
    """The mean over benchmarks of the relative gain, from (…, benchmarks)."""
    mean: Floats = (after / before - 1).mean(-1)
    return mean


def points(before: Floats, after: Floats) -> Floats:
    """The mean difference in points of a hundred, from (…, benchmarks)."""
    mean: Floats = (after - before).mean(-1)
    return mean


HOW: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "ratio of means": ratio_of_means,
    "mean of ratios": mean_of_ratios,
    "points": points,
}


def read_headline(tables: Sequence[PublishedTable], baseline: str, model: str, seed: int = 0) -> list[Reading]:
    """Every reading of the gain, for the benchmarks whose tables have both models."""
    pairs = dict(_pairs(tables, baseline, model))
    draws = {name: draw_means(*pairs[name], np.random.default_rng([seed, at])) for at, name in enumerate(pairs)}
    return [reading for name in SETS for reading in _read_set(name, pairs, draws, seed)]


def _pairs(tables: Sequence[PublishedTable], baseline: str, model: str) -> Iterator[tuple[str, tuple[Floats, Floats]]]:
    """The scores of both models in the languages that both have, by benchmark, on a scale to a hundred."""
    for table in reversed(tables):  # of several tables of one benchmark the first stands
        before, after = table.row(baseline), table.row(model)
        if before is not None and after is not None and table.metric in ("", "acc"):
            known = ~np.isnan(before) & ~np.isnan(after)
            scale = 100 if table.benchmark.is_accuracy else 1
            yield table.benchmark.name, (before[known] * scale, after[known] * scale)


def draw_means(before: Floats, after: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Means over languages of the two models, (1 + DRAWS) each: as they are, and with languages drawn again."""
    languages = len(before)
    drawn = np.vstack([np.arange(languages), rng.integers(languages, size=(DRAWS, languages))])
    return mean_known(before[drawn], 1), mean_known(after[drawn], 1)


def _read_set(
    name: str, pairs: Mapping[str, object], draws: Mapping[str, tuple[Floats, Floats]], seed: int
) -> Iterator[Reading]:
    there = [each for each in SETS[name] if each in pairs]
    missing = tuple(each for each in SETS[name] if each not in pairs)
    if not there:
        return
    before, after = (np.stack([draws[each][side] for each in there], -1) for side in (0, 1))
    rng = np.random.default_rng(seed)
    others: NDArray[np.int64] = rng.integers(len(there), size=(DRAWS, len(there)))
    rows = np.arange(1, DRAWS + 1)[:, None]
    for how, formula in HOW.items():
        value, over_languages = formula(before[0], after[0]), formula(before[1:], after[1:])
        over_all = formula(before[rows, others], after[rows, others])
        low, high = np.percentile(over_languages, (2.5, 97.5))
        low_all, high_all = np.percentile(over_all, (2.5, 97.5))
        numbers = map(float, (value, low, high, low_all, high_all))
        yield Reading(name, len(there), missing, how, *numbers)
