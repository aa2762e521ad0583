"""Charts as inline SVG: axes, marks, and names beside points. No script, no font; colours come from CSS classes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from emma.ui.numerals import format_tick

WIDTH, HEIGHT = 480, 340
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 12, 44
"""Margins, in the same units as the size: SVG user units, one CSS pixel at full width."""

Point = tuple[float, float]
LabelledPoint = tuple[float, float, str]
"""A point, and the label of its language."""

LETTER_WIDTH, LINE_HEIGHT = 7.0, 14.0
"""Rough width and height of a letter of a name, in the units of the chart."""
REACHES = (7.0, 14.0, 24.0, 36.0, 52.0, 72.0, 96.0)
"""How far from its point a name may stand, nearest first."""
DOT_RADIUS = 3.0
LABEL_GAP = 16.0
"""From the end of a curve to its name."""


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


@dataclass(frozen=True)
class Chart:
    """Two axes and the rectangle between them."""

    x: Axis
    y: Axis
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT

    def px(self, value: float) -> float:
        """Horizontal position of a value."""
        return self.left + self.x.position(value) * (self.width - self.left - RIGHT)

    def py(self, value: float) -> float:
        """Vertical position of a value; up is more."""
        return self.height - BOTTOM - self.y.position(value) * (self.height - TOP - BOTTOM)

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str) -> str:
        """A straight line between two points given as values."""
        ends = f'x1="{self.px(x1):.1f}" y1="{self.py(y1):.1f}" x2="{self.px(x2):.1f}" y2="{self.py(y2):.1f}"'
        return f'<line class="{style}" {ends}/>'

    def dot(self, x: float, y: float, style: str, radius: float = 3) -> str:
        """A dot at a point given as values."""
        return f'<circle class="{style}" cx="{self.px(x):.1f}" cy="{self.py(y):.1f}" r="{radius}"/>'

    def dots(self, points: Sequence[LabelledPoint], style: str, radius: float = 3) -> str:
        """Many dots as one path, at points given as values: a tenth of the size of as many circles with links.

        The page's script (emma/report/script/dots.js) gives each its tooltip and its link, by the labels in `data-of`.
        """
        if not points:
            return ""
        # A line of no length with round ends is a dot.
        steps = "".join(f"M{self.px(x):.1f} {self.py(y):.1f}h0" for x, y, _ in points)
        of = escape(" ".join(label for _, _, label in points))
        return f'<path class="dots {style}" style="stroke-width:{2 * radius:g}" data-of="{of}" d="{steps}"/>'

    def lines(self, ends: Sequence[tuple[float, float, float, float]], style: str) -> str:
        """Many straight lines as one path, each from (x, y) to (x, y), given as values."""
        steps = "".join(
            f"M{self.px(x1):.1f} {self.py(y1):.1f}L{self.px(x2):.1f} {self.py(y2):.1f}" for x1, y1, x2, y2 in ends
        )
        return f'<path class="{style}" d="{steps}"/>' if ends else ""

    def path(self, points: list[tuple[float, float]], style: str) -> str:
        """A line through points given as values."""
        steps = " ".join(f"{self.px(x):.1f},{self.py(y):.1f}" for x, y in points)
        return f'<polyline class="{style}" points="{steps}"/>'

    def draw(self, title: str, marks: list[str]) -> str:
        """The finished chart. `title` is what a screen reader says of it; an image may hold no links, a group may."""
        role = "group" if any("<a " in mark for mark in marks) else "img"
        head = f'<svg viewBox="0 0 {self.width:g} {self.height:g}" role="{role}" aria-label="{escape(title)}">'
        return "\n".join([head, *self._draw_grid(), *marks, "</svg>"])

    def _draw_grid(self) -> list[str]:
        across = [self.line(self.x.low, tick, self.x.high, tick, "grid") for tick in self.y.ticks]
        up = [self.line(tick, self.y.low, tick, self.y.high, "grid") for tick in self.x.ticks]
        base, left = self.height - BOTTOM + 16, self.left - 6
        bottom = [
            _draw_text(f'x="{self.px(mark):.1f}" y="{base:g}"', label)
            for mark, label in zip(self.x.ticks, self.x.tick_labels, strict=True)
        ]
        side = [
            _draw_text(f'x="{left:g}" y="{self.py(mark) + 4:.1f}"', label, anchor="end")
            for mark, label in zip(self.y.ticks, self.y.tick_labels, strict=True)
        ]
        middle, centre = (self.left + self.width - RIGHT) / 2, (TOP + self.height - BOTTOM) / 2
        names = [
            _draw_text(f'class="axis" x="{middle:.1f}" y="{self.height - 6:g}"', self.x.label),
            _draw_text(f'class="axis" transform="translate(13 {centre:.1f}) rotate(-90)"', self.y.label),
        ]
        return [*across, *up, *bottom, *side, *names]


def _draw_text(place: str, text: str, anchor: str = "middle") -> str:
    return f'<text {place} text-anchor="{anchor}">{escape(text)}</text>'


def link_marks(lang: str, tip: str, marks: str) -> str:
    """Marks of one language: a tooltip, and a link to its row of the table, out of the tab order as one of many."""
    return f'<a href="#{escape(lang)}" tabindex="-1"><title>{escape(tip)}</title>{marks}</a>'


@dataclass(frozen=True)
class LabelBox:
    """The room a name takes."""

    left: float
    top: float
    right: float
    bottom: float

    def hides(self, point: Point) -> bool:
        """Whether a dot there touches the name."""
        x, y = point
        return (
            self.left - DOT_RADIUS < x < self.right + DOT_RADIUS
            and self.top - DOT_RADIUS < y < self.bottom + DOT_RADIUS
        )

    def nearest_point(self, point: Point) -> Point:
        """The point of the box that is nearest to another."""
        x, y = point
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)

    def is_inside_axes(self) -> bool:
        """Whether it lies within the axes."""
        across = self.left >= LEFT and self.right <= WIDTH - RIGHT
        return across and self.top >= TOP and self.bottom <= HEIGHT - BOTTOM

    def sample_points(self) -> list[Point]:
        """Points that stand for the box where another name looks for room."""
        steps = [self.left + (self.right - self.left) * step / 10 for step in range(11)]
        return [(x, y) for x in steps for y in (self.top, (self.top + self.bottom) / 2, self.bottom)]


def label_ends(named: Sequence[tuple[Point, str]], bottom: float = HEIGHT - BOTTOM) -> list[str]:
    """The names of curves in a column to the right of their ends, each with a thin line to it.

    They stand in the order of the ends, a line's height apart at least and above `bottom`, so that no lines cross.
    """
    ordered = sorted(named, key=lambda each: each[0][1])
    places: list[float] = []
    for (_, y), _ in ordered:
        places.append(max(y, places[-1] + LINE_HEIGHT) if places else y)
    lowest = bottom
    for index in range(len(places) - 1, -1, -1):
        places[index] = min(places[index], lowest)
        lowest = places[index] - LINE_HEIGHT
    return [
        f'<line class="leader" x1="{x + 2:.1f}" y1="{y:.1f}" x2="{x + LABEL_GAP - 2:.1f}" y2="{place:.1f}"/>'
        f'<text class="name" x="{x + LABEL_GAP:.1f}" y="{place + 4:.1f}">{escape(text)}</text>'
        for ((x, y), text), place in zip(ordered, places, strict=True)
    ]


def label_points(named: Sequence[tuple[Point, str]], dots: Sequence[Point]) -> list[str]:
    """Each name near its point, with a thin line to it where it had to move away."""
    taken, marks = list(dots), []
    for point, text in named:
        box = place_label(point, text, taken)
        taken += box.sample_points()
        marks.append(_draw_leader(point, box) + _draw_name(text, box))
    return marks


def place_label(point: Point, text: str, taken: Sequence[Point]) -> LabelBox:
    """The nearest of the boxes that hide the fewest points."""
    boxes = [_box_at(point, len(text) * LETTER_WIDTH, reach, angle) for reach in REACHES for angle in range(0, 360, 30)]
    fitting = [box for box in boxes if box.is_inside_axes()] or boxes
    return min(fitting, key=lambda box: sum(box.hides(dot) for dot in taken))


def _box_at(point: Point, width: float, reach: float, angle: float) -> LabelBox:
    x = point[0] + math.cos(math.radians(angle)) * (reach + width / 2)
    y = point[1] - math.sin(math.radians(angle)) * (reach + LINE_HEIGHT / 2)
    return LabelBox(x - width / 2, y - LINE_HEIGHT / 2, x + width / 2, y + LINE_HEIGHT / 2)


def _draw_leader(point: Point, box: LabelBox) -> str:
    end = box.nearest_point(point)
    if math.dist(point, end) < 2 * REACHES[0]:
        return ""
    return f'<line class="leader" x1="{point[0]:.1f}" y1="{point[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>'


def _draw_name(text: str, box: LabelBox) -> str:
    middle, base = (box.left + box.right) / 2, box.bottom - 3.5
    return f'<text class="name" x="{middle:.1f}" y="{base:.1f}" text-anchor="middle">{escape(text)}</text>'
