"""Groups: the sources that have a fixed share of the training tokens between them, and how they divide it.

Languages get shares by strategy, no source gets more than its cap, and what one cannot take goes to the others.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emma.errors import RecipeError
from emma.mix.config import MixConfig
from emma.mix.sources import Floats, MixSources, match_keys, match_values

Integers = npt.NDArray[np.int64]

STRATEGY_ALPHAS = {"natural": 1.0, "unimax": 0.0}
"""Strategies that stand for one value of alpha."""
ROUNDING = 1e-6
"""By how much shares that people wrote down may miss 1."""
_SMALLEST = 1e-300
"""Number to divide by where a group weighs nothing, which then gets nothing."""


@dataclass(frozen=True)
class Group:
    """The sources that go by one key, or by none."""

    key: str | None
    """None stands for all sources that no key names."""
    setting: str
    """Setting that the key stands in, such as `mix.replay`."""
    share: float
    """The group's share of the tokens of the stage."""
    members: Integers
    """Numbers of its sources (members,)."""
    languages: Integers
    """Number of the language, among those of the group, that each source is in (members,)."""
    tokens: Floats
    """Tokens of one epoch of each source (members,)."""
    weights: Floats
    """Tokens times rate: how the domains of a language divide what it gets (members,)."""
    caps: Floats
    """The most tokens that each source may give (members,)."""
    alpha: float
    """The exponent by which languages divide what the group gets."""

    def divide_tokens(self, amount: float) -> Floats:
        """Tokens that each source gives of `amount` together, or what all can give when that is less (members,)."""
        if len(self.members) == 1:  # its size may be unknown, that is infinite, so that nothing can be in proportion
            return np.minimum(self.caps, amount)
        sizes, weights, caps = (sum_groups(self.languages, values) for values in (self.tokens, self.weights, self.caps))
        languages = fill_to_caps(power_shares(sizes, self.alpha) * weights / sizes, caps, amount)
        return fill_groups_to_caps(self.weights, self.caps, self.languages, languages)


def build_groups(settings: MixConfig, sources: MixSources, where: str) -> list[Group]:
    """The groups of a stage, whose shares sum to 1: those of `replay`, those of `shares`, then the rest.

    `where` names the settings in messages. Raises RecipeError for a key that names nothing, or nothing that is left;
    for shares that sum to more than 1, or to less while there is nothing else to train on; for a share of what has the
    rate 0; for a source whose size is unknown and that has no share of its own.
    """
    epochs = np.array(match_values(sources, settings.epoch_caps, settings.max_epochs, f"{where}.epoch_caps"))
    rates = np.array(match_values(sources, settings.rates, 1.0, f"{where}.rates"))
    by_strategy = rates, STRATEGY_ALPHAS.get(settings.strategy, settings.alpha)
    in_proportion = np.ones(len(sources)), 1.0
    groups = []
    for setting, key, share, members in _divide_sources(settings, sources, where):
        # what is replayed must not be forgotten as it was learnt, so neither strategy nor rates change it
        factors, alpha = in_proportion if setting == f"{where}.replay" else by_strategy
        tokens = np.where(factors > 0, sources.tokens, 0)[members]  # infinity times 0 would not be 0
        group = Group(
            key,
            setting,
            share,
            members,
            languages=np.unique(np.array(sources.langs)[members], return_inverse=True)[1],
            tokens=sources.tokens[members],
            weights=tokens * factors[members],
            caps=tokens * epochs[members],
            alpha=alpha,
        )
        _check_group(group, sources, where)
        groups.append(group)
    return groups


def _divide_sources(
    settings: MixConfig, sources: MixSources, where: str
) -> Iterator[tuple[str, str | None, float, Integers]]:
    """Setting, key, share and members of each group."""
    members = _find_members(settings, sources, where)
    left = 1 - _sum_shares(settings.replay, f"{where}.replay")
    rest = left * (1 - _sum_shares(settings.shares, f"{where}.shares"))
    shares = {("replay", key): share for key, share in settings.replay.items()}
    shares |= {("shares", key): share * left for key, share in settings.shares.items()}
    for (setting, key), share in shares.items():
        if not members[setting, key]:
            raise RecipeError(
                f"{where}.{setting}: nothing is left for '{key}', since other keys name all of its texts. Take one out."
            )
        yield f"{where}.{setting}", key, share, np.array(members[setting, key])
    if rest > ROUNDING and not members["rest", None]:
        raise RecipeError(
            f"{where}: replay and shares name all there is, but leave {rest:.3g} of the tokens to other texts. Make "
            "the shares sum to 1."
        )
    if rest > ROUNDING:
        yield where, None, rest, np.array(members["rest", None])


