"""Keys: how a recipe names texts to mix. A language and domain, a domain, a language, or a tier, in this order."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from emma.errors import RecipeError
from emma.lang.tiers import WORD_TIERS
from emma.mix.sources import Sources

T = TypeVar("T")


def keys_of(sources: Sources, keys: Iterable[str], setting: str) -> list[str | None]:
    """The key that each source goes by: of those that name it the most particular, or None.

    Raises RecipeError for a key that names nothing here.
    """
    kinds = (sources.pairs, sources.domains, sources.langs, sources.tiers)
    given = check(keys, kinds, setting)
    return [next((name for name in names if name in given), None) for names in zip(*kinds, strict=True)]


def values_of(sources: Sources, values: Mapping[str, T], otherwise: T, setting: str) -> list[T]:
    """The value of each source's key, or `otherwise` for what no key names."""
    return [otherwise if key is None else values[key] for key in keys_of(sources, values, setting)]


def check(keys: Iterable[str], kinds: Sequence[Sequence[str]], setting: str) -> set[str]:
    """The keys, each of which must name something; any tier may be named, whether or not a language is in it."""
    known, given = {name for names in kinds for name in names} | set(WORD_TIERS), set(keys)
    for key in sorted(given - known):
        near = difflib.get_close_matches(key, sorted(known), n=1)
        listed = ", ".join([*sorted({*kinds[1]}), *sorted({*kinds[2]})][:20])
        hint = f"Did you mean '{near[0]}'?" if near else f"There are: {listed}."
        raise RecipeError(
            f"{setting}: nothing was packed for '{key}', a language and domain, a domain, a language, or a tier. {hint}"
        )
    return given
