"""Forgetting: how much worse a model in training gets at what it could do before, and which weights are best without.

Probes are English, program code and what the recipe names. Their bits per byte are compared with those of the model
before the first step, on the same text.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypedDict

from emma.errors import RecipeError
from emma.lang.language import CODE, ENGLISH
from emma.train.config import TrainConfig
from emma.train.watch.held_out import HeldOutGroup
from emma.train.watch.scoring import HeldOutScores
from emma.wording import suggest


class Alarm(TypedDict):
    """A probe that rose over the limit, at an evaluation."""

    step: int
    probe: str
    rise: float
    """Share by which its bits per byte are above those before the first step."""


class Evaluation(NamedTuple):
    """The scores after some steps."""

    step: int
    scores: HeldOutScores


def find_probes(groups: Sequence[HeldOutGroup], section: TrainConfig) -> tuple[str, ...]:
    """The keys of all probes that have held-out text.

    Raises RecipeError for a key of the recipe's that has none, and where a limit has nothing to hold for.
    """
    for key in section.probes:
        if not any(group.is_named_by(key) for group in groups):
            names = {name for group in groups for name in (f"{group.lang}/{group.domain}", group.domain, group.lang)}
            hint = suggest(key, names, "Keys are as in [mix].")
            raise RecipeError(f"train.probes: no held-out text is scored for '{key}'. {hint}")
    usual = [lang.label for lang in (ENGLISH, CODE) if any(group.lang == lang.label for group in groups)]
    probes = tuple(dict.fromkeys((*usual, *section.probes)))
    if section.max_forgetting is not None and not probes:
        raise RecipeError(
            "train.max_forgetting: neither English nor program code is held out, and train.probes names nothing else. "
            "Name a language or domain there, or take train.max_forgetting out."
        )
    return probes


def name_probe(probe: str) -> str:
    """A probe as messages name it."""
    return "program code" if probe == CODE.label else probe


def measure_probes(scores: HeldOutScores, probes: Sequence[str]) -> dict[str, float]:
    """Bits per byte of each probe, all its text together."""
    return {probe: scores.bits_per_byte(partial(_label_probe, probe)).get(probe, 0.0) for probe in probes}


def _label_probe(probe: str, group: HeldOutGroup) -> str | None:
    return probe if group.is_named_by(probe) else None


def measure_rises(scores: HeldOutScores, start: HeldOutScores, probes: Sequence[str]) -> dict[str, float]:
    """The share by which the bits per byte of each probe rose since `start`; below zero where they fell."""
    now, before = measure_probes(scores, probes), measure_probes(start, probes)
    return {probe: now[probe] / before[probe] - 1 if before[probe] else 0.0 for probe in probes}


def find_alarms(
    evaluations: Sequence[Evaluation], probes: Sequence[str], limit: float | None
) -> dict[int, list[Alarm]]:
    """The alarms of each evaluation, by its step."""
    alarms: dict[int, list[Alarm]] = {}
    for step, scores in evaluations:
        rises = measure_rises(scores, evaluations[0].scores, probes)
        over = {probe: rise for probe, rise in rises.items() if limit is not None and rise > limit}
        alarms[step] = [{"step": step, "probe": probe, "rise": rise} for probe, rise in over.items()]
    return alarms


def find_best(evaluations: Sequence[Evaluation], alarms: Mapping[int, Sequence[Alarm]]) -> int:
    """The step of the evaluation with the lowest mean bits per byte among those without an alarm, the first on a tie.

    The one before the first step never has one.
    """
    within = [each for each in evaluations if not alarms[each.step]]
    return min(within, key=lambda each: (each.scores.mean(), each.step)).step
