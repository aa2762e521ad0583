"""What the page shows of the time while training: held-out text by tier and language, and forgetting as a curve."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from emma.lang.coverage import is_language
from emma.lang.language import CODE, Lang
from emma.lang.tiers import TIER_NAMES
from emma.schemas import Row
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json
from emma.ui.numerals import format_count, format_decimal

Curve = dict[int, float]
"""Bits per byte by step."""
UNTRAINED_TIER = "not in the mix"
"""Languages that are held out and give no training text."""


@dataclass(frozen=True)
class TierCurve:
    """The languages of a tier while training; each counts once."""

    tier: str
    languages: int
    curve: Curve


@dataclass(frozen=True)
class ValidationCurves:
    """Everything that was found on held-out text while training."""

    languages: dict[str, Curve]
    """Of each label, program code among them."""
    tiers: list[TierCurve]
    """The largest languages first."""
    probes: dict[str, Curve]
    """Of what must not be forgotten, by name."""
    limit: float | None
    """`train.max_forgetting`."""
    alarms: list[Row]
    """step, probe, rise."""
    stopped_at: int | None
    result_step: int

    @property
    def steps(self) -> list[int]:
        """Steps taken at each evaluation."""
        return list(next(iter(self.languages.values())))


def read_validation(train: Artifact) -> ValidationCurves | None:
    """Read what was found; None where held-out text was not scored. Raises ArtifactError for a damaged file."""
    if train.find("validation.parquet") is None:
        return None
    rows: list[Row] = shards.read(train.file("validation.parquet")).to_pylist()
    found: dict[str, Any] = read_json(train.file("validation.json"))
    languages = sum_curves(rows)
    probes: dict[str, Curve] = defaultdict(dict)
    for step, values in found["probes"].items():
        for probe, value in values.items():
            probes[name_probe(probe)][int(step)] = value
    return ValidationCurves(
        languages,
        average_tiers(languages, {row["lang"]: row["tier"] for row in rows}),
        dict(probes),
        found["max_forgetting"],
        found["alarms"],
        found["stopped_at"],
        found["result_step"],
    )


def sum_curves(rows: Iterable[Row]) -> dict[str, Curve]:
    """Bits per byte of each language, all its domains together, by step."""
    sums: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for row in rows:
        cell = sums[row["lang"]][row["step"]]
        cell[0] += row["nats"]
        cell[1] += row["bytes"]
    return {
        lang: {step: nats / math.log(2) / size for step, (nats, size) in sorted(by_step.items())}
        for lang, by_step in sorted(sums.items())
        if all(size for _, size in by_step.values())
    }


def average_tiers(languages: dict[str, Curve], tiers: dict[str, str | None]) -> list[TierCurve]:
    """The mean curve of the languages of each tier, without program code."""
    members: dict[str, list[Curve]] = defaultdict(list)
    for lang, curve in languages.items():
        if is_language(lang):
            members[tiers[lang] or UNTRAINED_TIER].append(curve)
    order = [*reversed(TIER_NAMES), UNTRAINED_TIER]
    return [
        TierCurve(tier, len(own), {step: fmean(curve[step] for curve in own) for step in own[0]})
        for tier, own in sorted(members.items(), key=lambda item: order.index(item[0]))
    ]


def find_gain(curve: Curve) -> Curve:
    """What is saved of the bits per byte before the first step, in per cent; above zero is better."""
    first = next(iter(curve.values()))
    return {step: 100 * (1 - value / first) for step, value in curve.items()}


def find_rise(curve: Curve) -> Curve:
    """What is forgotten since before the first step, in per cent of its bits per byte; above zero is worse."""
    return {step: -gain for step, gain in find_gain(curve).items()}


def name_probe(probe: str) -> str:
    """A probe as the page names it: the name of its language, or the key that the recipe has."""
    if probe == CODE.label:
        return "Program code"
    parts = probe.split("_")
    return Lang.parse(probe).name if len(parts) == 2 and len(parts[0]) == 3 and len(parts[1]) == 4 else probe


def name_language(label: str) -> str:
    """A language, or program code, as tooltips have it."""
    return "Program code" if label == CODE.label else f"{Lang.parse(label).name} ({label})"


def describe_alarms(curves: ValidationCurves) -> list[str]:
    """What rose over the limit, in sentences: for each probe its first alarm and its highest."""
    by_probe: dict[str, list[Row]] = defaultdict(list)
    for alarm in curves.alarms:
        by_probe[alarm["probe"]].append(alarm)
    lines = []
    for probe, alarms in by_probe.items():
        worst = max(alarms, key=lambda alarm: alarm["rise"])
        first = f"{name_probe(probe)} was over the limit first after step {format_count(alarms[0]['step'])}"
        lines.append(
            f"{first}, and at most {format_decimal(100 * worst['rise'], 1)} % above the start, after step "
            f"{format_count(worst['step'])}"
        )
    return lines


def describe_result(curves: ValidationCurves) -> str:
    """Which weights the result has, in a sentence."""
    last, step = curves.steps[-1], format_count(curves.result_step)
    if curves.stopped_at is not None:
        return f"Training stopped after step {format_count(curves.stopped_at)}; the weights after step {step} are kept"
    if curves.result_step != last:
        return f"The weights after step {step} are kept: none after another step had lower bits per byte within limits"
    return "The weights after the last step are kept"


def choose_named(curves: ValidationCurves, count: int) -> Sequence[str]:
    """The labels of the languages that changed most to either side, `count` of each: the most improved ones first."""
    gains = {lang: list(find_gain(curve).values())[-1] for lang, curve in curves.languages.items()}
    ordered = sorted(gains, key=lambda lang: (-gains[lang], lang))
    return list(dict.fromkeys([*ordered[:count], *(ordered[-count:] if count else [])]))
