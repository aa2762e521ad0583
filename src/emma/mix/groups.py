"""The arithmetic of shares: what languages get by strategy, caps by water-filling, and exact whole numbers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emma.errors import RecipeError
from emma.mix.config import MixConfig
from emma.mix.sources import Sources, keys_of, values_of

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def tempered(amounts: Floats, temperature: float) -> Floats:
    """Shares in proportion to amount to the power `temperature`; they sum to 1. Amounts are positive.

    Sampling by temperature: Conneau et al., Unsupervised Cross-lingual Representation Learning at Scale, section 3.1.
    """
    logs = temperature * np.log(amounts)
    powers = np.exp(logs - logs.max(initial=-np.inf))
    return np.asarray(powers / powers.sum())


def fill(shares: Floats, caps: Floats, total: float) -> Floats:
    """Spread `total` in proportion to `shares`, no entry above its cap; what one cannot take goes to the others.

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


def sums(groups: Integers, values: Floats) -> Floats:
    """Sum of the values in each group (groups,)."""
    return np.bincount(groups, values).astype(np.float64)


def fill_groups(weights: Floats, caps: Floats, groups: Integers, totals: Floats) -> Floats:
    """`fill` in each group by itself: `groups` (entries,) are indices into `totals` (groups,)."""
    amounts = weights * (totals / np.maximum(sums(groups, weights), 1e-300))[groups]
    for group in np.unique(groups[amounts > caps]):
        inside = groups == group
        amounts[inside] = fill(weights[inside], caps[inside], totals[group])
    return amounts


def whole(amounts: Floats, total: int) -> Integers:
    """Whole numbers in the proportions of `amounts` that sum to `total`: largest remainders, the first on a tie."""
    exact = amounts / amounts.sum() * total
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(counts - exact, kind="stable")
    counts[order[: total - int(counts.sum())]] += 1
    return np.asarray(counts)


TEMPERATURES = {"natural": 1.0, "unimax": 0.0}
"""Strategies as the temperatures that they stand for."""
ROUNDING = 1e-6
"""By how much shares that people wrote down may miss 1."""


@dataclass(frozen=True)
class Group:
    """The sources that go by one key, or by none."""

    key: str | None
    """None: all that no key names."""
    setting: str
    """Where the key stands, such as `mix.replay`."""
    share: float
    """Of the tokens of the stage."""
    members: Integers
    """Numbers of its sources (members,)."""
    languages: Integers
    """Which of the group's languages each is in (members,)."""
    tokens: Floats
    """Of one epoch of each (members,)."""
    weights: Floats
    """Tokens times rate: how the domains of a language share what it gets (members,)."""
    caps: Floats
    """Tokens that each may give (members,)."""
    temperature: float
    """How languages share what the group gets."""

    def spread(self, amount: float) -> Floats:
        """Tokens that each source gives of `amount` together, or what all can give when that is less (members,)."""
        if len(self.members) == 1:
            return np.minimum(self.caps, amount)
        sizes, weights, caps = (sums(self.languages, each) for each in (self.tokens, self.weights, self.caps))
        languages = fill(tempered(sizes, self.temperature) * weights / sizes, caps, amount)
        return fill_groups(self.weights, self.caps, self.languages, languages)


def groups(settings: MixConfig, sources: Sources, where: str) -> list[Group]:
    """The groups of a stage, whose shares sum to 1: those of `replay`, those of `shares`, then the rest.

    `where` names the settings in messages. Raises RecipeError for a key that names nothing, or nothing that is left;
    for shares that sum to more than 1, or to less while there is nothing else to train on; for a share of what has the
    rate 0; for a source whose size is unknown and that has no share of its own.
    """
    epochs = np.array(values_of(sources, settings.epoch_caps, settings.max_epochs, f"{where}.epoch_caps"))
    rates = np.array(values_of(sources, settings.rates, 1.0, f"{where}.rates"))
    mixed, plain = (rates, TEMPERATURES.get(settings.strategy, settings.temperature)), (np.ones(len(sources)), 1.0)
    found = []
    for setting, key, share, members in _parts(settings, sources, where):
        factors, temperature = plain if setting == f"{where}.replay" else mixed
        tokens = np.where(factors > 0, sources.tokens, 0)[members]  # 0 of an unknown size is 0
        group = Group(
            key,
            setting,
            share,
            members,
            languages=np.unique(np.array(sources.langs)[members], return_inverse=True)[1],
            tokens=sources.tokens[members],
            weights=tokens * factors[members],
            caps=tokens * epochs[members],
            temperature=temperature,
        )
        _check(group, sources, where)
        found.append(group)
    return found


def _parts(settings: MixConfig, sources: Sources, where: str) -> Iterator[tuple[str, str | None, float, Integers]]:
    """Setting, key, share and members of each group."""
    members = _members(settings, sources, where)
    left = 1 - _total(settings.replay, f"{where}.replay")
    rest = left * (1 - _total(settings.shares, f"{where}.shares"))
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


def _members(settings: MixConfig, sources: Sources, where: str) -> dict[tuple[str, str | None], list[int]]:
    """The sources of each setting and key."""
    replayed = keys_of(sources, settings.replay, f"{where}.replay")
    shared = keys_of(sources, settings.shares, f"{where}.shares")
    members = defaultdict[tuple[str, str | None], list[int]](list)
    for number, (old, new) in enumerate(zip(replayed, shared, strict=True)):
        setting = "replay" if old else "shares" if new else "rest"
        members[setting, old or new].append(number)
    return members


def _total(shares: Mapping[str, float], setting: str) -> float:
    if (total := sum(shares.values())) > 1 + ROUNDING:
        raise RecipeError(f"{setting}: the shares sum to {total:.3f}; make them sum to at most 1.")
    return min(total, 1.0)


def _check(group: Group, sources: Sources, where: str) -> None:
    if not group.caps.any():
        name = "all that has no share" if group.key is None else f"'{group.key}'"
        raise RecipeError(
            f"{where}.rates: a rate of 0 leaves out {name}, which is to give {group.share:.3g} of the tokens. Raise "
            "the rate, or give its share to others."
        )
    unknown = group.members[~np.isfinite(group.tokens)]
    if len(unknown) and len(group.members) > 1:
        raise RecipeError(
            f"mix.inventory: nobody knows how large {sources.pairs[unknown[0]]} is. Give it tokens or words there, or "
            "a share of its own in mix.shares."
        )
