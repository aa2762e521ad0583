"""Why a language looks out of place among the others of its source: hints, each with its reason, and never a verdict.

A code may be well-formed and mean another language than its source thinks: `dz` is Dzongkha, but in a set of African
languages somebody meant Algeria.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from emma.lang.cldr import likely_region
from emma.lang.language import Lang
from emma.lang.macro import members_of
from emma.lang.written import is_plausible, known_scripts

TYPES = {"A": "ancient", "C": "constructed", "E": "extinct", "H": "historical"}
MIN_OTHERS = 5
"""Other languages that a source needs before one can be an outlier among them."""
MIN_CONTINENT_SHARE = 2 / 3
"""Share of the others that one continent_of must hold."""


SIGNS = ("written in", "a language of", "nobody", "macrolanguage")
"""Beginnings of reasons, the gravest first; kinds of languages come after them."""


def rank_oddities(reasons: Sequence[str]) -> int:
    """Place of a code with these reasons in a list with the oddest first."""
    places = [place for place, sign in enumerate(SIGNS) if any(reason.startswith(sign) for reason in reasons)]
    return places[0] if places else len(SIGNS) + (not reasons)


def find_oddities(code: str, lang: Lang, others: Collection[str]) -> Iterator[str]:
    """Reasons to look twice at `code` as a language, beside the other languages (ISO 639-3) of its source."""
    from iso639 import Language

    iso, script = lang.iso639_3, lang.script
    if kind := TYPES.get(Language.from_part3(iso).type or ""):
        yield f"{kind} language"
    if not is_plausible(lang):
        yield f"nobody is known to write it in {script}; known: {', '.join(known_scripts(iso)[:4])}"
    if present := [member for member in members_of(iso) if member in others]:
        yield f"macrolanguage beside its own {', '.join(present)}"
    yield from _find_outlier(code, iso, set(others) - {iso})


def _find_outlier(code: str, iso: str, others: Collection[str]) -> Iterator[str]:
    """Whether it is of another continent_of than nearly all others."""
    here = continent_of(likely_region(iso))
    places = Counter(filter(None, (continent_of(likely_region(other)) for other in others)))
    if not here or places.total() < MIN_OTHERS:
        return
    there, count = max(places.items(), key=lambda item: (item[1], item[0]))
    if there != here and count >= MIN_CONTINENT_SHARE * places.total():
        country = _country_name(code) if continent_of(code.upper()) == there else ""
        remark = f"; {code} is also the country code of {country}" if country else ""
        yield f"a language of {here}, where {count} of the {places.total()} others are of {there}{remark}"


@lru_cache(maxsize=512)
def continent_of(region: str) -> str:
    """The continent_of of a region, by its time zones; empty where it has none or several."""
    from babel.core import get_global

    zones = {zone.split("/")[0] for zone in get_global("territory_zones").get(region, ())}
    return zones.pop() if len(zones) == 1 else ""


def _country_name(code: str) -> str:
    from babel.core import Locale

    return str(Locale("en").territories.get(code.upper(), "")) if len(code) == 2 else ""
