"""The charts of the report: each a pure function from rows to an SVG, or "" where there is nothing to show."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from emma.inspect.vocab.measure import LanguageCosts, TokenizerCost
from emma.inspect.vocab.savings import Savings
from emma.lang.language import ENGLISH
from emma.ui.axes import Axis, linear_axis, rank_axis
from emma.ui.labels import label_points
from emma.ui.numerals import format_count, format_decimal, format_share
from emma.ui.svg import Chart, link_marks

COLOURS = 6
"""Tokenizers that are told apart by colour; then the colours come round again."""
ROUND_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
MAX_NAMED = 2
"""Languages at the dear end that are named in a chart, besides English."""


def draw_premiums(rows: Sequence[LanguageCosts], names: Sequence[str]) -> str:
    """Tokens over English with every tokenizer, on a logarithmic axis: one stem a language, ranked by the first."""
    return _stems(rows, names, lambda cost: cost.premium, "premium", make_premium_axis)


def draw_tokens_per_byte(rows: Sequence[LanguageCosts], names: Sequence[str]) -> str:
    """Tokens per byte with every tokenizer, ranked by the first."""
    return _stems(rows, names, lambda cost: cost.tokens_per_byte, "tokens per byte", make_share_axis)


def make_premium_axis(values: list[float]) -> Axis:
    """A logarithmic axis about 1, in round steps."""
    low, high = min([1.0, *values]) * 0.93, max([2.0, *values]) * 1.05
    ticks = tuple(float(tick) for tick in ROUND_TICKS if low <= tick <= high)
    return Axis("times the tokens of English", low, high, ticks, log=True)


def make_share_axis(values: list[float]) -> Axis:
    """An axis from 0, to 1 where little lies beyond: a text that is all bytes has one token more for its beginning."""
    most = 1.0 if 1 < max(values) < 1.1 else max(values)
    return linear_axis("tokens per byte", [0.0, most])


def _stems(
    rows: Sequence[LanguageCosts],
    names: Sequence[str],
    value: Callable[[TokenizerCost], float | None],
    what: str,
    axis: Callable[[list[float]], Axis],
) -> str:
    known = [(row, [number for cost in row.costs if (number := value(cost)) is not None]) for row in rows]
    ranked = sorted((item for item in known if item[1]), key=lambda item: (-item[1][0], item[0].lang))
    if not ranked:
        return ""
    chart = Chart(rank_axis(len(ranked)), axis([number for _, values in ranked for number in values]))
    marks, dots, named = list[str](), list[tuple[float, float]](), list[tuple[tuple[float, float], str]]()
    for rank, (row, values) in enumerate(ranked, 1):
        tip = ", ".join(f"{name} {format_decimal(each, 3)}" for name, each in zip(names, values, strict=True))
        marks.append(link_marks(row.lang, f"{row.name} ({row.lang}), {what}: {tip}", _stem(chart, rank, values)))
        dots += [(chart.px(rank), chart.py(number)) for number in values]
        if rank <= MAX_NAMED or row.lang == ENGLISH.label:
            named.append(((chart.px(rank), chart.py(values[0])), row.name))
    return chart.draw(f"{what.capitalize()} by language", [*marks, *label_points(named, dots)])


def _stem(chart: Chart, rank: int, values: Sequence[float]) -> str:
    # Drawn from the last to the first: where they coincide, the first tokenizer's is seen.
    dots = [chart.dot(rank, number, colour_class(place), 2.2) for place, number in enumerate(values)]
    return chart.line(rank, min(values), rank, max(values), "stem") + "".join(reversed(dots))


def colour_class(place: int) -> str:
    """The class of a tokenizer's marks."""
    return f"t{place % COLOURS}"


def draw_savings(rows: Sequence[LanguageCosts], saved: Savings | None) -> str:
    """The share of tokens saved against the pieces added: a line a language, all together and English stronger."""
    if saved is None:
        return ""
    lines = [(row, [(float(x), y) for x, y in _points(saved, row.lang)]) for row in rows]
    lines = [(row, points) for row, points in lines if points]
    total = [(float(x), y or 0.0) for x, y in zip(saved.budgets, saved.total(), strict=True)]
    shares = [y for _, points in [*lines, ("", total)] for _, y in points]
    y = linear_axis("share of tokens saved, %", [0.0, *(100 * part for part in shares)])
    pieces = tuple(map(float, saved.budgets))
    chart = Chart(Axis("pieces more", 0.0, pieces[-1], pieces), y)
    marks = [link_marks(row.lang, _tip(row, points), _line(chart, points, "each")) for row, points in lines]
    english = [(row, points) for row, points in lines if row.lang == ENGLISH.label]
    marks += [_line(chart, points, "curve english") for _, points in english]
    ends = [("all languages", total[-1]), *((row.name, points[-1]) for row, points in english)]
    named = [((chart.px(x), chart.py(100 * y)), text) for text, (x, y) in ends]
    on_lines = [(chart.px(x), chart.py(100 * y)) for x, y in interpolate(total)]
    return chart.draw(
        "Tokens saved by more pieces", [*marks, _line(chart, total, "curve"), *label_points(named, on_lines)]
    )


def interpolate(points: Sequence[tuple[float, float]], steps: int = 20) -> list[tuple[float, float]]:
    """Points all along a line, so that no name is put on it."""
    pairs = [(start, end, step / steps) for start, end in pairwise(points) for step in range(steps)]
    return [(x1 + part * (x2 - x1), y1 + part * (y2 - y1)) for (x1, y1), (x2, y2), part in pairs]


def _points(saved: Savings, lang: str) -> list[tuple[int, float]]:
    return [(x, y) for x, y in zip(saved.budgets, saved.saved(lang), strict=True) if y is not None]


def _line(chart: Chart, points: Sequence[tuple[float, float]], style: str) -> str:
    return chart.path([(x, 100 * y) for x, y in points], style)


def _tip(row: LanguageCosts, points: Sequence[tuple[float, float]]) -> str:
    shares = ", ".join(f"{format_count(int(x))}: {format_share(y)}" for x, y in points[1:])
    return f"{row.name} ({row.lang}), saved by pieces more: {shares}"