def _find_members(settings: MixConfig, sources: MixSources, where: str) -> dict[tuple[str, str | None], list[int]]:
    """The numbers of the sources of each setting and key; a key of `replay` goes before one of `shares`."""
    replay_keys = match_keys(sources, settings.replay, f"{where}.replay")
    share_keys = match_keys(sources, settings.shares, f"{where}.shares")
    members = defaultdict[tuple[str, str | None], list[int]](list)
    for number, (replay_key, share_key) in enumerate(zip(replay_keys, share_keys, strict=True)):
        setting = "replay" if replay_key else "shares" if share_key else "rest"
        members[setting, replay_key or share_key].append(number)
    return members


def _sum_shares(shares: Mapping[str, float], setting: str) -> float:
    if (total := sum(shares.values())) > 1 + ROUNDING:
        raise RecipeError(f"{setting}: the shares sum to {total:.3f}; make them sum to at most 1.")
    return min(total, 1.0)


def _check_group(group: Group, sources: MixSources, where: str) -> None:
    if not group.caps.any():
        name = "all that has no share" if group.key is None else f"'{group.key}'"
        raise RecipeError(
            f"{where}.rates: a rate of 0 leaves out {name}, which is to give {group.share:.3g} of the tokens. Raise "
            "the rate, or give its share to others."
        )
    unknown = group.members[~np.isfinite(group.tokens)]
    if len(unknown) and len(group.members) > 1:
        raise RecipeError(
            f"mix.inventory: nobody knows how large {sources.names[unknown[0]]} is. Give it tokens or words there, or "
            "a share of its own in mix.shares."
        )


def power_shares(amounts: Floats, alpha: float) -> Floats:
    """Shares in proportion to amount to the power `alpha`; they sum to 1. Amounts are positive.

    Conneau et al., Unsupervised Cross-lingual Representation Learning at Scale (XLM-R), section 3.1. Arivazhagan et
    al. (arXiv 1907.05019) write it with a temperature T = 1/alpha.
    """
    logs = alpha * np.log(amounts)  # in logarithms, since the power of a large corpus would overflow
    powers = np.exp(logs - logs.max(initial=-np.inf))
    return np.asarray(powers / powers.sum())


def fill_to_caps(shares: Floats, caps: Floats, total: float) -> Floats:
    """Divide `total` in proportion to `shares`, no entry above its cap; what one cannot take goes to the others.

    The result sums to `total`, or is `caps` when they sum to less, but for entries with a share of 0, which get
    nothing. With equal shares this is UniMax (Chung et al., arXiv 2304.09151, algorithm 1). At most one pass an entry:
    what is once at its cap stays there, since the level only rises.
    """
    amounts, free = np.zeros_like(caps), np.ones(len(caps), dtype=bool)
    while free.any() and shares[free].any():
        level = (total - caps[~free].sum()) / shares[free].sum()
        over = free & (shares * level >= caps)
        if not over.any():
            return np.where(free, shares * level, amounts)
        amounts[over] = caps[over]
        free &= ~over
    return amounts


def fill_groups_to_caps(weights: Floats, caps: Floats, groups: Integers, totals: Floats) -> Floats:
    """`fill_to_caps` in each group by itself: `groups` (entries,) are indices into `totals` (groups,)."""
    amounts = weights * (totals / np.maximum(sum_groups(groups, weights), _SMALLEST))[groups]
    for group in np.unique(groups[amounts > caps]):
        inside = groups == group
        amounts[inside] = fill_to_caps(weights[inside], caps[inside], totals[group])
    return amounts


def sum_groups(groups: Integers, values: Floats) -> Floats:
    """Sum of the values in each group (groups,)."""
    return np.bincount(groups, values).astype(np.float64)


def round_to_total(amounts: Floats, total: int) -> Integers:
    """Whole numbers in the proportions of `amounts` that sum to `total`: largest remainders, the first on a tie."""
    exact = amounts / amounts.sum() * total
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(counts - exact, kind="stable")
    counts[order[: total - int(counts.sum())]] += 1
    return np.asarray(counts)
