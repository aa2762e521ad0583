"""Names in charts: beside points so that they hide few others, and at the ends of curves so that no lines cross."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from emma.ui.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Point

LETTER_WIDTH, LINE_HEIGHT = 7.0, 14.0
"""Rough width and height of a letter of a name, in the units of the chart."""
REACHES = (7.0, 14.0, 24.0, 36.0, 52.0, 72.0, 96.0)
"""How far from its point a name may stand, nearest first."""
DOT_RADIUS = 3.0
LABEL_GAP = 16.0
"""From the end of a curve to its name."""


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
