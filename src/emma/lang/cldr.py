"""CLDR's data on a language: its likely scripts, its name in itself, and the member that stands for a whole.

Likely subtags and names come with Babel, whose CLDR is recent (7,700 languages have a script there); Suppress-Script
and CLDR's representative members with langcodes.
"""

from collections.abc import Mapping
from functools import lru_cache

from emma.lang.tables import LIKELY


@lru_cache(maxsize=1)
def _likely_by_tag() -> Mapping[str, str]:
    """Script by `xx`, `xxx` or `xx_RR`."""
    from babel.core import get_global

    table: Mapping[str, str] = get_global("likely_subtags")
    return {key: full.split("_")[1] for key, full in table.items()}


@lru_cache(maxsize=16_384)
def likely_script(iso: str, region: str = "") -> str:
    """The script that CLDR expects of an ISO 639-3 language in a region; empty if it does not say."""
    # A region's own script before the language's: az_IR is in Arabic letters, az in Latin ones.
    here = (_likely_by_tag().get(f"{name}_{region}", "") for name in cldr_codes(iso))
    anywhere = (LIKELY.get(iso, ""), *(_likely_by_tag().get(name, "") for name in cldr_codes(iso)))
    return next(filter(None, (*here, *anywhere)), "")


@lru_cache(maxsize=16_384)
def likely_region(iso: str) -> str:
    """The region where CLDR expects a language; empty if it does not say (or says the world)."""
    from babel.core import get_global

    table = get_global("likely_subtags")
    subtags = next((table[name] for name in cldr_codes(iso) if name in table), "")
    region = subtags.split("_")[2] if subtags.count("_") == 2 else ""
    # Digits are regions such as 001, the world (UN M.49).
    return region if region.isalpha() else ""


@lru_cache(maxsize=16_384)
def likely_scripts(iso: str) -> tuple[str, ...]:
    """Scripts that CLDR expects of a language anywhere, the most likely first."""
    elsewhere = (_likely_by_tag()[key] for name in cldr_codes(iso)[:1] for key in _tags_by_language().get(name, ()))
    return tuple(dict.fromkeys(filter(None, (likely_script(iso), *elsewhere))))


@lru_cache(maxsize=1)
def _tags_by_language() -> Mapping[str, list[str]]:
    """Keys such as `az_IR` by language."""
    table: dict[str, list[str]] = {}
    for key in sorted(_likely_by_tag()):
        table.setdefault(key.partition("_")[0], []).append(key)
    return table


def suppressed_script(iso: str) -> str:
    """The Suppress-Script of the IANA registry: what a language is written in wherever a tag names no script."""
    from langcodes.data_dicts import DEFAULT_SCRIPTS

    return next((DEFAULT_SCRIPTS[name] for name in cldr_codes(iso) if name in DEFAULT_SCRIPTS), "")


def representative(macrolanguage: str) -> str:
    """The member of a macrolanguage whose text CLDR takes for it (cmn of zho); empty if there is none."""
    from iso639 import Language
    from langcodes.data_dicts import NORMALIZED_MACROLANGUAGES

    macro = Language.from_part3(macrolanguage)
    fit = (
        member
        for member, name in NORMALIZED_MACROLANGUAGES.items()
        if len(member) == 3 and name in (macro.part1, macro.part3)
    )
    return min((member for member in fit if Language.from_part3(member).macrolanguage == macrolanguage), default="")


@lru_cache(maxsize=1)
def _described_languages() -> frozenset[str]:
    """The languages that CLDR has data in: of all others, babel takes ten milliseconds each to find that out."""
    from babel.localedata import locale_identifiers

    return frozenset(identifier.partition("_")[0] for identifier in locale_identifiers())


@lru_cache(maxsize=16_384)
def autonym(iso: str, script: str = "") -> str:
    """The name of a language in itself; empty where CLDR has no data in it."""
    from babel.core import Locale, UnknownLocaleError

    for name in (name for name in cldr_codes(iso) if name in _described_languages()):
        for tag in (f"{name}_{script}", name):
            try:
                return Locale.parse(tag).get_language_name() or ""
            except (UnknownLocaleError, ValueError):
                continue
    return ""


@lru_cache(maxsize=16_384)
def has_name(iso: str) -> bool:
    """Whether CLDR has an English name of a language, or of the macrolanguage that it stands for: some 600 have one."""
    from babel.core import Locale

    return any(name in Locale("en").languages for name in cldr_codes(iso))


def has_two_letters(iso: str) -> bool:
    """Whether a language has a code of ISO 639-1, or stands for a macrolanguage that has (swh for sw)."""
    return any(len(name) == 2 for name in cldr_codes(iso))


def is_short(code: str, iso: str) -> bool:
    """Whether three letters are a language's own, and it has a code of ISO 639-1 to itself or is what one mostly means.

    Its own are those of ISO 639-3 and 639-2/B (`deu`, `ger`; `swh`, which is what `sw` mostly means), no retired ones.
    """
    from iso639 import Language
    from langcodes.data_dicts import NORMALIZED_MACROLANGUAGES

    language = Language.from_part3(iso) if iso else None
    if language is None or code not in {language.part3, language.part2b}:
        return False
    return bool(language.part1) or len(NORMALIZED_MACROLANGUAGES.get(iso, "")) == 2


def cldr_codes(iso: str) -> list[str]:
    """Codes by which CLDR may know a language: its own, and its macrolanguage's where that is fit to stand for it.

    Fit are CLDR's representative members (swh for sw), and macrolanguages of one script: South Azerbaijani (azb) is
    in Arabic letters, whatever Azerbaijani is in.
    """
    from iso639 import Language
    from langcodes.data_dicts import DEFAULT_SCRIPTS, NORMALIZED_MACROLANGUAGES

    language = Language.from_part3(iso)
    above = Language.from_part3(language.macrolanguage) if language.macrolanguage else language
    macro = NORMALIZED_MACROLANGUAGES.get(iso) or above.part1 or above.part3
    # A macrolanguage with a Suppress-Script is of one script, so what CLDR says of it holds for every member.
    fit = iso in NORMALIZED_MACROLANGUAGES or macro in DEFAULT_SCRIPTS
    return [language.part1 or iso, *([macro] if fit else [])]
