"""What was gained against what was forgotten: each way to stop or to merge is a point, the best of them are a front.

A point is worth taking if no other gains more and forgets less (Pareto's sense). Both are shares of bits per byte, in
per cent: the gain is the mean over languages, and what is forgotten is the rise of the probe that got most worse.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from statistics import fmean

from emma.lang.coverage import is_language
from emma.lang.language import CODE, ENGLISH
from emma.lang.tiers import SIZE_BANDS
from emma.report.curves import STYLES, Figure
from emma.report.languages import LanguageRow
from emma.report.merging import Merging
from emma.report.validation import ValidationCurves, find_gain, find_rise
from emma.ui.axes import linear_axis
from emma.ui.labels import label_points
from emma.ui.numerals import format_count, format_signed
from emma.ui.svg import Chart

ACROSS = "forgotten: rise of the worst probe's bits per byte, %"
UP = "gain in bits per byte, mean of languages, %"
NEAR = 1e-9
"""Differences of shares that are none."""


@dataclass(frozen=True)
class Outcome:
    """One model, or a group of its languages: what it gained and what it forgot, in per cent."""

    name: str
    forgotten: float
    """Above zero: the probe that got most worse lost so much."""
    gained: float
    is_taken: bool = False
    """Whether the run's result is this."""


@dataclass(frozen=True)
class Choice:
    """Outcomes that are one choice, such as when to stop."""

    name: str
    outcomes: Sequence[Outcome]
    is_path: bool = True
    """Whether they follow one another, so that a line goes through them."""


