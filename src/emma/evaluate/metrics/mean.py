"""Metrics that are a mean over items, of choices or of texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from emma.evaluate.engine.requests import Output, TextAnswer
from emma.evaluate.metrics.metric import Floats
from emma.evaluate.tasks.task import Item

Value = Callable[[Item, Output], float | None]
"""The value of one item; None leaves it out of the mean, as the published protocol does with empty texts."""


@dataclass(frozen=True)
class Mean:
    """The mean of a value of each item."""

    name: str
    value: Value
    signature: str
    higher_is_better: bool = True
    highest: float | None = 1.0

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        """The value of each item and a one beside it, (items, 2); zeros for those left out."""
        values = [self.value(item, output) for item, output in zip(items, outputs, strict=True)]
        rows = [(0.0, 0.0) if value is None else (float(value), 1.0) for value in values]
        return np.array(rows, np.float64).reshape(len(rows), 2)

    def total(self, sums: Floats) -> Floats:
        """Means (…) of sums (…, 2); NaN where every item was left out."""
        return divide(sums[..., 0], sums[..., 1])


def divide(numerators: Floats, denominators: Floats) -> Floats:
    """Quotients, NaN where the denominator is zero."""
    quotients = np.full(np.shape(numerators), np.nan)
    np.divide(numerators, denominators, out=quotients, where=denominators != 0)
    return quotients


def mean_of_texts(
    name: str, score: Callable[[str, Item], float], signature: str, *, drop_empty: bool = False, higher: bool = True
) -> Mean:
    """A metric that scores each text an item was answered with; of several, an item's value is their mean.

    `drop_empty` leaves out texts without a word, as the published protocol does, which rewards silence.
    """

    def value(item: Item, output: Output) -> float | None:
        scores = [score(text, item) for text in list_texts(output, drop_empty)]
        return fmean(scores) if scores else None

    signature = f"{signature}|empty:{'dropped' if drop_empty else 'counted'}"
    return Mean(name, value, signature, higher, 1.0 if higher else None)


def list_texts(output: Output, drop_empty: bool = False) -> list[str]:
    """The texts among an item's answers, in their order; empty ones, and single full stops, only if asked to stay."""
    texts = [answer.text for answer in output if isinstance(answer, TextAnswer)]
    return [text for text in texts if not drop_empty or text.strip() not in ("", ".")]


def list_references(item: Item) -> tuple[str, ...]:
    """The right answers of an item that is answered with text."""
    return item.gold if isinstance(item.gold, tuple) else (str(item.gold),)
