"""The IANA registry of subtags: which extended languages, regions and variants a tag can have (RFC 5646, 3.1).

langcodes brings the registry of 2021-08-06; what was added up to 2025-08-25 is here.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from string import ascii_uppercase

from emma.lang.tables import VARIANTS

_RECORD = re.compile(r"^Type: (extlang|region|variant)\nSubtag: (\S+)\n((?:(?!%%).+\n)*)", re.MULTILINE)
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
    found = {subtag: _prefix(rest) for kind, subtag, rest in _records() if kind == "extlang"}
    return {**found, **_LATER_EXTLANGS}


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
    found = re.search(r"^Prefix: (\S+)$", lines, re.MULTILINE)
    return found[1] if found else ""
