"""The charts of the report: each a pure function from rows to an SVG, or "" where there is nothing to show."""

import math
from collections.abc import Sequence

from emma.lang.language import ENGLISH
from emma.report.languages import LanguageRow
from emma.schemas import Row
from emma.ui.axes import Axis, linear_axis, log_axis, rank_axis
from emma.ui.labels import label_points
from emma.ui.svg import Chart

MAX_POINTS = 600
"""Points that a curve is drawn with at most: more only make the page larger."""
MAX_STEMS = 500
"""Languages up to which stems are drawn: of more there are several in each pixel, and they make one grey."""
VERDICTS = ("none", "unsure", "loss", "gain")
Place = tuple[float, float, LanguageRow]
"""Where a language stands in a chart, as values."""


def draw_data_by_rank(rows: Sequence[LanguageRow]) -> str:
    """Training bytes of every language, largest first, on a logarithmic axis."""
    ranked = sorted((row for row in rows if row.train_bytes), key=lambda row: (-row.train_bytes, row.lang))
    if not ranked:
        return ""
    y = log_axis("training text, UTF-8 bytes", [row.train_bytes for row in ranked], "B")
    chart = Chart(rank_axis(len(ranked)), y)
    points = [(float(rank), float(row.train_bytes), row.lang) for rank, row in enumerate(ranked, 1)]
    return chart.draw("Training bytes by language, ranked", [chart.dots(points, "plain", _dot_radius(ranked))])


def draw_fertility(rows: Sequence[LanguageRow]) -> str:
    """Tokens per byte with the base and the new vocabulary, ranked by the base, with a stem between both."""
    counted = [row for row in rows if row.tokens_per_byte is not None]
    if not counted:
        return ""
    ranked = sorted(counted, key=lambda row: (-(row.tokens_per_byte_base or row.tokens_per_byte or 0), row.lang))
    values = [value for row in ranked for value in (row.tokens_per_byte_base, row.tokens_per_byte) if value is not None]
    chart = Chart(rank_axis(len(ranked)), linear_axis("tokens per byte", [0.0, *values]))
    new = [(float(rank), row.tokens_per_byte or 0.0, row.lang) for rank, row in enumerate(ranked, 1)]
    base = [
        (float(rank), row.tokens_per_byte_base, row.lang)
        for rank, row in enumerate(ranked, 1)
        if row.tokens_per_byte_base is not None
    ]
    after = {lang: value for _, value, lang in new}
    stems = [(rank, value, rank, after[lang]) for rank, value, lang in base] if len(ranked) <= MAX_STEMS else []
    radius = _dot_radius(ranked) - 0.5
    marks = [chart.lines(stems, "stem"), chart.dots(base, "before", radius)]
    marks.append(chart.dots(new, "after", radius, above=base))
    return chart.draw("Tokens per byte by language, before and after", marks)


def draw_bits_per_byte(rows: Sequence[LanguageRow]) -> str:
    """Base against adapted, with the diagonal of no change: below it is a gain, above it a loss."""
    compared = [row for row in rows if row.bits_per_byte is not None and row.bits_per_byte_base is not None]
    if not compared:
        return _draw_bits_alone(rows)
    values = [value or 0.0 for row in compared for value in (row.bits_per_byte, row.bits_per_byte_base)]
    chart = Chart(linear_axis("base, bits per byte", values), linear_axis("adapted, bits per byte", values))
    # The same range on both axes, so that the diagonal is where nothing changed.
    diagonal = chart.line(chart.x.low, chart.x.low, chart.x.high, chart.x.high, "zero")
    places = [(row.bits_per_byte_base or 0.0, row.bits_per_byte or 0.0, row) for row in compared]
    marks, probes = draw_verdicts(chart, places, _dot_radius(compared)), _label_probes(chart, places)
    return chart.draw("Bits per byte by language, base against adapted", [diagonal, *marks, *probes])


def _draw_bits_alone(rows: Sequence[LanguageRow]) -> str:
    """Without a base: bits per byte against training bytes."""
    scored = [row for row in rows if row.bits_per_byte is not None and row.train_bytes]
    if not scored:
        return ""
    x = log_axis("training text, UTF-8 bytes", [row.train_bytes for row in scored], "B")
    chart = Chart(x, linear_axis("bits per byte", [row.bits_per_byte or 0 for row in scored]))
    points = [(float(row.train_bytes), row.bits_per_byte or 0.0, row.lang) for row in scored]
    return chart.draw("Bits per byte against training bytes", [chart.dots(points, "after", _dot_radius(scored))])


def draw_gain_by_data(rows: Sequence[LanguageRow]) -> str:
    """Gain with its interval against training bytes; below the line of zero is a loss."""
    compared = [row for row in rows if row.gain is not None and row.train_bytes]
    if not compared:
        return ""
    x = log_axis("training text, UTF-8 bytes", [row.train_bytes for row in compared], "B")
    chart = Chart(x, _gain_axis(compared))
    places = [(float(row.train_bytes), row.gain or 0.0, row) for row in compared]
    marks = [*_draw_whiskers(chart, places), *draw_verdicts(chart, places, _dot_radius(compared))]
    probes = _label_probes(chart, places)
    return chart.draw("Gain against training bytes", [chart.line(x.low, 0, x.high, 0, "zero"), *marks, *probes])


