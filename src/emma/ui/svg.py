"""Axes and marks for charts written as inline SVG: no script, no font, no library; colours come from CSS classes."""

import math
from dataclasses import dataclass
from html import escape

from emma.ui.numerals import tick

WIDTH, HEIGHT = 480, 340
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 12, 44
"""Margins, in the same units as the size: SVG user units, one CSS pixel at full width."""


@dataclass(frozen=True)
class Axis:
    """A scale from values to 0…1, with the values that get a tick."""

    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False
    unit: str = ""

    def at(self, value: float) -> float:
        """Position of a value; values beyond the ends are drawn at the ends."""
        value = min(max(value, self.low), self.high)
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def linear(label: str, values: list[float], unit: str = "") -> Axis:
    """An axis with about five ticks at 1, 2 or 5 times a power of ten, ending on ticks."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    step = _nice((high - low) / 5)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(index * step, 12) for index in range(first, last + 1))
    return Axis(label, ticks[0], ticks[-1], ticks, unit=unit)


def _nice(step: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


def decades(label: str, values: list[float], unit: str = "") -> Axis:
    """A logarithmic axis over whole decades. All values are above zero."""
    first = math.floor(math.log10(min(values, default=1.0)))
    last = max(math.ceil(math.log10(max(values, default=10.0))), first + 1)
    ticks = tuple(10.0**power for power in range(first, last + 1))
    return Axis(label, ticks[0], ticks[-1], ticks, log=True, unit=unit)


@dataclass(frozen=True)
class Frame:
    """Two axes and the rectangle between them."""

    x: Axis
    y: Axis

    def px(self, value: float) -> float:
        """Horizontal position of a value."""
        return LEFT + self.x.at(value) * (WIDTH - LEFT - RIGHT)

    def py(self, value: float) -> float:
        """Vertical position of a value; up is more."""
        return HEIGHT - BOTTOM - self.y.at(value) * (HEIGHT - TOP - BOTTOM)

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str) -> str:
        """A straight line between two points given as values."""
        ends = f'x1="{self.px(x1):.1f}" y1="{self.py(y1):.1f}" x2="{self.px(x2):.1f}" y2="{self.py(y2):.1f}"'
        return f'<line class="{style}" {ends}/>'

    def dot(self, x: float, y: float, style: str, radius: float = 3) -> str:
        """A dot at a point given as values."""
        return f'<circle class="{style}" cx="{self.px(x):.1f}" cy="{self.py(y):.1f}" r="{radius}"/>'

    def path(self, points: list[tuple[float, float]], style: str) -> str:
        """A line through points given as values."""
        steps = " ".join(f"{self.px(x):.1f},{self.py(y):.1f}" for x, y in points)
        return f'<polyline class="{style}" points="{steps}"/>'

    def draw(self, title: str, marks: list[str]) -> str:
        """The finished chart. `title` is what a screen reader says of it."""
        head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        return "\n".join([head, *self._grid(), *marks, "</svg>"])

    def _grid(self) -> list[str]:
        across = [self.line(self.x.low, tick, self.x.high, tick, "grid") for tick in self.y.ticks]
        up = [self.line(tick, self.y.low, tick, self.y.high, "grid") for tick in self.x.ticks]
        base, left = HEIGHT - BOTTOM + 16, LEFT - 6
        bottom = [_words(f'x="{self.px(mark):.1f}" y="{base}"', tick(mark, self.x.unit)) for mark in self.x.ticks]
        side = [
            _words(f'x="{left}" y="{self.py(mark) + 4:.1f}"', tick(mark, self.y.unit), anchor="end")
            for mark in self.y.ticks
        ]
        middle, centre = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
        names = [
            _words(f'class="axis" x="{middle:.1f}" y="{HEIGHT - 6}"', self.x.label),
            _words(f'class="axis" transform="translate(13 {centre:.1f}) rotate(-90)"', self.y.label),
        ]
        return [*across, *up, *bottom, *side, *names]


def _words(place: str, text: str, anchor: str = "middle") -> str:
    return f'<text {place} text-anchor="{anchor}">{escape(text)}</text>'


def linked(lang: str, tip: str, marks: str) -> str:
    """Marks of one language: a tooltip, and a link to its row of the table, out of the tab order as one of many."""
    return f'<a href="#{escape(lang)}" tabindex="-1"><title>{escape(tip)}</title>{marks}</a>'
