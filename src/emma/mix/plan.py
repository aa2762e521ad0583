"""The plan: how many sequences each source gives in each stage, or the numbers by which that cannot be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emma.errors import RecipeError
from emma.mix.config import MixConfig
from emma.mix.groups import Floats, Group, Integers, groups, whole
from emma.mix.sources import Sources


@dataclass(frozen=True)
class Stage:
    """What a stage of the mix draws."""

    name: str
    samples: Integers
    """Sequences from each source (sources,)."""
    epochs: Floats
    """Times that each token of a source is seen in the stage (sources,); 0 where nobody knows how many it has."""

    @property
    def weights(self) -> Floats:
        """Shares of the stage's tokens, which sum to 1 (sources,)."""
        return np.asarray(self.samples / self.samples.sum())


def plan(settings: MixConfig, sources: Sources) -> list[Stage]:
    """The stages in order.

    Raises RecipeError for settings that do not fit the sources (see `groups`), when the epochs allowed do not give
    what is asked for, and when that is less than a sequence.
    """
    stages = settings.in_stages()
    samples = whole(np.array([share for _, share, _ in stages]), settings.tokens // settings.sequence_length)
    return [
        plan_stage(name, share, own, sources, int(each))
        for (name, share, own), each in zip(stages, samples, strict=True)
    ]


def plan_stage(name: str, share: float, settings: MixConfig, sources: Sources, samples: int) -> Stage:
    """One stage, of as many samples; fewer where the data do not suffice and the recipe allows that."""
    where = f"mix.stages '{name}'" if settings.stages else "mix"
    found, length = groups(settings, sources, where), settings.sequence_length
    if not settings.allow_short:
        check_supply(found, samples * length, share, settings)
    amounts = allot(found, len(sources), samples * length)
    samples = min(samples, int((amounts.sum() + 0.5) // length))  # half a token: sums of floats
    if samples == 0:
        raise RecipeError(
            f"{where}: the data give {amounts.sum():.0f} of {settings.tokens} training tokens, less than one sequence "
            f"of {length}. Lower mix.sequence_length or raise mix.tokens or mix.max_epochs."
        )
    drawn = whole(amounts, samples)
    return Stage(name, drawn, np.where(np.isfinite(sources.tokens), drawn * length / sources.tokens, 0.0))


def allot(found: Sequence[Group], sources: int, wanted: float) -> Floats:
    """Tokens from each source (sources,): groups get their shares, and the rest gets what they leave or cannot give."""
    amounts = np.zeros(sources)
    for group in found:
        share = group.share * wanted if group.key is not None else wanted - amounts.sum()
        amounts[group.members] = group.spread(share)
    return amounts


def check_supply(found: Sequence[Group], wanted: int, share: float, settings: MixConfig) -> None:
    """RecipeError where a group cannot give its share of `wanted` tokens; `share` is the stage's of all tokens."""
    tightest = min(found, key=_possible)
    possible = _possible(tightest)
    if possible * (1 + 1e-9) + 0.5 >= wanted:
        return
    supply, length = float(tightest.caps.sum()), settings.sequence_length
    tokens = int((possible / share + 0.5) // length * length)
    if tightest.key is None:
        parts = "" if tightest.share == 1 else f", {tightest.share * wanted:.0f} of them from what has no share"
        raise RecipeError(
            f"{tightest.setting}: mix.tokens asks for {wanted} training tokens{parts}, but with mix.max_epochs = "
            f"{settings.max_epochs:g} the data give {supply:.0f}. Set mix.tokens = {tokens}, raise mix.max_epochs, or "
            "set mix.allow_short = true to train on what there is."
        )
    asked, size = tightest.share * wanted, float(tightest.tokens.sum())
    raise RecipeError(
        f"{tightest.setting}: '{tightest.key}' is to give {asked:.0f} of {wanted} training tokens, which is "
        f"{asked / size:.3g} epochs of its {size:.0f}, and {supply / size:.3g} are allowed. Lower its share to "
        f"{_down(supply / wanted)} of the tokens, set mix.tokens = {tokens}, raise mix.max_epochs, or set "
        "mix.allow_short = true to give what is missing to the others."
    )


def _possible(group: Group) -> float:
    """The most tokens of which a group can give its share."""
    return float(group.caps.sum()) / group.share


def _down(share: float) -> str:
    """A share in three digits, not rounded up."""
    step = 10.0 ** (math.floor(math.log10(share)) - 2) if share > 0 else 1.0
    return f"{math.floor(share / step) * step:.3g}"
