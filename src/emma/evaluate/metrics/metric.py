"""A metric: additive statistics for each item, and a score from their sum.

So every metric has the same intervals: items, or clusters of items, are drawn again and their statistics added up, be
it the accuracy of a choice, BLEU over a corpus, or bits per byte.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emma.evaluate.engine.requests import Output
from emma.evaluate.tasks.task import Item

Floats = NDArray[np.float64]


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
