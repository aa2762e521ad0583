"""Learning rates: peaks that `auto` chooses, warnings about those that a recipe names, and the schedule over a run.

AdamW: 6e-4 · (125 M / weights)^⅓, 3e-3 at most. It follows the peaks of GPT-3's eight sizes within a factor of 1.5
(Brown et al., arXiv 2005.14165, table 2.1), and gives 1.6e-4 at 7 B, half of what Llama 2 was pre-trained at: a base is
re-warmed to its own peak at most, since what it learns anew it pays for with what it forgets (Ibrahim et al., arXiv
2403.08763).

Muon: 0.02 for weights that start at random (Jordan et al. 2024). A step of it has 1/√width in each element, one of
AdamW about 0.2, so for a base the rate is 0.2 · √width times that of AdamW (Liu et al., arXiv 2502.16982, section 2.2).


The schedule is a warm-up, then one of four ways down to the floor. `cosine` is that of Loshchilov and Hutter (arXiv
1608.03983), `rewarm` repeats it for every stage of the mix (Ibrahim et al., arXiv 2403.08763), `wsd` stays at the peak
until its last part (Hu et al., arXiv 2404.06395), in which it falls as 1 - √x, the best of the shapes that Hägele et
al. compared (arXiv 2405.18392, section 4).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emma.models.device import Choice
from emma.train.config import TrainConfig

REFERENCE = (125e6, 6e-4)
"""Weights and peak rate of GPT-3's smallest model."""
MAX_ADAMW_RATE = 3e-3
"""The highest rate that the formula gives, which it reaches at a million weights."""
MUON_RATE_FROM_RANDOM = 0.02
"""Jordan et al. 2024, for weights drawn at random."""
ADAMW_STEP_SIZE = 0.2
"""Root mean square of an element of AdamW's step, in units of the rate: between 0.2 and 0.4 (arXiv 2502.16982)."""
LARGE_BASE_WEIGHTS, RISKY_RATE = 100e6, 1e-3
"""For a base of more than so many weights, a warning is given of rates above that."""


@dataclass(frozen=True)
class StartingPoint:
    """The model that training starts from."""

    weights: int
    width: int
    """Width of the model's hidden states."""
    base: bool
    """Whether its weights were trained before, rather than drawn at random."""
    optimizer: str | None = None
    """The optimiser that it was trained with, where that is known."""
    first_new_row: int | None = None
    """Row from which on embeddings and head are of new pieces; None where there are none."""


def choose_adamw_rate(weights: int) -> float:
    """AdamW's peak rate for a model of this size, two digits of it."""
    size, rate = REFERENCE
    # Two digits: a rate that a reader can write into a recipe.
    return float(f"{min(MAX_ADAMW_RATE, rate * (size / max(1, weights)) ** (1 / 3)):.1e}")


def choose_muon_rate(start: StartingPoint) -> float:
    """Muon's peak rate for the matrices inside the blocks."""
    if not start.base or start.optimizer == "muon":
        return MUON_RATE_FROM_RANDOM
    return float(f"{ADAMW_STEP_SIZE * math.sqrt(start.width) * choose_adamw_rate(start.weights):.1e}")


def choose_rates(section: TrainConfig, start: StartingPoint) -> tuple[TrainConfig, Choice | None]:
    """The section with every rate a number, and what was chosen where the recipe says auto."""
    if section.learning_rate != "auto":
        return section, None
    ends = choose_adamw_rate(start.weights)
    rate = ends if section.optimizer == "adamw" else choose_muon_rate(start)
    rates = {"learning_rate": rate, "embedding_lr": section.embedding_lr or ends, "head_lr": section.head_lr or ends}
    why = f"for {section.optimizer} on {'a base of' if start.base else 'random weights,'} {start.weights:,} weights"
    return section.model_copy(update=rates), Choice(f"{rate:g}", why)


def rate_warnings(section: TrainConfig, start: StartingPoint) -> Iterator[str]:
    """Warnings about rates or an optimiser that are risky for this base."""
    if not start.base:
        return
    rate = section.learning_rate
    # With Muon too, embeddings and head are AdamW's, at the same rate where they have none of their own.
    ends = {"embedding_lr": section.embedding_lr, "head_lr": section.head_lr}
    muon = section.optimizer == "muon"
    rates = {name: own or rate for name, own in ends.items()} if muon else {"learning_rate": rate, **ends}
    high = {name: peak for name, peak in rates.items() if isinstance(peak, float) and peak > RISKY_RATE}
    if start.weights > LARGE_BASE_WEIGHTS and high:
        listed = " and ".join(f"train.{name} = {each:g}" for name, each in high.items())
        if muon and set(high.values()) == {rate}:
            listed = f"train.learning_rate = {rate:g}, which embeddings and head get too,"
        yield (
            f"{listed} is high for a base of {start.weights:,} weights and can destroy what it knows; "
            f"auto would take {choose_adamw_rate(start.weights):g}"
        )
    if section.optimizer == "muon" and start.optimizer != "muon":
        yield (
            "Muon on a base that was pre-trained with Adam, as nearly all were, makes it worse than AdamW does "
            "(arXiv 2605.10468); set train.optimizer to adamw unless you know that this one was not"
        )


def rate_share(step: int, steps: int, section: TrainConfig, stages: Sequence[int] = (0,)) -> float:
    """The share of its peak that each rate has at step `step` (from 0) of `steps`; at the last step the floor.

    `stages` are the steps at which the stages of the mix begin (`stage_starts`); only `rewarm` looks at them.
    """
    if section.schedule == "rewarm":
        bounds = [*stages, steps]
        last = max(index for index, start in enumerate(stages) if start <= step)
        step, steps = step - bounds[last], bounds[last + 1] - bounds[last]
    rising = round(section.warmup * steps)
    if step < rising:
        return section.warmup_from + (1 - section.warmup_from) * (step + 1) / rising
    return section.min_lr_ratio + (1 - section.min_lr_ratio) * share_above_floor(
        step - rising, steps - rising, steps, section
    )


def share_above_floor(step: int, length: int, steps: int, section: TrainConfig) -> float:
    """The rate between the floor (0) and the peak (1), at step `step` of the `length` that follow the warm-up."""
    # The last part of the whole run and not of what follows the warm-up, as `decay` says.
    falling = min(length, max(1, round(section.decay * steps))) if section.schedule == "wsd" else length
    # A fall over n steps begins one step after the peak and ends with the last step, which has the floor.
    peak = length - falling - 1 if falling < length else 0
    done = max(0, step - peak) / max(1, length - 1 - peak)
    if section.schedule == "linear":
        return 1 - done
    if section.schedule == "wsd":
        return 1 - math.sqrt(done)
    return 0.5 * (1 + math.cos(math.pi * done))


def stage_starts(samples: Sequence[int], sequences: int) -> list[int]:
    """The steps at which the stages of a mix begin, of `samples` each, at `sequences` a step: 0 first, ascending.

    A step that is shared by two stages belongs to the one before; stages that fill no step of their own begin none.
    """
    starts, seen = [0], 0
    for count in samples[:-1]:
        seen += count
        start = math.ceil(seen / sequences)
        if start > starts[-1] and start < math.ceil(sum(samples) / sequences):
            starts.append(start)
    return starts
