"""Merging with what training began with, as the page shows it: what each share of it cost, and which was taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emma.report.curves import (
    STYLES,
    Figure,
    Points,
    draw_curves,
    draw_level,
    draw_upright,
    name_curves,
    open_chart,
)
from emma.report.validation import name_probe
from emma.store.artifact import Artifact
from emma.store.files import read_json
from emma.ui.numerals import format_decimal, format_signed

ACROSS = "share of the initial weights, alpha"


@dataclass(frozen=True)
class Merging:
    """What held-out text cost at each share of the initial weights."""

    alpha: float
    """The share that was taken."""
    bits_per_byte: dict[float, float]
    """Mean over languages, by share."""
    probes: dict[str, dict[float, float]]
    """Rise of bits per byte in per cent against what it was before the first step, of each probe by share."""
    languages: dict[float, dict[str, float]]
    """Bits per byte of each language and of program code, by share."""


def read_merging(train: Artifact) -> Merging | None:
    """Read `merge.json`; None where no merged model was scored."""
    if train.find("merge.json") is None:
        return None
    record = read_json(train.file("merge.json"))
    trials = sorted(record["trials"], key=lambda trial: float(trial["alpha"]))
    probes = {
        name_probe(key): {trial["alpha"]: 100 * trial["forgetting"][key] for trial in trials}
        for key in trials[0]["forgetting"]
    }
    bits = {trial["alpha"]: trial["bits_per_byte"] for trial in trials}
    return Merging(record["alpha"], bits, probes, {trial["alpha"]: trial["languages"] for trial in trials})


def describe_merging(merging: Merging) -> str:
    """What was taken and what it came to, in a sentence."""
    count, alpha = len(merging.bits_per_byte), merging.alpha
    tried = f" ({count} shares were tried)" if count > 1 else ""
    what = f"Merged with {100 * alpha:g} %" if alpha else "Merged with nothing"
    changes = [f"{name} {format_signed(curve[alpha], 1)} %" for name, curve in merging.probes.items()]
    against = f"; against the weights before the first step, {', '.join(changes)}" if changes else ""
    bits = format_decimal(merging.bits_per_byte[alpha], 3)
    return f"{what} of what training began with{tried}, the model has {bits} bits per byte, mean of languages{against}"


def draw_merging(merging: Merging | None, limit: float | None) -> list[Figure]:
    """What languages cost and what probes lost at each share; nothing where one share was scored."""
    if merging is None or len(merging.bits_per_byte) < 2:
        return []
    taken = "The upright line is the share that was taken."
    learnt = f"Mean bits per byte of languages, by the share of the weights before the first step. {taken}"
    forgotten = f"What must not get worse, by the same share. {taken}"
    forgotten += "" if limit is None else " The dotted line is the limit."
    languages = _draw(merging, {"All languages": merging.bits_per_byte}, "bits per byte")
    probes = _draw_forgotten(merging, limit) if merging.probes else ""
    return [Figure("Merging: learnt", learnt, languages), Figure("Merging: forgotten", forgotten, probes)]


def _draw_forgotten(merging: Merging, limit: float | None) -> str:
    """The probes, with the line of no change and that of the limit."""
    levels = [("zero", 0.0), *([] if limit is None else [("border loss", 100 * limit)])]
    return _draw(merging, merging.probes, "forgotten: rise of bits per byte, %", levels, digits=1)


def _draw(
    merging: Merging,
    curves: Mapping[str, Points],
    up: str,
    levels: Sequence[tuple[str, float]] = (),
    *,
    digits: int = 3,
) -> str:
    """Curves over the share with a dot at each that was tried, and lines across them, given as style and value."""
    chart = open_chart(ACROSS, up, curves.values(), *(value for _, value in levels))
    tips = {
        name: ", ".join(f"{format_decimal(value, digits)} at {alpha:g}" for alpha, value in curve.items())
        for name, curve in curves.items()
    }
    lines = [*(draw_level(chart, value, style) for style, value in levels), draw_upright(chart, merging.alpha)]
    dots = [
        chart.dot(alpha, value, f"tried s{number % STYLES}")
        for number, curve in enumerate(curves.values())
        for alpha, value in curve.items()
    ]
    marks = [*lines, *draw_curves(chart, curves, tips), *dots, *name_curves(chart, curves.items())]
    return chart.draw(f"Merging: {up} by share of the initial weights", marks)
