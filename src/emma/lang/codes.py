"""A language is a value: ISO 639-3 and ISO 15924, resolved from whatever a source calls it, or refused with a reason.

A script comes from the code, else from the text, else from CLDR's likely subtags; never from a guess.
"""

from dataclasses import dataclass
from functools import lru_cache

from emma.lang.cldr import likely_script, suppressed_script
from emma.lang.iso import individual
from emma.lang.language import Lang
from emma.lang.markup import letters
from emma.lang.reading import Reading, read
from emma.lang.refusal import RefusedError
from emma.lang.scripts import Evidence, agrees, covers, written_evidence
from emma.lang.tables import SCRIPT_VARIANTS, Scheme

ENOUGH_LETTERS = 20
"""Characters with a script that a text needs before it says anything about its language's script."""
SAMPLE = 2_000
"""Characters of a text that are looked at, those of markup left out."""
MOST = 0.75
"""Share of them that one script must hold."""


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


def resolve(code: str, text: str = "", scheme: Scheme = "any") -> Resolved:
    """The language that a source calls `code`, read by its scheme, helped by a text in it for the script.

    Raises RefusedError (a LanguageError), with the reason and a remedy, for codes that stand for no one language.
    """
    if not text or not is_open(code, scheme):
        return _resolve(code, scheme, "", False)
    return resolve_seen(code, written_evidence(letters(text, SAMPLE)), scheme)


def resolve_seen(code: str, evidence: Evidence, scheme: Scheme = "any") -> Resolved:
    """As `resolve`, where `written_evidence` of the text's first SAMPLE letters is known already."""
    if not is_open(code, scheme):
        return _resolve(code, scheme, "", False)
    seen, share, count = evidence
    return _resolve(code, scheme, seen if count else "", count >= ENOUGH_LETTERS and share >= MOST)


def meaning(code: str, scheme: Scheme = "any") -> tuple[str, str]:
    """The ISO 639-3 language that `code` stands for, whatever its script, and the rule. Raises RefusedError."""
    _, iso, rule = _meant(code, scheme)
    return iso, rule


def _meant(code: str, scheme: Scheme) -> tuple[Reading, str, str]:
    found = _meant_or_refused(code, scheme)
    if isinstance(found, RefusedError):
        raise RefusedError(str(found), found.kind)
    return found


@lru_cache(maxsize=65_536)
def _meant_or_refused(code: str, scheme: Scheme) -> tuple[Reading, str, str] | RefusedError:
    """How a code reads, its ISO 639-3 language and the rule. A refusal is held too: a column of them costs one."""
    try:
        reading = read(code, scheme)
        iso, step = individual(reading.language, code)
    except RefusedError as refusal:
        return refusal.with_traceback(None)
    return reading, iso, reading.rule or step


@lru_cache(maxsize=65_536)
def is_open(code: str, scheme: Scheme) -> bool:
    """Whether a text can have a say in the script; codes that are refused are left to `_resolve`.

    It has none where the code names a script, nor where the IANA registry gives the language a Suppress-Script:
    without a script subtag its text is in that script (RFC 5646, 3.1.9), so other text under its code is a mistake of
    the source, for later stages to see.
    """
    found = _meant_or_refused(code, scheme)
    if isinstance(found, RefusedError):
        return False
    reading, iso, _ = found
    return not reading.script and (bool(reading.usual) or not suppressed_script(iso))


@lru_cache(maxsize=65_536)
def _resolve(code: str, scheme: Scheme, seen: str, strong: bool) -> Resolved:
    reading, iso, rule = _meant(code, scheme)
    if reading.script:
        return Resolved(Lang(iso, _explicit(iso, reading.script)), rule)
    likely = reading.usual or likely_script(iso, reading.region)
    if not likely and not seen:
        raise RefusedError(
            f"'{code}' is {iso}, whose script neither the text nor CLDR tells; write {iso}_Yyyy (ISO 15924) "
            "in the source's `codes`.",
            "unwritten",
        )
    if not likely or (strong and _overrules(seen, likely, reading)):
        return Resolved(Lang(iso, seen), f"{rule}; script from the text")
    return Resolved(Lang(iso, likely), rule)


def _explicit(iso: str, script: str) -> str:
    """A script that the code names, without typographic variants; the parts of Japanese and Korean are one."""
    script = SCRIPT_VARIANTS.get(script, script)
    likely = likely_script(iso)
    return likely if likely in ("Jpan", "Kore") and script in covers(likely) else script


def _overrules(seen: str, likely: str, reading: Reading) -> bool:
    """Whether a text in the script `seen` makes a language's script other than the likely one.

    It may not turn the Chinese of a region into the other form.
    """
    return not agrees(seen, likely) and not ({seen, likely} == {"Hans", "Hant"} and reading.region)
