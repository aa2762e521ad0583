"""The page's section on the time while training: what was found, and its charts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from emma.report.charts import MAX_POINTS
from emma.report.validation import (
    Curve,
    ValidationCurves,
    choose_named,
    describe_alarms,
    describe_result,
    find_change,
    name_language,
    name_probe,
)
from emma.ui.numerals import format_count, format_signed
from emma.ui.svg import Chart, Point, label_ends, linear_axis, link_marks

STYLES = 6
"""Styles of curves in the page's sheet, `s0` to `s5`."""
NAMED = 3
"""Languages that are named at either end of the chart of all."""
MANY = 80
"""Languages from which on their curves are fainter."""
MAX_LETTERS = 17
"""Letters of a name that have room beside the curves."""
ROOM = 1.45
"""Width of a chart, names included, over that of its curves."""


@dataclass(frozen=True)
class Figure:
    """A chart with its heading and a sentence on how it is read."""

    heading: str
    words: str
    chart: str
    """"" where there is nothing to draw."""


@dataclass(frozen=True)
class ValidationSection:
    """What the template needs."""

    curves: ValidationCurves
    alarms: Sequence[str]
    """Sentences."""
    result: str
    """A sentence on which weights were kept."""
    figures: Sequence[Figure]


def describe_validation(curves: ValidationCurves) -> ValidationSection:
    """The section of these curves."""
    kept = (
        "" if curves.result_step == curves.steps[-1] else " The upright line is where the weights that were kept are."
    )
    limit = "" if curves.limit is None else " The dotted line is the limit, dots are alarms."
    figures = (
        Figure("By tier", f"Mean of the languages of each tier; below zero is better.{kept}", draw_tiers(curves)),
        Figure("Forgetting", f"What must not get worse: above zero it does.{limit}{kept}", draw_forgetting(curves)),
        Figure("By language", "Every language; the three at either end are named.", draw_languages(curves)),
    )
    return ValidationSection(curves, describe_alarms(curves), describe_result(curves), figures)


def draw_tiers(curves: ValidationCurves) -> str:
    """The change of each tier's mean bits per byte, with its name at the end of the curve."""
    changes = {tier.tier: find_change(tier.curve) for tier in curves.tiers}
    return _draw_named(curves, changes, "Bits per byte of held-out text while training, by tier")


def draw_forgetting(curves: ValidationCurves) -> str:
    """The change of each probe, with the limit as a line and a dot at every alarm."""
    changes = {probe: find_change(curve) for probe, curve in curves.probes.items()}
    return _draw_named(curves, changes, "Bits per byte of probes while training", limit=curves.limit)


def draw_languages(curves: ValidationCurves) -> str:
    """The change of every language as a thin curve; those that changed most are named."""
    changes = {lang: find_change(curve) for lang, curve in curves.languages.items()}
    if len(curves.steps) < 2:
        return ""
    chart, named = _open_chart(curves, changes.values(), []), choose_named(curves, NAMED)
    faint = "raw many" if len(changes) > MANY else "raw"
    marks = [
        link_marks(
            lang,
            f"{name_language(lang)}: {format_signed(_last(change)[1], 1)} %",
            chart.path(_thin(change), "curve now" if lang in named else faint),
        )
        for lang, change in sorted(changes.items(), key=lambda item: item[0] in named)
    ]
    names = label_ends([(_place(chart, changes[lang]), _shorten(name_probe(lang))) for lang in named])
    return chart.draw("Bits per byte of held-out text while training, by language", [_draw_zero(chart), *marks, *names])


def _draw_named(
    curves: ValidationCurves, changes: Mapping[str, Curve], title: str, *, limit: float | None = None
) -> str:
    if len(curves.steps) < 2 or not changes:
        return ""
    chart = _open_chart(curves, changes.values(), [] if limit is None else [100 * limit])
    marks = [_draw_zero(chart), *_draw_limit(chart, limit), *_draw_result(chart, curves)]
    for number, (name, change) in enumerate(changes.items()):
        step, value = _last(change)
        tip = f"{name}: {format_signed(value, 1)} % after step {format_count(step)}"
        marks.append(f"<g><title>{escape(tip)}</title>{chart.path(_thin(change), f'curve s{number % STYLES}')}</g>")
    alarms = [] if limit is None else [(alarm["step"], 100 * alarm["rise"], alarm["probe"]) for alarm in curves.alarms]
    for step, rise, probe in alarms:
        tip = f"{name_probe(probe)}: {format_signed(rise, 1)} % after step {format_count(step)}"
        marks.append(f"<g><title>{escape(tip)}</title>{chart.dot(step, rise, 'loss', 3.5)}</g>")
    names = label_ends([(_place(chart, change), _shorten(name)) for name, change in changes.items()])
    return chart.draw(title, [*marks, *names])


def _open_chart(curves: ValidationCurves, changes: Iterable[Curve], more: list[float]) -> Chart:
    values = [0.0, *more, *(value for change in changes for value in change.values())]
    last = float(max(1, curves.steps[-1]))
    steps = linear_axis("step", [0.0, last])
    # Room for names beside the ends of the curves.
    x = replace(steps, high=ROOM * last, ticks=tuple(tick for tick in steps.ticks if tick <= last))
    return Chart(x, linear_axis("change of bits per byte, %", values))


def _draw_zero(chart: Chart) -> str:
    return chart.line(chart.x.low, 0, chart.x.high / ROOM, 0, "zero")


def _draw_limit(chart: Chart, limit: float | None) -> list[str]:
    if limit is None:
        return []
    return [chart.line(chart.x.low, 100 * limit, chart.x.high / ROOM, 100 * limit, "border loss")]


def _draw_result(chart: Chart, curves: ValidationCurves) -> list[str]:
    """An upright line at the step whose weights are kept, unless it is the last."""
    if curves.result_step == curves.steps[-1]:
        return []
    return [chart.line(curves.result_step, chart.y.low, curves.result_step, chart.y.high, "border now")]


def _shorten(name: str) -> str:
    """A name that fits beside the curves; its tooltip has all of it."""
    return name if len(name) <= MAX_LETTERS else f"{name[: MAX_LETTERS - 1].rstrip()}…"


def _thin(curve: Curve) -> list[Point]:
    """The points of a curve, not too many, with the last."""
    points = [(float(step), value) for step, value in curve.items()]
    stride = -(-len(points) // MAX_POINTS)
    return points[::-1][::stride][::-1]


def _last(curve: Curve) -> tuple[int, float]:
    return list(curve.items())[-1]


def _place(chart: Chart, curve: Curve) -> Point:
    step, value = _last(curve)
    return chart.px(step), chart.py(value)
