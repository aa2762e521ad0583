"""The charts of the report: each a pure function from rows to an SVG, or "" where there is nothing to show."""

import math
from collections.abc import Sequence

from emma.lang.language import ENGLISH
from emma.report.languages import LanguageRow
from emma.schemas import Row
from emma.ui.numerals import format_bytes, format_decimal, format_short, format_signed
from emma.ui.svg import Axis, Chart, label_points, linear_axis, link_marks, log_axis, rank_axis

MAX_POINTS = 600
"""Points that a curve is drawn with at most: more only make the page larger."""


def draw_data_by_rank(rows: Sequence[LanguageRow]) -> str:
    """Training bytes of every language, largest first, on a logarithmic axis."""
    ranked = sorted((row for row in rows if row.train_bytes), key=lambda row: (-row.train_bytes, row.lang))
    if not ranked:
        return ""
    y = log_axis("training text, UTF-8 bytes", [row.train_bytes for row in ranked], "B")
    chart = Chart(rank_axis(len(ranked)), y)
    marks = [
        link_marks(
            row.lang,
            f"{display_name(row)}: {format_bytes(row.train_bytes)}, rank {rank}",
            chart.dot(rank, row.train_bytes, "plain", _dot_radius(ranked)),
        )
        for rank, row in enumerate(ranked, 1)
    ]
    return chart.draw("Training bytes by language, ranked", marks)


def draw_fertility(rows: Sequence[LanguageRow]) -> str:
    """Tokens per byte with the base and the new vocabulary: one stem a language, ranked by the base."""
    counted = [row for row in rows if row.tokens_per_byte is not None]
    if not counted:
        return ""
    ranked = sorted(counted, key=lambda row: (-(row.tokens_per_byte_base or row.tokens_per_byte or 0), row.lang))
    values = [value for row in ranked for value in (row.tokens_per_byte_base, row.tokens_per_byte) if value is not None]
    chart = Chart(rank_axis(len(ranked)), linear_axis("tokens per byte", [0.0, *values]))
    return chart.draw(
        "Tokens per byte by language, before and after",
        [_draw_stem(chart, rank, row) for rank, row in enumerate(ranked, 1)],
    )


def _draw_stem(chart: Chart, rank: int, row: LanguageRow) -> str:
    new, base = row.tokens_per_byte or 0.0, row.tokens_per_byte_base
    tip = f"{display_name(row)}: {format_decimal(base, 3)} → {format_decimal(new, 3)} tokens per byte"
    if base is None:
        return link_marks(row.lang, tip, chart.dot(rank, new, "after", 2.5))
    marks = chart.line(rank, base, rank, new, "stem")
    return link_marks(row.lang, tip, marks + chart.dot(rank, base, "before", 2.5) + chart.dot(rank, new, "after", 2.5))


def draw_bits_per_byte(rows: Sequence[LanguageRow]) -> str:
    """Base against adapted, with the diagonal of no change: below it is a gain, above it a loss."""
    compared = [row for row in rows if row.bits_per_byte is not None and row.bits_per_byte_base is not None]
    if not compared:
        return _draw_bits_alone(rows)
    values = [value or 0.0 for row in compared for value in (row.bits_per_byte, row.bits_per_byte_base)]
    chart = Chart(linear_axis("base, bits per byte", values), linear_axis("adapted, bits per byte", values))
    radius = _dot_radius(compared)
    # The same range on both axes, so that the diagonal is where nothing changed.
    diagonal = chart.line(chart.x.low, chart.x.low, chart.x.high, chart.x.high, "zero")
    marks = [
        link_marks(
            row.lang, _tooltip(row), chart.dot(row.bits_per_byte_base or 0, row.bits_per_byte or 0, row.verdict, radius)
        )
        for row in compared
    ]
    probes = _label_probes(chart, [(row.bits_per_byte_base or 0, row.bits_per_byte or 0, row) for row in compared])
    return chart.draw("Bits per byte by language, base against adapted", [diagonal, *marks, *probes])


