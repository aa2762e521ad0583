"""A metric: additive statistics for each item, and a score from their sum.

So every metric has the same intervals: items, or clusters of items, are drawn again and their statistics added up, be
it the accuracy of a choice, BLEU over a corpus, or bits per byte. Most are a mean over items, of choices or of texts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emma.evaluate.engine.requests import Output, TextAnswer
from emma.evaluate.tasks.task import Item

Floats = NDArray[np.float64]
ScoreItems = Callable[[Sequence[Item], Sequence[Output]], Sequence[float]]
ScoreTexts = Callable[[Sequence[Item], Sequence[str]], Sequence[float]]
"""Scores of texts beside the items that they answer; NaN where one has no score."""


class Metric(Protocol):
    """How good outputs are."""

    @property
    def name(self) -> str:
        """As in the field: `accuracy`, `chrF++`."""

    @property
    def higher_is_better(self) -> bool:
        """Whether it is no cost."""

    @property
    def highest(self) -> float | None:
        """The best score there can be: 1 of a share, 100 of sacrebleu's. None where there is no end to it, or lower is
        better. What is shown in points is a hundredth of it."""

    @property
    def signature(self) -> str:
        """All that a number depends on, in the manner of sacrebleu: `chrF2++|case:mixed|…|version:2.6.0`."""

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        """Statistics of each item, (items, k): what `total` needs of them, so that sums can be formed."""

    def total(self, sums: Floats) -> Floats:
        """Scores (…) of summed statistics (…, k)."""


@dataclass(frozen=True)
class Mean:
    """The mean of a score of each item."""

    name: str
    score: ScoreItems
    """NaN leaves an item out."""
    signature: str
    highest: float | None = 1.0
    """None where lower is better."""

    @property
    def higher_is_better(self) -> bool:
        """Whether a mean can be too low, and not too high."""
        return self.highest is not None

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        """The score of each item and a one beside it, (items, 2); zeros for those left out."""
        scores = np.asarray(self.score(items, outputs), np.float64)
        return np.stack([np.nan_to_num(scores), ~np.isnan(scores)], axis=1)

    def total(self, sums: Floats) -> Floats:
        """Means (…) of sums (…, 2); NaN where every item was left out."""
        return divide(sums[..., 0], sums[..., 1])


def divide(numerators: Floats, denominators: Floats) -> Floats:
    """Quotients, NaN where the denominator is zero."""
    quotients = np.full(np.shape(numerators), np.nan)
    np.divide(numerators, denominators, out=quotients, where=denominators != 0)
    return quotients


def mean_of_texts(
    name: str, score: ScoreTexts, signature: str, *, drop_empty: bool = False, highest: float | None = 1.0
) -> Mean:
    """A metric that scores all texts of a language at once; of several for an item, its score is their mean.

    `drop_empty` leaves out texts without a word, as the published protocol does, which rewards silence.
    """

    def score_items(items: Sequence[Item], outputs: Sequence[Output]) -> list[float]:
        groups = [list_texts(output, drop_empty) for output in outputs]
        asked = [item for item, group in zip(items, groups, strict=True) for _ in group]
        scores = iter(score(asked, list(chain.from_iterable(groups))))
        return [_mean([next(scores) for _ in group]) for group in groups]

    return Mean(name, score_items, f"{signature}|empty:{'dropped' if drop_empty else 'counted'}", highest)


def each_text(score: Callable[[str, Item], float]) -> ScoreTexts:
    """Score texts one by one."""
    return lambda items, texts: [score(text, item) for item, text in zip(items, texts, strict=True)]


def _mean(scores: Sequence[float]) -> float:
    known = [score for score in scores if not np.isnan(score)]
    return sum(known) / len(known) if known else np.nan


def list_texts(output: Output, drop_empty: bool = False) -> list[str]:
    """The texts among an item's answers, in their order; without empty ones and single full stops if asked."""
    texts = [answer.text for answer in output if isinstance(answer, TextAnswer)]
    return [text for text in texts if not drop_empty or text.strip() not in ("", ".")]


def list_references(item: Item) -> tuple[str, ...]:
    """The right answers of an item that is answered with text."""
    return item.gold if isinstance(item.gold, tuple) else (str(item.gold),)
