"""Charts as inline SVG: a grid, and marks on it. No script, no font; colours come from CSS classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from emma.ui.axes import Axis

WIDTH, HEIGHT = 480, 340
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 12, 44
"""Margins, in the same units as the size: SVG user units, one CSS pixel at full width."""

Point = tuple[float, float]
LabelledPoint = tuple[float, float, str]
"""A point, and the label of its language."""


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

    def dots(
        self, points: Sequence[LabelledPoint], style: str, radius: float = 3, *, above: Sequence[LabelledPoint] = ()
    ) -> str:
        """Many dots as one path, at points given as values: a tenth of the size of as many circles with links.

        The page's script (emma/report/script/dots.js) gives each its tooltip and its link, by the labels in `data-of`:
        without them, they are those of the path before, whose points are `above`.
        """
        if not points:
            return ""
        labels = [label for _, _, label in points]
        # A line of no length with round ends is a dot.
        steps = "".join(f"M{_round(self.px(x))} {_round(self.py(y))}h0" for x, y, _ in points)
        of = "" if labels == [label for _, _, label in above] else f' data-of="{escape(" ".join(labels))}"'
        return f'<path class="dots {style}" style="stroke-width:{2 * radius:g}"{of} d="{steps}"/>'

    def lines(self, ends: Sequence[tuple[float, float, float, float]], style: str) -> str:
        """Many straight lines as one path, each from (x, y) to (x, y), given as values."""
        steps = "".join(
            f"M{_round(self.px(x1))} {_round(self.py(y1))}"
            + (f"V{_round(self.py(y2))}" if x1 == x2 else f"L{_round(self.px(x2))} {_round(self.py(y2))}")
            for x1, y1, x2, y2 in ends
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


def _round(place: float) -> str:
    """A place to a tenth of a pixel, in few letters: a large report has tens of thousands."""
    return f"{place:.1f}".removesuffix(".0")


def _draw_text(place: str, text: str, anchor: str = "middle") -> str:
    return f'<text {place} text-anchor="{anchor}">{escape(text)}</text>'


def link_marks(lang: str, tip: str, marks: str) -> str:
    """Marks of one language: a tooltip, and a link to its row of the table, out of the tab order as one of many."""
    return f'<a href="#{escape(lang)}" tabindex="-1"><title>{escape(tip)}</title>{marks}</a>'