def draw_gain_by_rank(rows: Sequence[LanguageRow]) -> str:
    """Gain with its interval, from the largest to the smallest; what ends below the line of zero is a loss."""
    compared = sorted((row for row in rows if row.gain is not None), key=lambda row: (-(row.gain or 0), row.lang))
    if not compared:
        return ""
    chart = Chart(rank_axis(len(compared)), _gain_axis(compared))
    places = [(float(rank), row.gain or 0.0, row) for rank, row in enumerate(compared, 1)]
    marks = [*_draw_whiskers(chart, places), *draw_verdicts(chart, places, _dot_radius(compared))]
    zero = chart.line(chart.x.low, 0, chart.x.high, 0, "zero")
    return chart.draw("Gain by language, ranked", [zero, *marks])


def _gain_axis(compared: Sequence[LanguageRow]) -> Axis:
    ends = [end for row in compared for end in (row.gain, row.gain_low, row.gain_high) if end is not None]
    return linear_axis("gain in bits per byte", [0.0, *ends])


def draw_verdicts(chart: Chart, places: Sequence[Place], radius: float) -> list[str]:
    """A dot for each language, in the colour of its verdict; those that nobody can tell lie beneath the others."""
    return [
        chart.dots([(x, y, row.lang) for x, y, row in places if row.verdict == verdict], verdict, radius)
        for verdict in VERDICTS
    ]


def _draw_whiskers(chart: Chart, places: Sequence[Place]) -> list[str]:
    """The intervals of gains, upright."""
    return [
        chart.lines(
            [
                (x, row.gain_low, x, row.gain_high)
                for x, _, row in places
                if row.verdict == verdict and row.gain_low is not None and row.gain_high is not None
            ],
            f"whisker {verdict}",
        )
        for verdict in VERDICTS
    ]


def draw_loss(metrics: Sequence[Row]) -> str:
    """Training loss against tokens seen: every logged step, and its running mean."""
    points = [(float(row["tokens"]), float(row["loss"])) for row in metrics]
    if len(points) < 2:
        return ""
    # Every n-th point, and not means: a spike should be seen.
    shown = points[:: -(-len(points) // MAX_POINTS)]
    chart = Chart(
        linear_axis("training tokens seen", [0.0, points[-1][0]]),
        linear_axis("loss, nats per token", [y for _, y in points]),
    )
    marks = [chart.path(shown, "raw"), chart.path(smooth_curve(shown), "curve")]
    return chart.draw("Training loss", marks)


def draw_positions(positions: Sequence[Row]) -> str:
    """Bits per byte against the tokens before, base and adapted, each with a mark where its own context ends."""
    if not positions:
        return ""
    length, curves = max(row["end"] for row in positions), _position_curves(positions)
    values = [value for curve in curves.values() for _, value in curve]
    chart = Chart(linear_axis("tokens before", [0.0, float(length)]), linear_axis("bits per byte", values))
    marks = [chart.path(curve, f"curve {CURVE_STYLES[model]}") for model, curve in curves.items()]
    ends = {row["model"]: row["context"] for row in positions if row["context"] < length}
    borders = [
        chart.line(end, chart.y.low, end, chart.y.high, f"border {CURVE_STYLES[model]}") for model, end in ends.items()
    ]
    return chart.draw("Bits per byte by position, base and adapted", [*borders, *marks])


CURVE_STYLES = {"base": "was", "adapted": "now"}
"""CSS classes of the models' curves."""


def _position_curves(positions: Sequence[Row]) -> dict[str, list[tuple[float, float]]]:
    curves: dict[str, list[tuple[float, float]]] = {}
    for row in positions:
        middle = (row["begin"] + row["end"]) / 2
        curves.setdefault(row["model"], []).append((middle, row["nats"] / (math.log(2) * max(1, row["bytes"]))))
    return curves


def smooth_curve(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Centred running mean of the second coordinate over about a twentieth of the points."""
    reach = len(points) // 40
    means = []
    for index, (x, _) in enumerate(points):
        near = min(reach, index, len(points) - 1 - index)  # symmetric, so that the ends are not bent
        window = [y for _, y in points[index - near : index + near + 1]]
        means.append((x, sum(window) / len(window)))
    return means


def _label_probes(chart: Chart, marks: Sequence[Place]) -> list[str]:
    """English and code are named in the charts: what they lose is the price of adapting."""
    dots = [((chart.px(x), chart.py(y)), row) for x, y, row in marks]
    # Their names are placed where they hide the fewest dots.
    named = [(dot, row.name) for dot, row in dots if row.lang == ENGLISH.label or row.is_code]
    return label_points(named, [dot for dot, _ in dots])


def _dot_radius(rows: Sequence[LanguageRow]) -> float:
    """Dots that do not hide one another."""
    return 3 if len(rows) <= 150 else 2.2
