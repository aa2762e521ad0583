"""The registries of codes: ISO 639-3 and the IANA registry of subtags (RFC 5646); or the reason why a code is refused.

From any code of ISO 639 to the one living ISO 639-3 code: python-iso639, made from SIL's tables. Macrolanguages are
languages here; what to do with them is a later policy. Which extended languages, regions and variants a tag can have:
langcodes brings the IANA registry of 2021-08-06; what was added up to 2025-08-25 is here.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Literal

from emma.errors import LanguageError
from emma.lang.tables import COLLECTIONS, DEPRECATED, PSEUDO, VARIANTS

if TYPE_CHECKING:
    from iso639 import Language

_RECORD = re.compile(r"^Type: (extlang|region|variant)\nSubtag: (\S+)\n((?:(?!%%).+\n)*)", re.MULTILINE)
# Registered after langcodes' copy of the registry; remove them once a release carries them.
_LATER_EXTLANGS: Mapping[str, str] = {
    **dict.fromkeys(("ajs", "dsz", "lgs", "lsc", "lsw", "rib", "rnb", "rsn"), "sgn"),
    **dict.fromkeys(("hnm", "luh", "sjc"), "zh"),
}
_LATER_VARIANTS = """
akhmimic anpezo bciav bcizbl blasl bohairic fascia fayyumic fodom gherd hanoi huett kleinsch leidentr ltg1929 ltg2007
lycopol mdcegyp mdctrans mesokem pehoeji sahidic saigon tailo valbadia viennese
"""
EXTENSIONS = frozenset("tu")
"""The extensions there are: of text that was transformed, and of Unicode's locales (RFC 6497, RFC 6067)."""


def extlang_prefix(subtag: str) -> str:
    """The language that a three-letter subtag can follow, such as zh for yue; empty if it is no extended language."""
    return _extlangs().get(subtag.lower(), "")


def is_region(subtag: str) -> bool:
    """Whether a subtag is a region, one for private use, or a code that CLDR knows another name of (UK is GB)."""
    from langcodes.data_dicts import TERRITORY_REPLACEMENTS

    return subtag.upper() in _regions() or subtag.lower() in TERRITORY_REPLACEMENTS


def is_variant(subtag: str) -> bool:
    """Whether a subtag is a registered variant, one of Akan's, or ICU's `posix`."""
    return subtag.lower() in _variants() or subtag.lower() in VARIANTS or subtag.lower() == "posix"


@lru_cache(maxsize=1)
def _extlangs() -> Mapping[str, str]:
    prefixes = {subtag: _prefix(rest) for kind, subtag, rest in _records() if kind == "extlang"}
    return {**prefixes, **_LATER_EXTLANGS}


@lru_cache(maxsize=1)
def _regions() -> frozenset[str]:
    private = {
        f"{first}{second}" for first, span in (("Q", "MNOPQRSTUVWXYZ"), ("X", ascii_uppercase)) for second in span
    }
    return frozenset({subtag for kind, subtag, _ in _records() if kind == "region"} | private | {"CQ"})


@lru_cache(maxsize=1)
def _variants() -> frozenset[str]:
    return frozenset({subtag for kind, subtag, _ in _records() if kind == "variant"} | set(_LATER_VARIANTS.split()))


@lru_cache(maxsize=1)
def _records() -> tuple[tuple[str, str, str], ...]:
    """Type, subtag and the other lines of the records that are needed."""
    import langcodes

    file = Path(langcodes.__file__).parent / "data/language-subtag-registry.txt"
    return tuple(_RECORD.findall(file.read_text(encoding="utf-8")))


def _prefix(lines: str) -> str:
    match = re.search(r"^Prefix: (\S+)$", lines, re.MULTILINE)
    return match[1] if match else ""


RefusalKind = Literal[
    "unknown",  # no code and no name of any language
    "retired",  # split into several languages, or found not to exist
    "collection",  # a family or group of languages
    "private",  # for private use
    "special",  # several, undetermined, uncoded, or no language at all
    "pseudo",  # a stand-in of some software, such as the documentation of messages
    "script",  # names a script that ISO 15924 does not have
    "subtag",  # has an extended language, region, variant or extension that the IANA registry does not have
    "unwritten",  # a language whose script neither the code, nor the text, nor CLDR tells
    "ambiguous",  # a name that several languages have
]

REMEDY = "Map it in the source's `codes`."


class RefusedError(LanguageError):
    """A code that stands for no one language, with the reason and the remedy."""

    def __init__(self, message: str, kind: RefusalKind = "unknown") -> None:
        super().__init__(message)
        self.kind: RefusalKind = kind


SPECIAL = {
    "mis": "stands for languages without a code",
    "mul": "stands for several languages at once",
    "und": "says that nobody determined the language",
    "zxx": "stands for content that is not language",
}


def find_living_code(code: str, called: str) -> tuple[str, str]:
    """Find the living ISO 639-3 code of an ISO 639 code in small letters, and the rule that led there.

    `called` is what the source wrote, for messages. Raises RefusedError where no single language is meant.
    """
    refuse_special(code, called)
    if code in DEPRECATED:
        return find_entry(DEPRECATED[code], called).part3, f"deprecated: {code} → {DEPRECATED[code]}"
    language = find_entry(code, called)
    if language.status == "R":
        return find_successor(language, called), f"retired: {code} → {find_successor(language, called)}"
    if code == language.part3:
        return code, "ISO 639-3"
    part = "ISO 639-1" if code == language.part1 else "ISO 639-2/B"
    return language.part3, f"{part}: {code} → {language.part3}"


def refuse_special(code: str, called: str) -> None:
    """Raise RefusedError for codes that were never meant for one language."""
    lower = REMEDY[0].lower() + REMEDY[1:]
    if code in PSEUDO:
        raise RefusedError(f"'{called}' is {PSEUDO[code]}; leave these files out or {lower}", "pseudo")
    if code in SPECIAL:
        raise RefusedError(f"'{called}' {SPECIAL[code]}. If you know the language: {lower}", "special")
    if code in COLLECTIONS:
        raise RefusedError(f"'{called}' is a family or group of languages (ISO 639-5). {REMEDY}", "collection")
    if len(code) == 3 and "qaa" <= code <= "qtz":
        raise RefusedError(f"'{called}' is for private use and says nothing to others. {REMEDY}", "private")


def find_entry(code: str, called: str) -> "Language":
    """Find the entry of a two- or three-letter code, retired ones included; RefusedError if there is none."""
    from iso639 import Language, LanguageNotFoundError

    look_ups: list[Callable[[str], Language]] = (
        [Language.from_part1] if len(code) == 2 else [Language.from_part3, Language.from_part2b]
    )
    for look_up in look_ups:
        try:
            return look_up(code)
        except LanguageNotFoundError:
            continue
    raise RefusedError(f"'{called}' is no language code of ISO 639. {REMEDY}")


def find_successor(language: "Language", called: str) -> str:
    """Find what a retired code became; RefusedError where it was split, or never was a language."""
    last = language
    while last.status == "R" and last.retire_change_to:  # a successor may have been retired in its turn
        last = find_entry(last.retire_change_to, called)
    if last.status != "R":
        return last.part3
    year = f" in {last.retire_date.year}" if last.retire_date else ""
    reason = (last.retire_remedy or "no such language was found").strip(" .")
    raise RefusedError(f"'{called}' ({last.name}) was retired{year}: {reason}. {REMEDY}", "retired")
