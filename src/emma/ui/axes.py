"""Axes of charts: from values to places between 0 and 1, with ticks at round numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from emma.ui.numerals import format_tick


@dataclass(frozen=True)
class Axis:
    """A scale from values to 0…1, with the values that get a tick."""

    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False
    unit: str = ""
    names: tuple[str, ...] = ()
    """What stands at the ticks instead of their numbers, if anything."""

    def position(self, value: float) -> float:
        """The place of a value between 0 and 1; values beyond the ends are drawn at the ends."""
        value = min(max(value, self.low), self.high)
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    @property
    def tick_labels(self) -> tuple[str, ...]:
        """What stands at each tick."""
        return self.names or tuple(format_tick(tick, self.unit) for tick in self.ticks)


def linear_axis(label: str, values: list[float], unit: str = "") -> Axis:
    """An axis with about five ticks at 1, 2 or 5 times a power of ten, ending on ticks."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    step = _round_up((high - low) / 5)
    # A value on a tick, give or take an error of rounding, must not add another tick.
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    # Rounded, as 3 * 0.1 is 0.30000000000000004, which would be the tick's label.
    ticks = tuple(round(index * step, 12) for index in range(first, last + 1))
    return Axis(label, ticks[0], ticks[-1], ticks, unit=unit)


def _round_up(step: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


def log_axis(label: str, values: list[float], unit: str = "") -> Axis:
    """A logarithmic axis over whole decades. All values are above zero."""
    first = math.floor(math.log10(min(values, default=1.0)))
    last = max(math.ceil(math.log10(max(values, default=10.0))), first + 1)
    ticks = tuple(10.0**power for power in range(first, last + 1))
    return Axis(label, ticks[0], ticks[-1], ticks, log=True, unit=unit)


def rank_axis(count: int) -> Axis:
    """An axis of languages ranked from 1, with room for a dot at both ends."""
    ticks = linear_axis("", [0.0, float(count)]).ticks
    whole = tuple(tick for tick in ticks if 0 < tick <= count and tick == int(tick))
    return Axis("languages, ranked", 0.0, count + 1.0, whole)


def row_axis(names: Sequence[str]) -> Axis:
    """An axis with a row for each name, the first on top: the n-th of N rows is at N - n."""
    return Axis(
        "", -0.6, len(names) - 0.4, tuple(float(row) for row in reversed(range(len(names)))), names=tuple(names)
    )
