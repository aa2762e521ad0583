"""Read language, script and region off a code as a source writes it, by the scheme that the source follows.

Nothing is decided here about which living language it is (`registry.py`) or which script it is in (`codes.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emma.lang.names import find_by_name
from emma.lang.registry import EXTENSIONS, REMEDY, RefusedError, extlang_prefix, is_region, is_variant
from emma.lang.scripts import NO_SCRIPT
from emma.lang.tables import (
    FLORES,
    ORPHANS,
    POSIX_MODIFIERS,
    ROMAN_VARIANTS,
    TAGS,
    VARIANTS,
    WIKI,
    WIKI_ONLY,
    Scheme,
)

if TYPE_CHECKING:
    from langcodes import Language

ISO = re.compile(r"([a-z]{2,3})(?:[_-]([a-z]{4}))?", re.IGNORECASE)
FLORES_LABEL = re.compile(r"([a-z]{3})(?:_([A-Z][a-z]{3}))?(?:_[a-z]{4}\d{4})?")
"""ISO 639-3, ISO 15924, and in FLORES+ the Glottocode of a variety."""
MAX_CODE_CHARS = 250
"""Characters of a code or name; parsers of tags take time and depth by the square of it."""


@dataclass(frozen=True)
class CodeParts:
    """The parts of a code; those that it does not name are empty."""

    language: str
    """Two or three letters, small."""
    script: str = ""
    region: str = ""
    usual: str = ""
    """The script that the source's project writes, where that is not the likely one."""
    rule: str = ""
    """A phrase for people, where it took more than spelling."""


def read_code(code: str, scheme: Scheme = "any") -> CodeParts:
    """Read a code's parts. RefusedError if the scheme has no such code."""
    if len(code) > MAX_CODE_CHARS:
        raise RefusedError(f"'{code[:40]}…' has {len(code)} characters, more than any code or name. {REMEDY}")
    if scheme == "iso639":
        return _read_iso(code)
    if scheme == "flores":
        return _read_flores(code)
    if scheme == "name":
        return _read_name(code)
    if scheme == "wiki":
        return _read_wiki(code, WIKI_ONLY)
    if scheme == "android":
        return _read_tag(code, _android_to_tag(code))
    return _read_any(code) if scheme == "any" else _read_tag(code, _with_hyphens(code))


def _read_any(code: str) -> CodeParts:
    """Read what is unmistakable first; as a name only where it cannot be a tag."""
    try:
        return _read_wiki(code, WIKI)
    except RefusedError as refusal:
        # One to three small letters are meant as a code: `foo` is a mistake to report, not a name to look for.
        if (
            refusal.kind not in ("unknown", "subtag")
            or re.match(r"[a-z]{1,3}([-_+@.]|$)", code.strip())
            or not code.strip()
        ):
            raise
        return _read_name(code)


def _read_iso(code: str) -> CodeParts:
    if not (match := ISO.fullmatch(code.strip())):
        raise RefusedError(f"'{code}' is no code of ISO 639: two or three letters, perhaps with a script. {REMEDY}")
    return CodeParts(match[1].lower(), _check_script(code, (match[2] or "").title()))


def _read_flores(code: str) -> CodeParts:
    corrected = FLORES.get(code, code)
    if not (match := FLORES_LABEL.fullmatch(corrected)):
        raise RefusedError(f"'{code}' is no label of FLORES or GlotLID, such as ary_Arab. {REMEDY}")
    rule = f"FLORES label: {code} → {corrected}" if corrected != code else ""
    return CodeParts(match[1], _check_script(code, match[2] or ""), rule=rule)


def _read_name(code: str) -> CodeParts:
    tag = find_by_name(code)
    language, _, script = tag.partition("_")
    return CodeParts(language, script, rule=f"English name: {code} → {tag}")


def _read_wiki(code: str, table: Mapping[str, tuple[str, str]]) -> CodeParts:
    tag = _with_hyphens(code)
    meaning, usual = table.get(tag.lower(), ("", ""))
    parts = _read_tag(code, meaning or tag)
    rule = f"wiki code: {code} → {meaning}" if meaning else parts.rule
    return CodeParts(parts.language, parts.script, parts.region, usual, rule)


def _android_to_tag(code: str) -> str:
    tag = re.sub(r"^(values-)?(b\+)?", "", code.strip())
    return re.sub(r"-r(?=[A-Z]{2}$)", "-", tag.replace("+", "-"))


