"""Names beside points of a chart, placed where they hide no other point."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from emma.ui.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH

Point = tuple[float, float]

LETTER, LINE = 7.0, 14.0
"""Rough size of a letter of a name, in the units of the chart."""
REACHES = (7.0, 14.0, 24.0, 36.0, 52.0, 72.0, 96.0)
"""How far from its point a name may stand, nearest first."""
DOT = 3.0


@dataclass(frozen=True)
class Box:
    """The room a name takes."""

    left: float
    top: float
    right: float
    bottom: float

    def hides(self, point: Point) -> bool:
        """Whether a dot there touches the name."""
        x, y = point
        return self.left - DOT < x < self.right + DOT and self.top - DOT < y < self.bottom + DOT

    def nearest(self, point: Point) -> Point:
        """The point of the box that is nearest to another."""
        x, y = point
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)

    def inside(self) -> bool:
        """Whether it lies within the axes."""
        across = self.left >= LEFT and self.right <= WIDTH - RIGHT
        return across and self.top >= TOP and self.bottom <= HEIGHT - BOTTOM

    def points(self) -> list[Point]:
        """Points that stand for the box where another name looks for room."""
        steps = [self.left + (self.right - self.left) * step / 10 for step in range(11)]
        return [(x, y) for x in steps for y in (self.top, (self.top + self.bottom) / 2, self.bottom)]


def beside(named: Sequence[tuple[Point, str]], dots: Sequence[Point]) -> list[str]:
    """Each name near its point, with a thin line to it where it had to move away."""
    taken, marks = list(dots), []
    for point, text in named:
        box = place(point, text, taken)
        taken += box.points()
        marks.append(_leader(point, box) + _name(text, box))
    return marks


def place(point: Point, text: str, taken: Sequence[Point]) -> Box:
    """The nearest of the boxes that hide the fewest points."""
    boxes = [_box(point, len(text) * LETTER, reach, angle) for reach in REACHES for angle in range(0, 360, 30)]
    fitting = [box for box in boxes if box.inside()] or boxes
    return min(fitting, key=lambda box: sum(box.hides(each) for each in taken))


def _box(point: Point, width: float, reach: float, angle: float) -> Box:
    x = point[0] + math.cos(math.radians(angle)) * (reach + width / 2)
    y = point[1] - math.sin(math.radians(angle)) * (reach + LINE / 2)
    return Box(x - width / 2, y - LINE / 2, x + width / 2, y + LINE / 2)


def _leader(point: Point, box: Box) -> str:
    end = box.nearest(point)
    if math.dist(point, end) < 2 * REACHES[0]:
        return ""
    return f'<line class="leader" x1="{point[0]:.1f}" y1="{point[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>'


def _name(text: str, box: Box) -> str:
    middle, base = (box.left + box.right) / 2, box.bottom - 3.5
    return f'<text class="name" x="{middle:.1f}" y="{base:.1f}" text-anchor="middle">{escape(text)}</text>'
