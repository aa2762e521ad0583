"""The plan: how many sequences each source gives in each stage, or the numbers by which that cannot be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from emma.errors import RecipeError
from emma.mix.config import MixConfig
from emma.mix.groups import Group, Integers, build_groups, round_to_total
from emma.mix.sources import Floats, MixSources, build_sources
from emma.schemas import PLAN


@dataclass(frozen=True)
class StagePlan:
    """The sequences that a stage of the mix draws from each source."""

    name: str
    samples: Integers
    """Sequences from each source (sources,)."""
    epochs: Floats
    """Times that each token of a source is seen in the stage (sources,); 0 where nobody knows how many it has."""

    @property
    def weights(self) -> Floats:
        """Shares of the stage's tokens, which sum to 1 (sources,)."""
        return np.asarray(self.samples / self.samples.sum())


@dataclass(frozen=True)
class MixPlan:
    """The plan of a whole mix."""

    sources: MixSources
    stages: list[StagePlan]
    table: pa.Table
    """One row a stage and source (schemas.PLAN)."""


def plan_mix(settings: MixConfig, rows: pa.Table, tokens: Floats) -> MixPlan:
    """The plan for what was packed, or is expected to be (schemas.PACKED), with the `tokens` of one epoch of each row.

    Raises RecipeError as `plan_stages` does.
    """
    sources = build_sources(rows, tokens, settings.tier_by)
    stages = plan_stages(settings, sources)
    return MixPlan(sources, stages, pa.concat_tables([_stage_rows(rows, sources.tiers, stage) for stage in stages]))


def _stage_rows(rows: pa.Table, tiers: Sequence[str], stage: StagePlan) -> pa.Table:
    """The rows of the plan (schemas.PLAN) for one stage."""
    columns = {
        "stage": [stage.name] * len(rows),
        "tier": tiers,
        "weight": stage.weights,
        "samples": stage.samples,
        "epochs": stage.epochs,
    }
    for name, values in columns.items():
        rows = rows.append_column(name, pa.array(values))
    return rows.select(PLAN.names).cast(PLAN)


def plan_stages(settings: MixConfig, sources: MixSources) -> list[StagePlan]:
    """The stages in order.

    Raises RecipeError for settings that do not fit the sources (see `build_groups`), when the epochs allowed do not
    give what is asked for, and when that is less than a sequence.
    """
    stages = settings.split_stages()
    sequences = settings.tokens // settings.sequence_length
    # Whole sequences for each stage, which add up to what was asked for.
    samples = round_to_total(np.array([share for _, share, _ in stages]), sequences)
    return [
        plan_stage(name, share, own, sources, int(count))
        for (name, share, own), count in zip(stages, samples, strict=True)
    ]


def plan_stage(name: str, share: float, settings: MixConfig, sources: MixSources, samples: int) -> StagePlan:
    """One stage, of as many samples; fewer where the data do not suffice and the recipe allows that."""
    where = f"mix.stages '{name}'" if settings.stages else "mix"
    groups, length = build_groups(settings, sources, where), settings.sequence_length
    if not settings.allow_short:
        check_supply(groups, samples * length, share, settings)
    amounts = allot_tokens(groups, len(sources), samples * length)
    samples = min(samples, int((amounts.sum() + 0.5) // length))  # half a token: sums of floats
    if samples == 0:
        raise RecipeError(
            f"{where}: the data give {amounts.sum():.0f} of {settings.tokens} training tokens, less than one sequence "
            f"of {length}. Lower mix.sequence_length or raise mix.tokens or mix.max_epochs."
        )
    drawn = round_to_total(amounts, samples)
    return StagePlan(name, drawn, np.where(np.isfinite(sources.tokens), drawn * length / sources.tokens, 0.0))


def allot_tokens(groups: Sequence[Group], sources: int, tokens: float) -> Floats:
    """Tokens from each source (sources,): groups get their shares, and the rest gets what they leave or cannot give."""
    amounts = np.zeros(sources)
    for group in groups:  # the group without a key is the last
        share = group.share * tokens if group.key is not None else tokens - amounts.sum()
        amounts[group.members] = group.divide_tokens(share)
    return amounts


def check_supply(groups: Sequence[Group], tokens: int, share: float, settings: MixConfig) -> None:
    """RecipeError where a group cannot give its share of a stage's `tokens`; `share` is the stage's of all tokens."""
    tightest = min(groups, key=_largest_stage)
    possible = _largest_stage(tightest)
    if possible * (1 + 1e-9) + 0.5 >= tokens:  # sums of floats, and half a token
        return
    supply, length = float(tightest.caps.sum()), settings.sequence_length
    advised = int((possible / share + 0.5) // length * length)
    if tightest.key is None:
        parts = "" if tightest.share == 1 else f", {tightest.share * tokens:.0f} of them from what has no share"
        raise RecipeError(
            f"{tightest.setting}: mix.tokens asks for {tokens} training tokens{parts}, but with mix.max_epochs = "
            f"{settings.max_epochs:g} the data give {supply:.0f}. Set mix.tokens = {advised}, raise mix.max_epochs, or "
            "set mix.allow_short = true to train on what there is."
        )
    amount, size = tightest.share * tokens, float(tightest.tokens.sum())
    raise RecipeError(
        f"{tightest.setting}: '{tightest.key}' is to give {amount:.0f} of {tokens} training tokens, which is "
        f"{amount / size:.3g} epochs of its {size:.0f}, and {supply / size:.3g} are allowed. Lower its share to "
        f"{_round_down(supply / tokens)} of the tokens, set mix.tokens = {advised}, raise mix.max_epochs, or set "
        "mix.allow_short = true to give what is missing to the others."
    )


def _largest_stage(group: Group) -> float:
    """The most tokens of which a group can give its share."""
    return float(group.caps.sum()) / group.share


def _round_down(share: float) -> str:
    """A share in three digits, not rounded up, so that the share that is advised can be given."""
    step = 10.0 ** (math.floor(math.log10(share)) - 2) if share > 0 else 1.0
    return f"{math.floor(share / step) * step:.3g}"