def find_front(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes that no other beats in one thing without losing in the other; the least forgetful first."""
    front: list[Outcome] = []
    for outcome in sorted(outcomes, key=lambda outcome: (outcome.forgotten, -outcome.gained, outcome.name)):
        if not front or outcome.gained > front[-1].gained + NEAR:
            front.append(outcome)
    return front


def list_choices(curves: ValidationCurves | None, merging: Merging | None) -> list[Choice]:
    """When training could have stopped, and what it could have been merged with; nothing without probes."""
    if curves is None or not curves.probes:
        return []
    choices = [Choice("stopped after a step", list_steps(curves, merging is None))]
    if merging is not None and merging.probes:
        choices.append(Choice("merged at the end", list_trials(curves, merging)))
    return [choice for choice in choices if len(choice.outcomes) > 1]


def list_steps(curves: ValidationCurves, is_result: bool) -> list[Outcome]:
    """The model at each evaluation; unless it was merged, one of them is the result."""
    probes = [find_rise(curve) for curve in curves.probes.values()]
    gains = [find_gain(curve) for lang, curve in curves.languages.items() if is_language(lang)]
    return [
        Outcome(
            f"step {format_count(step)}",
            max(probe[step] for probe in probes),
            fmean(gain[step] for gain in gains),
            is_result and step == curves.result_step,
        )
        for step in curves.steps
    ]


def list_trials(curves: ValidationCurves, merging: Merging) -> list[Outcome]:
    """The merged model at each share of the initial weights that was tried."""
    first = {lang: next(iter(curve.values())) for lang, curve in curves.languages.items() if is_language(lang)}
    return [
        Outcome(f"alpha {alpha:g}", max(probe[alpha] for probe in merging.probes.values()), fmean(shares), taken)
        for alpha, languages in merging.languages.items()
        if (shares := [100 * (1 - languages[lang] / before) for lang, before in first.items() if lang in languages])
        for taken in [alpha == merging.alpha]
    ]


def list_bands(rows: Sequence[LanguageRow]) -> list[Choice]:
    """The size bands of a run on test text, each at what English or code lost; nothing without a base or probes."""
    compared = [(row, gain) for row in rows if (gain := row.gain_percent) is not None]
    losses = [-gain for row, gain in compared if row.lang in (ENGLISH.label, CODE.label)]
    if not losses:
        return []
    bands: dict[str, list[float]] = {band: [] for band in SIZE_BANDS}
    for row, gain in compared:
        if is_language(row.lang) and row.lang != ENGLISH.label:
            bands[row.size_band].append(gain)
    outcomes = [Outcome(band, max(losses), fmean(gains)) for band, gains in bands.items() if gains]
    return [Choice("languages by training text", outcomes, is_path=False)] if outcomes else []


def describe_pareto(choices: Sequence[Choice], limit: float | None = None, words: str = "") -> Figure:
    """The chart with how it is read; `limit` is what may be forgotten, as a share."""
    outcomes = [outcome for choice in choices for outcome in choice.outcomes]
    notes = [words, "Up is more gained, right is more forgotten."]
    if any(choice.is_path for choice in choices):
        notes.append("What lies on the thin stairs is beaten by nothing that was tried.")
    if any(outcome.is_taken for outcome in outcomes):
        notes.append("The dark dot is what was taken.")
    if limit is not None:
        notes.append("The dotted line is the limit.")
    return Figure("Gained and forgotten", " ".join(filter(None, notes)), draw_pareto(choices, limit))


def draw_pareto(choices: Sequence[Choice], limit: float | None = None) -> str:
    """Each outcome as a dot, with its front and the lines of no change; "" where there is nothing to weigh."""
    outcomes = [outcome for choice in choices for outcome in choice.outcomes]
    if not outcomes:
        return ""
    chart = Chart(
        linear_axis(ACROSS, [0.0, 100 * (limit or 0.0), *(outcome.forgotten for outcome in outcomes)]),
        linear_axis(UP, [0.0, *(outcome.gained for outcome in outcomes)]),
    )
    lines = [chart.line(0, chart.y.low, 0, chart.y.high, "zero"), chart.line(chart.x.low, 0, chart.x.high, 0, "zero")]
    if limit is not None:
        lines.append(chart.line(100 * limit, chart.y.low, 100 * limit, chart.y.high, "border loss"))
    marks = [mark for number, choice in enumerate(choices) for mark in draw_choice(chart, choice, number)]
    return chart.draw(
        "What was gained against what was forgotten",
        [*lines, draw_front(chart, outcomes), *marks, *name_ends(chart, choices)],
    )


def draw_front(chart: Chart, outcomes: Sequence[Outcome]) -> str:
    """The front as stairs: between two of its points nothing is known that gains as much as the right one."""
    front = [(outcome.forgotten, outcome.gained) for outcome in find_front(outcomes)]
    stairs = [point for (x, y), (right, above) in pairwise(front) for point in ((x, y), (right, y), (right, above))]
    return chart.path(stairs, "raw") if stairs else ""


def draw_choice(chart: Chart, choice: Choice, number: int) -> list[str]:
    """The dots of one choice, with what a pointer says of each, and the line through them."""
    style = f"s{number % STYLES}"
    points = [(outcome.forgotten, outcome.gained) for outcome in choice.outcomes]
    path = [chart.path(points, f"curve {style}")] if choice.is_path and len(points) > 1 else []
    return [
        *path,
        *(
            f"<g><title>{escape(f'{choice.name}, {describe_outcome(outcome)}')}</title>"
            f"{chart.dot(outcome.forgotten, outcome.gained, 'mean' if outcome.is_taken else f'tried {style}', 4)}</g>"
            for outcome in choice.outcomes
        ),
    ]


def describe_outcome(outcome: Outcome) -> str:
    """An outcome in words."""
    gain = f"gain {format_signed(outcome.gained, 1)} %"
    return f"{outcome.name}: {gain}, worst probe {format_signed(outcome.forgotten, 1)} %"


def name_ends(chart: Chart, choices: Sequence[Choice]) -> list[str]:
    """Names at the ends of a path and at what was taken, and at each outcome where there is no path."""
    named: Mapping[str, Outcome] = {
        outcome.name: outcome
        for choice in choices
        for outcome in choice.outcomes
        if not choice.is_path or outcome.is_taken or outcome in (choice.outcomes[0], choice.outcomes[-1])
    }
    dots = [(chart.px(each.forgotten), chart.py(each.gained)) for choice in choices for each in choice.outcomes]
    return label_points(
        [((chart.px(each.forgotten), chart.py(each.gained)), name) for name, each in named.items()], dots
    )