def _draw_bits_alone(rows: Sequence[LanguageRow]) -> str:
    """Without a base: bits per byte against training bytes."""
    scored = [row for row in rows if row.bits_per_byte is not None and row.train_bytes]
    if not scored:
        return ""
    x = log_axis("training text, UTF-8 bytes", [row.train_bytes for row in scored], "B")
    chart = Chart(x, linear_axis("bits per byte", [row.bits_per_byte or 0 for row in scored]))
    marks = [
        link_marks(row.lang, _tooltip(row), chart.dot(row.train_bytes, row.bits_per_byte or 0, "after"))
        for row in scored
    ]
    return chart.draw("Bits per byte against training bytes", marks)


def draw_gain_by_data(rows: Sequence[LanguageRow]) -> str:
    """Gain with its interval against training bytes; below the line of zero is a loss."""
    compared = [row for row in rows if row.gain is not None and row.train_bytes]
    if not compared:
        return ""
    x = log_axis("training text, UTF-8 bytes", [row.train_bytes for row in compared], "B")
    chart = Chart(x, _gain_axis(compared))
    marks = [
        link_marks(row.lang, _tooltip(row), _draw_whisker(chart, row.train_bytes, row, _dot_radius(compared)))
        for row in compared
    ]
    probes = _label_probes(chart, [(row.train_bytes, row.gain or 0, row) for row in compared])
    return chart.draw("Gain against training bytes", [chart.line(x.low, 0, x.high, 0, "zero"), *marks, *probes])


def draw_gain_by_rank(rows: Sequence[LanguageRow]) -> str:
    """Gain with its interval, from the largest to the smallest; what ends below the line of zero is a loss."""
    compared = sorted((row for row in rows if row.gain is not None), key=lambda row: (-(row.gain or 0), row.lang))
    if not compared:
        return ""
    chart = Chart(rank_axis(len(compared)), _gain_axis(compared))
    marks = [
        link_marks(row.lang, _tooltip(row), _draw_whisker(chart, rank, row, _dot_radius(compared)))
        for rank, row in enumerate(compared, 1)
    ]
    zero = chart.line(chart.x.low, 0, chart.x.high, 0, "zero")
    return chart.draw("Gain by language, ranked", [zero, *marks])


def _gain_axis(compared: Sequence[LanguageRow]) -> Axis:
    ends = [end for row in compared for end in (row.gain, row.gain_low, row.gain_high) if end is not None]
    return linear_axis("bits per byte saved", [0.0, *ends])


def _draw_whisker(chart: Chart, x: float, row: LanguageRow, radius: float) -> str:
    dot = chart.dot(x, row.gain or 0, row.verdict, radius)
    if row.gain_low is None or row.gain_high is None:
        return dot
    return chart.line(x, row.gain_low, x, row.gain_high, f"whisker {row.verdict}") + dot


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


def display_name(row: LanguageRow) -> str:
    """A language as tooltips have it: its name and its label."""
    return f"{row.name} ({row.lang})"


def _tooltip(row: LanguageRow) -> str:
    change = f"{format_decimal(row.bits_per_byte_base, 3)} → {format_decimal(row.bits_per_byte, 3)} bits per byte"
    interval = f" ({format_signed(row.gain_low)} to {format_signed(row.gain_high)})" if row.gain_low is not None else ""
    gain = f", saved {format_signed(row.gain)}{interval}" if row.gain is not None else ""
    return f"{display_name(row)}: {change}{gain}; {format_short(row.train_bytes, 'B')} of training text"


def _label_probes(chart: Chart, marks: Sequence[tuple[float, float, LanguageRow]]) -> list[str]:
    """English and code are named in the charts: what they lose is the price of adapting."""
    dots = [((chart.px(x), chart.py(y)), row) for x, y, row in marks]
    # Their names are placed where they hide the fewest dots.
    named = [(dot, row.name) for dot, row in dots if row.lang == ENGLISH.label or row.is_code]
    return label_points(named, [dot for dot, _ in dots])


def _dot_radius(rows: Sequence[LanguageRow]) -> float:
    """Dots that do not hide one another."""
    return 3 if len(rows) <= 150 else 2.2
