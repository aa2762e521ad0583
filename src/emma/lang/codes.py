"""A language is a value: ISO 639-3 and ISO 15924, resolved from whatever a source calls it, or refused with a reason.

Order: wiki codes, then BCP 47 (deprecated and grandfathered tags included), then the ISO 639 tables with their
retirements. A script comes from the code, else from the text, else from CLDR's likely subtags; never from a guess.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from emma.errors import LanguageError
from emma.lang.iso import individual, meant
from emma.lang.scripts import NO_SCRIPT, covers, script_evidence
from emma.lang.tables import LIKELY, POSIX_SCRIPTS, SCRIPT_VARIANTS, WIKI

ENOUGH_LETTERS = 20
"""Characters with a script that a text needs before it says anything about its language's script."""
MOST = 0.75
"""Share of them that one script must hold."""

LABEL = re.compile(r"([a-z]{3})_([A-Z][a-z]{3})")


@dataclass(frozen=True, order=True)
class Lang:
    """A language in a script."""

    iso639_3: str
    script: str

    @property
    def label(self) -> str:
        """The label that stages exchange, such as `swh_Latn`."""
        return f"{self.iso639_3}_{self.script}"

    @classmethod
    def parse(cls, label: str) -> "Lang":
        """Read a label as it stands; LanguageError if it is not of the form `xxx_Yyyy`."""
        if not (match := LABEL.fullmatch(label)):
            raise LanguageError(f"'{label}' is not a language label: write ISO 639-3 and ISO 15924, as in swh_Latn.")
        return cls(*match.groups())


@dataclass(frozen=True)
class Resolved:
    """What a code stands for, and how we know."""

    lang: Lang
    rule: str
    """A phrase for people, such as `deprecated: iw → he`."""

    @property
    def label(self) -> str:
        """The language's label."""
        return self.lang.label


def resolve(code: str, text: str = "") -> Resolved:
    """The language that a source calls `code`, helped by a text in it for the script.

    Raises LanguageError, with the reason and a remedy, for codes that stand for no one language.
    """
    script, share, letters = script_evidence(text) if text else ("", 0.0, 0)
    strong = letters >= ENOUGH_LETTERS and share >= MOST
    return _resolve(code, script if letters else "", strong)


def meaning(code: str) -> tuple[str, str]:
    """The ISO 639-3 language that `code` stands for, whatever its script, and the rule. Raises LanguageError."""
    tag, _, rule = _read(code)
    iso, step = individual(_subtags(code, tag)[0], code)
    return iso, rule or step


@lru_cache(maxsize=65_536)
def _resolve(code: str, seen: str, strong: bool) -> Resolved:
    tag, wiki_script, rule = _read(code)
    language, script, region = _subtags(code, tag)
    iso, step = individual(language, code)
    if script:
        return Resolved(Lang(iso, _explicit(iso, script)), rule or step)
    likely = wiki_script or likely_script(iso, region)
    if not likely and not seen:
        raise LanguageError(
            f"'{code}' is {iso}, whose script neither the text nor CLDR tells; write {iso}_Yyyy (ISO 15924) "
            "in the source's `codes`."
        )
    if not likely or (strong and _may_be(iso, seen, likely, bool(wiki_script))):
        return Resolved(Lang(iso, seen), f"{rule or step}; script from the text")
    return Resolved(Lang(iso, likely), rule or step)


def _read(code: str) -> tuple[str, str, str]:
    """A code as a BCP 47 tag, the script its project writes, and the rule if it took more than spelling."""
    from langcodes.data_dicts import LANGUAGE_REPLACEMENTS

    tag = re.sub(r"^b\+|\.[\w-]+(?=@|$)", "", code.strip())  # Android b+sr+Latn, POSIX sr_RS.UTF-8@latin
    tag, _, modifier = tag.partition("@")
    tag = re.sub(r"-r(?=[A-Z]{2}$)", "-", tag.replace("_", "-").replace("+", "-"))  # Android zh-rTW
    if script := POSIX_SCRIPTS.get(modifier.lower()):
        language, _, rest = tag.partition("-")
        tag = "-".join(filter(None, (language, script, rest)))
    if found := WIKI.get(tag.lower()):
        return found[0], found[1], f"wiki code: {code} → {found[0]}"
    if "-" in tag and (whole := LANGUAGE_REPLACEMENTS.get(tag.lower())) and not tag.lower().startswith("zh-cmn"):
        return whole, "", f"BCP 47: {code} → {whole}"
    return tag, "", ""


