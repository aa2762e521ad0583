"""The page's section on the time while training: what was found, and its charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from emma.report.curves import (
    Figure,
    draw_curves,
    draw_level,
    draw_upright,
    name_curves,
    open_chart,
    thin,
)
from emma.report.merging import Merging, describe_merging, draw_merging
from emma.report.pareto import describe_pareto, list_choices
from emma.report.validation import (
    Curve,
    ValidationCurves,
    choose_named,
    describe_alarms,
    describe_result,
    find_gain,
    find_rise,
    name_language,
    name_probe,
)
from emma.schemas import Row
from emma.ui.numerals import format_count, format_signed
from emma.ui.svg import Chart, link_marks

GAIN, RISE = "gain in bits per byte, %", "forgotten: rise of bits per byte, %"
NAMED = 3
"""Languages that are named at either end of the chart of all."""
AGAINST_START = "Held-out text, against the weights before the first step."
MANY = 120
"""Languages from which on bands stand for their curves: nine hundred make neither a picture nor a small page."""
BANDS = ((0.1, 0.9), (0.25, 0.75))
"""The shares of languages below and above which no band is, the wider band first."""


@dataclass(frozen=True)
class ValidationSection:
    """What the template needs."""

    curves: ValidationCurves | None
    """None where only merged models were scored."""
    alarms: Sequence[str]
    """Sentences."""
    result: Sequence[str]
    """Sentences on which weights were kept, and what was merged."""
    figures: Sequence[Figure]


def describe_validation(curves: ValidationCurves | None, merging: Merging | None = None) -> ValidationSection | None:
    """The section of these curves and trials; None where nothing was scored."""
    if curves is None and merging is None:
        return None
    limit = None if curves is None else curves.limit
    weighed = describe_pareto(list_choices(curves, merging), limit, AGAINST_START)
    figures = [*([] if curves is None else draw_figures(curves)), *draw_merging(merging, limit), weighed]
    alarms = [] if curves is None else describe_alarms(curves)
    kept, merged = [describe_result(curves)] if curves else [], [describe_merging(merging)] if merging else []
    return ValidationSection(curves, alarms, [*kept, *merged], figures)


def draw_figures(curves: ValidationCurves) -> list[Figure]:
    """The charts over steps, with how they are read."""
    kept = (
        "" if curves.result_step == curves.steps[-1] else " The upright line is where the weights that were kept are."
    )
    limit = "" if curves.limit is None else " The dotted line is the limit, dots are alarms."
    forgetting = (
        "Against the weights before the first step (with new pieces these are not the base, which the top of the page "
        f"compares with): above zero is worse.{limit}{kept}"
    )
    return [
        Figure("By tier", f"Mean of the languages of each tier; above zero is better.{kept}", draw_tiers(curves)),
        Figure("Forgetting", forgetting, draw_forgetting(curves)),
        Figure("By language", describe_languages(curves), draw_languages(curves)),
    ]


def describe_languages(curves: ValidationCurves) -> str:
    """How the chart of all languages is read."""
    if len(curves.languages) <= MANY:
        return "Every language; the three at either end are named."
    return "Half of the languages lie in the darker band, eight of ten in both; the three at either end are named."


def draw_tiers(curves: ValidationCurves) -> str:
    """The gain in each tier's mean bits per byte, with its name at the end of the curve."""
    gains = {tier.tier: find_gain(tier.curve) for tier in curves.tiers}
    return _draw_named(curves, gains, GAIN, "Bits per byte of held-out text while training, by tier")


def draw_forgetting(curves: ValidationCurves) -> str:
    """The rise of each probe, with the limit as a line and a dot at every alarm."""
    rises = {probe: find_rise(curve) for probe, curve in curves.probes.items()}
    return _draw_named(curves, rises, RISE, "Bits per byte of probes while training", limit=curves.limit)


def draw_languages(curves: ValidationCurves) -> str:
    """The gain of every language as a thin curve; those that gained most and least are named."""
    gains = {lang: find_gain(curve) for lang, curve in curves.languages.items()}
    if len(curves.steps) < 2:
        return ""
    chart, named = open_chart("step", GAIN, gains.values(), 0.0), choose_named(curves, NAMED)
    is_many = len(gains) > MANY
    marks = draw_bands(chart, list(gains.values())) if is_many else []
    marks += [
        link_marks(
            lang,
            f"{name_language(lang)}: {format_signed(_last(gain)[1], 1)} %",
            chart.path(thin(gain), "curve now" if lang in named else "raw"),
        )
        for lang, gain in sorted(gains.items(), key=lambda item: item[0] in named)
        if lang in named or not is_many
    ]
    names = name_curves(chart, [(name_probe(lang), gains[lang]) for lang in named])
    title = "Bits per byte of held-out text while training, by language"
    return chart.draw(title, [draw_level(chart, 0, "zero"), *marks, *names])


def draw_bands(chart: Chart, gains: Sequence[Curve]) -> list[str]:
    """Where shares of all languages lie at each step, the wider band first."""
    steps = [step for step, _ in thin(gains[0])]
    ranked = {step: sorted(gain[int(step)] for gain in gains) for step in steps}
    ends = [
        [[(step, ranked[step][round(share * (len(gains) - 1))]) for step in steps] for share in band] for band in BANDS
    ]
    return [chart.path([*low, *reversed(high)], "band") for low, high in ends]


def _draw_named(
    curves: ValidationCurves, shown: Mapping[str, Curve], up: str, title: str, *, limit: float | None = None
) -> str:
    if len(curves.steps) < 2 or not shown:
        return ""
    chart = open_chart("step", up, shown.values(), 0.0, 100 * (limit or 0.0))
    tips = {
        name: f"{name}: {format_signed(value, 1)} % after step {format_count(step)}"
        for name, (step, value) in ((name, _last(curve)) for name, curve in shown.items())
    }
    marks = [draw_level(chart, 0, "zero"), *_draw_result(chart, curves)]
    marks += [] if limit is None else [draw_level(chart, 100 * limit, "border loss")]
    dots = [] if limit is None else [_draw_alarm(chart, alarm) for alarm in curves.alarms]
    return chart.draw(title, [*marks, *draw_curves(chart, shown, tips), *dots, *name_curves(chart, shown.items())])


def _draw_alarm(chart: Chart, alarm: Row) -> str:
    step, rise = alarm["step"], 100 * alarm["rise"]
    tip = f"{name_probe(alarm['probe'])}: {format_signed(rise, 1)} % after step {format_count(step)}"
    return f"<g><title>{escape(tip)}</title>{chart.dot(step, rise, 'loss', 3.5)}</g>"


def _draw_result(chart: Chart, curves: ValidationCurves) -> list[str]:
    """An upright line at the step whose weights are kept, unless it is the last."""
    return [] if curves.result_step == curves.steps[-1] else [draw_upright(chart, curves.result_step)]


def _last(curve: Curve) -> tuple[int, float]:
    return list(curve.items())[-1]
