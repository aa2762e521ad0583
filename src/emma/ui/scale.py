"""A scale of colours on either side of zero: what is better in blues, what is worse in oranges, the same in print.

Blue and orange are told apart with every common kind of colour blindness; `map.css` has the colours.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

UNSURE, UNMEASURED = "unsure", "none"
"""Classes without a colour of the scale."""
STEPS = 4
"""Colours on either side of zero."""
COLOURS = (*(f"m{step}" for step in range(STEPS, 0, -1)), *(f"p{step}" for step in range(1, STEPS + 1)))
"""From the worst to the best."""


@dataclass(frozen=True)
class ColourScale:
    """Where the colours on either side of zero begin."""

    borders: tuple[float, ...]
    """Absolute values, STEPS - 1 of them, as far from one another as the first is from zero."""
    unit: str = ""

    def find_class(self, value: float | None, is_unsure: bool = False) -> str:
        """`p1` … `p4` for ever more above zero, `m1` … `m4` below it; else that it is unsure, or was not measured."""
        if value is None:
            return UNMEASURED
        return UNSURE if is_unsure else f"{'p' if value >= 0 else 'm'}{bisect_right(self.borders, abs(value)) + 1}"

    @property
    def signed_borders(self) -> tuple[float, ...]:
        """The borders between neighbouring colours, from the worst to the best: below zero, zero, above it."""
        return (*(-border for border in reversed(self.borders)), 0.0, *self.borders)


def choose_scale(values: Iterable[float], unit: str = "") -> ColourScale:
    """Borders at multiples of 1, 2, 2.5 or 5 times a power of ten, the last below the largest tenth of the values."""
    sizes = sorted(abs(value) for value in values if value) or [1.0]
    most = sizes[int(0.9 * (len(sizes) - 1))] / (STEPS - 1)
    power = 10.0 ** math.floor(math.log10(most))
    # With room for an error of rounding, so that a value of 0.3 may have borders 0.1 apart.
    first = max(factor * power for factor in (1, 2, 2.5, 5) if factor * power <= most * (1 + 1e-9))
    return ColourScale(tuple(round(first * step, 12) for step in range(1, STEPS)), unit)