def _with_hyphens(code: str) -> str:
    """A code with the hyphens of BCP 47: CLDR's zh_Hans, Android's, POSIX' sr_RS.UTF-8@latin."""
    locale, _, modifier = code.strip().partition("@")
    locale, dot, encoding = locale.partition(".")
    if dot and not is_encoding(encoding):
        raise RefusedError(
            f"'{code}': '{encoding}' is no character encoding, as a locale could have. {REMEDY}", "subtag"
        )
    tag = _android_to_tag(locale.replace("_", "-"))  # an Android folder in any scheme: `zh-rTW` is no other tag
    subtag = POSIX_MODIFIERS.get(modifier.lower())
    if subtag is None:
        raise RefusedError(f"'{code}': '{modifier}' is no modifier of a locale that is known. {REMEDY}", "subtag")
    if len(subtag) == 4:  # a script, which stands before the region: sr_RS@latin is sr-Latn-RS
        language, _, rest = tag.partition("-")
        return "-".join(filter(None, (language, subtag, rest)))
    return f"{tag.partition('-')[0]}-{subtag}" if subtag else tag


def is_encoding(name: str) -> bool:
    """Whether this is the name of a character encoding."""
    try:
        return bool("a".encode(name))
    except (LookupError, ValueError):
        return False


def _read_tag(code: str, tag: str) -> CodeParts:
    """The parts of a BCP 47 tag, grandfathered ones and extended languages included."""
    from langcodes import Language
    from langcodes.data_dicts import LANGUAGE_REPLACEMENTS
    from langcodes.tag_parser import LanguageTagError

    small = tag.lower()
    # Only whole tags with a hyphen: langcodes also replaces languages, which `registry` does with a rule to show.
    replaced = TAGS.get(small) or ("-" in small and small not in ORPHANS and LANGUAGE_REPLACEMENTS.get(small)) or ""
    try:
        parsed = Language.get(replaced or tag, normalize=False)
    except (LanguageTagError, ValueError) as error:
        raise RefusedError(f"'{code}' is no language code. {error}. {REMEDY}") from None
    language = (parsed.language or small.partition("-")[0]).lower()
    if "-" in language or len(language) == 1:  # an orphan, or nothing but private use (x-foo)
        raise RefusedError(f"'{code}' is for private use, or stands for no one language. {REMEDY}", "private")
    if len(language) > 3:
        raise RefusedError(f"'{code}' is no language code of ISO 639. {REMEDY}")
    if why := _find_unregistered(language, parsed):
        raise RefusedError(f"'{code}': {why}. {REMEDY}", "subtag")
    language = (parsed.extlangs or [language])[0].lower()  # zh-yue is yue
    variants = set(parsed.variants or ())
    script = parsed.script or ("Latn" if variants & ROMAN_VARIANTS else "")
    variety = next(
        (VARIANTS[variant] for variant in sorted(variants) if language in ("ak", "aka") and variant in VARIANTS), ""
    )
    rule = f"BCP 47: {code} → {replaced or variety}" if replaced or variety else ""
    return CodeParts(variety or language, _check_script(code, script), parsed.territory or "", rule=rule)


def _find_unregistered(language: str, parsed: "Language") -> str:
    """Describe a part of a tag that the IANA registry does not have; empty if it has all. Well-formed is not enough."""
    extended = [subtag.lower() for subtag in parsed.extlangs or ()]
    if len(extended) > 1 or (extended and extlang_prefix(extended[0]) != language):
        return f"'{'-'.join(extended)}' is no extended language of {language} in the IANA registry of subtags"
    if parsed.territory and not is_region(parsed.territory):
        return f"'{parsed.territory}' is no region in the IANA registry of subtags"
    if unknown := [subtag for subtag in parsed.variants or () if not is_variant(subtag)]:
        return f"'{unknown[0]}' is no variant in the IANA registry of subtags"
    if unknown := [subtag for subtag in parsed.extensions or () if subtag[0].lower() not in EXTENSIONS]:
        return f"'{unknown[0]}' is no extension of BCP 47"
    return ""


def _check_script(code: str, script: str) -> str:
    """A script that ISO 15924 has; empty where it stands for none in particular."""
    from langcodes.data_dicts import ALL_SCRIPTS

    if script and script not in ALL_SCRIPTS:
        raise RefusedError(f"'{code}': '{script}' is not a script of ISO 15924. {REMEDY}", "script")
    return "" if script in NO_SCRIPT else script
