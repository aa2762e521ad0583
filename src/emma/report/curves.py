"""Curves with their names beside the ends, over steps or over anything else that grows from zero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape

from emma.report.charts import MAX_POINTS
from emma.ui.axes import linear_axis
from emma.ui.labels import label_ends
from emma.ui.svg import Chart, Point

STYLES = 6
"""Styles of curves in the page's sheet, `s0` to `s5`."""
MAX_LETTERS = 17
"""Letters of a name that have room beside the curves."""
ROOM = 1.45
"""Width of a chart, names included, over that of its curves."""

Points = Mapping[int, float] | Mapping[float, float]


@dataclass(frozen=True)
class Figure:
    """A chart with its heading and a sentence on how it is read."""

    heading: str
    words: str
    chart: str
    """"" where there is nothing to draw."""


def open_chart(across: str, up: str, curves: Iterable[Points], *more: float) -> Chart:
    """Axes for these curves and for `more` values, with room for names."""
    curves = list(curves)
    last = max(float(at) for curve in curves for at in curve)
    x = linear_axis(across, [0.0, last])
    y = linear_axis(up, [*more, *(value for curve in curves for value in curve.values())])
    return Chart(replace(x, high=ROOM * last, ticks=tuple(tick for tick in x.ticks if tick <= last)), y)


def draw_level(chart: Chart, value: float, style: str) -> str:
    """A line across the curves, from their beginning to their end."""
    return chart.line(chart.x.low, value, chart.x.high / ROOM, value, style)


def draw_upright(chart: Chart, at: float) -> str:
    """A line from the bottom to the top."""
    return chart.line(at, chart.y.low, at, chart.y.high, "border now")


def draw_curves(chart: Chart, curves: Mapping[str, Points], tips: Mapping[str, str]) -> list[str]:
    """A curve for each name in a style of its own, with what a pointer says of it."""
    return [
        f"<g><title>{escape(tips[name])}</title>{chart.path(thin(curve), f'curve s{number % STYLES}')}</g>"
        for number, (name, curve) in enumerate(curves.items())
    ]


def name_curves(chart: Chart, curves: Iterable[tuple[str, Points]]) -> list[str]:
    """The name of each curve, at its end."""
    ends = [(name, thin(curve)[-1]) for name, curve in curves]
    return label_ends([((chart.px(x), chart.py(y)), _shorten(name)) for name, (x, y) in ends])


def thin(curve: Points) -> list[Point]:
    """The points of a curve, not too many, with the last."""
    points = [(float(at), value) for at, value in curve.items()]
    stride = -(-len(points) // MAX_POINTS)
    return points[::-1][::stride][::-1]


def _shorten(name: str) -> str:
    """A name that fits beside the curves; its tooltip has all of it."""
    return name if len(name) <= MAX_LETTERS else f"{name[: MAX_LETTERS - 1].rstrip()}…"
