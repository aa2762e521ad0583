"""The proof's tables and its picture: gain against forgetting."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from benchmarks.proof.texts import interval
from benchmarks.proof.trials import Outcome
from emma.ui.axes import linear_axis
from emma.ui.labels import label_points
from emma.ui.svg import Chart, Point

WIDTH, HEIGHT, LEGEND, LINE = 640, 480, 240, 18
"""The picture's size, the width of the names beside it, and the height of one."""
STYLE = (
    "<style>text{font:11px sans-serif;fill:#444}.axis{font-size:12px}.grid{stroke:#ddd}.arm{fill:#2a6f97}"
    ".best{fill:#c1121f}.edge{stroke:#c1121f;fill:none;stroke-width:1.5}.leader{stroke:#999}</style>"
)


def outcome_rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """A row for each model: gain, and against the first's; languages that gained; English, code; cost; edge or not."""
    edge, first = set(pareto(outcomes)), outcomes[0]
    return [
        [
            each.name,
            _with_interval(each.gain, each.draws),
            "" if each is first else _with_interval(each.gain - first.gain, each.draws - first.draws),
            "{} of {}".format(*each.better),
            f"{each.changes['eng_Latn']:+.1%}",
            f"{each.changes['zxx_Zyyy']:+.1%}",
            f"{each.tokens:,}" if each.tokens else "–",
            f"{each.cpu_seconds:.0f}" if each.tokens else "–",
            "yes" if each.name in edge else "",
        ]
        for each in outcomes
    ]


def _with_interval(value: float, draws: NDArray[np.float64]) -> str:
    low, high = (100 * end for end in interval(draws))
    return f"{100 * value:+.1f} [{low:+.1f}, {high:+.1f}]"


OUTCOME_HEAD = (
    "model",
    "mean gain, % [95 %]",
    "against the first, points [95 %]",
    "better",
    "English",
    "code",
    "tokens",
    "CPU s",
    "on the edge",
)


def pareto(outcomes: Sequence[Outcome]) -> list[str]:
    """Names of those that no other beats in both gain and forgetting, least forgetting first."""
    edge: list[Outcome] = []
    for each in sorted(outcomes, key=lambda each: (each.forgetting, -each.gain)):
        if not edge or each.gain > edge[-1].gain:
            edge.append(each)
    return [each.name for each in edge]


def draw_pareto(outcomes: Sequence[Outcome], path: Path) -> None:
    """Gain against forgetting as a picture, with a line through the edge."""
    points: dict[str, Point] = {each.name: (100 * each.forgetting, 100 * each.gain) for each in outcomes}
    chart = Chart(
        linear_axis("bits per byte that English or code cost more", [x for x, _ in points.values()], " %"),
        linear_axis("mean gain over languages", [y for _, y in points.values()], " %"),
        width=WIDTH,
        height=HEIGHT,
    )
    edge = pareto(outcomes)
    marks = [chart.path([points[name] for name in edge], "edge")]
    marks += [chart.dot(x, y, "best" if name in edge else "arm", 4) for name, (x, y) in points.items()]
    at = [(chart.px(x), chart.py(y)) for x, y in points.values()]
    marks += label_points([(place, str(number)) for number, place in enumerate(at, 1)], at)
    marks += [
        f'<text x="{WIDTH}" y="{LINE * (number + 1)}">{number} {escape(name)}</text>'
        for number, name in enumerate(points, 1)
    ]
    drawing = chart.draw("Gain against forgetting", marks)
    head, rest = drawing.replace(f'"0 0 {WIDTH} ', f'"0 0 {WIDTH + LEGEND} ', 1).split("\n", 1)
    path.write_text(
        "\n".join([head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '), STYLE, rest]) + "\n", "utf-8"
    )