def _subtags(code: str, tag: str) -> tuple[str, str, str]:
    """Language, script and region of a tag; empty where it says nothing. An extended language counts as language."""
    from langcodes import Language
    from langcodes.data_dicts import ALL_SCRIPTS
    from langcodes.tag_parser import LanguageTagError

    try:
        parsed = Language.get(tag, normalize=False)
    except (LanguageTagError, ValueError) as error:
        hint = meant(code) or f" {error}."
        raise LanguageError(f"'{code}' is no language code.{hint} Map it in the source's `codes`.") from None
    script = parsed.script or ""
    if script and script not in ALL_SCRIPTS:
        raise LanguageError(f"'{code}': '{script}' is not a script of ISO 15924. Map '{code}' in the source's `codes`.")
    language = (parsed.extlangs or [parsed.language or tag.partition("-")[0]])[-1]
    return language.lower(), "" if script in NO_SCRIPT else script, parsed.territory or ""


def _explicit(iso: str, script: str) -> str:
    """A script that the code names, without typographic variants; the parts of Japanese and Korean are one."""
    script = SCRIPT_VARIANTS.get(script, script)
    likely = likely_script(iso)
    return likely if likely in ("Jpan", "Kore") and script in covers(likely) else script


def _may_be(iso: str, seen: str, likely: str, certain: bool) -> bool:
    """Whether a text in the script `seen` makes a language's script other than the likely one.

    Not where the IANA registry gives the language a Suppress-Script: without a script subtag its text is in that
    script (RFC 5646, 3.1.9), so other text under its code is a mistake of the source, for later stages to see.
    """
    return seen not in covers(likely) and (certain or not _suppressed(iso))


@lru_cache(maxsize=16_384)
def likely_script(iso: str, region: str = "") -> str:
    """The script that CLDR expects of a language in a region; empty if it does not say."""
    from langcodes.data_dicts import LANGUAGE_REPLACEMENTS, LIKELY_SUBTAGS

    tables = (LIKELY, LIKELY_SUBTAGS, LANGUAGE_REPLACEMENTS)  # the last knows `sh` as sr-Latn, and so its script
    keys = [key for name in _names(iso) for key in (f"{name}-{region}", name)]
    found = (part for key in keys for table in tables for part in table.get(key, "").split("-")[1:])
    return next((part for part in found if len(part) == 4), "")


def _suppressed(iso: str) -> bool:
    from langcodes.data_dicts import DEFAULT_SCRIPTS

    return any(name in DEFAULT_SCRIPTS for name in _names(iso))


def _names(iso: str) -> list[str]:
    """What CLDR may call a language: its own tag, and its macrolanguage's where that is fit to stand for it.

    Fit are CLDR's representative members (swh for sw), and macrolanguages of one script: South Azerbaijani (azb) is
    in Arabic letters, whatever Azerbaijani is in.
    """
    from iso639 import Language
    from langcodes.data_dicts import DEFAULT_SCRIPTS, NORMALIZED_MACROLANGUAGES

    language = Language.from_part3(iso)
    above = Language.from_part3(language.macrolanguage) if language.macrolanguage else language
    macro = NORMALIZED_MACROLANGUAGES.get(iso) or above.part1 or above.part3
    fit = iso in NORMALIZED_MACROLANGUAGES or macro in DEFAULT_SCRIPTS
    return [language.part1 or iso, *([macro] if fit else [])]
