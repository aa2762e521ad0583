"""Resolve whatever a source calls a language to ISO 639-3 and ISO 15924, or refuse it with a reason.

A script comes from the code, else from the text, else from CLDR's likely subtags; never from a guess.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from emma.errors import LanguageError
from emma.lang.cldr import likely_script, suppressed_script
from emma.lang.language import Lang
from emma.lang.reading import CodeParts, read_code
from emma.lang.registry import RefusedError, find_living_code
from emma.lang.scripts import Evidence, scripts_agree, strip_markup, unicode_scripts, written_evidence
from emma.lang.tables import SCRIPT_VARIANTS, Scheme
from emma.wording import suggest

SCHEMES: tuple[str, ...] = get_args(Scheme)
MIN_LETTERS = 20
"""Characters with a script that a text needs before it says anything about its language's script."""
SAMPLE_CHARS = 2_000
"""Characters of a text that are looked at, those of markup left out."""
MIN_SCRIPT_SHARE = 0.75
"""Share of them that one script must hold."""


@dataclass(frozen=True)
class Resolution:
    """The language that a code stands for, and the rule that led to it."""

    lang: Lang
    rule: str
    """A phrase for people, such as `deprecated: iw → he`."""

    @property
    def label(self) -> str:
        """The language's label."""
        return self.lang.label


def resolve(code: str, text: str = "", scheme: Scheme = "any") -> Resolution:
    """Resolve what a source calls a language, read by its scheme, helped by a text in it for the script.

    Raises RefusedError (a LanguageError), with the reason and a remedy, for codes that stand for no one language, and
    LanguageError for what is no string, or for a scheme that there is not.
    """
    if not isinstance(code, str):
        raise LanguageError(f"A language code is a string such as 'sw'; {code!r} is none.")
    if scheme not in SCHEMES:
        raise LanguageError(f"There is no scheme {scheme!r}. {suggest(str(scheme), SCHEMES)}")
    # Looked at last: finding the script reads the text, and nearly all codes settle it.
    if not text or not is_script_open(code, scheme):
        return _resolve(code, scheme, "", False)
    return resolve_with_evidence(code, written_evidence(strip_markup(text, SAMPLE_CHARS)), scheme)


def resolve_with_evidence(code: str, evidence: Evidence, scheme: Scheme = "any") -> Resolution:
    """Resolve a code where `written_evidence` of its text's first SAMPLE_CHARS letters is known already."""
    if not is_script_open(code, scheme):
        return _resolve(code, scheme, "", False)
    seen, share, count = evidence
    return _resolve(code, scheme, seen if count else "", count >= MIN_LETTERS and share >= MIN_SCRIPT_SHARE)


def find_language(code: str, scheme: Scheme = "any") -> tuple[str, str]:
    """Find the ISO 639-3 language that a code stands for, whatever its script, and the rule. Raises RefusedError."""
    _, iso, rule = _read(code, scheme)
    return iso, rule


def _read(code: str, scheme: Scheme) -> tuple[CodeParts, str, str]:
    answer = _read_or_refuse(code, scheme)
    if isinstance(answer, RefusedError):
        raise RefusedError(str(answer), answer.kind)  # a new one: the cached one would gather tracebacks
    return answer


@lru_cache(maxsize=65_536)
def _read_or_refuse(code: str, scheme: Scheme) -> tuple[CodeParts, str, str] | RefusedError:
    """Read a code: its parts, its ISO 639-3 language and the rule; or return why it is refused."""
    try:
        reading = read_code(code, scheme)
        iso, step = find_living_code(reading.language, code)
    except RefusedError as refusal:
        return refusal.with_traceback(None)  # returned, not raised, so that it is cached: a column of them costs one
    return reading, iso, reading.rule or step


@lru_cache(maxsize=65_536)
def is_script_open(code: str, scheme: Scheme) -> bool:
    """Whether a text can have a say in the script; codes that are refused are left to `_resolve`.

    It has none where the code names a script, nor where the IANA registry gives the language a Suppress-Script:
    without a script subtag its text is in that script (RFC 5646, 3.1.9), so other text under its code is a mistake of
    the source, for later stages to see.
    """
    answer = _read_or_refuse(code, scheme)
    if isinstance(answer, RefusedError):
        return False
    reading, iso, _ = answer
    return not reading.script and (bool(reading.usual) or not suppressed_script(iso))


@lru_cache(maxsize=65_536)
def _resolve(code: str, scheme: Scheme, seen: str, strong: bool) -> Resolution:
    reading, iso, rule = _read(code, scheme)
    if reading.script:
        return Resolution(Lang(iso, _simplify_script(iso, reading.script)), rule)
    likely = reading.usual or likely_script(iso, reading.region)
    if not likely and not seen:
        raise RefusedError(
            f"'{code}' is {iso}, whose script neither the text nor CLDR tells; write {iso}_Yyyy (ISO 15924) "
            "in the source's `codes`.",
            "unwritten",
        )
    if not likely or (strong and _does_overrule(seen, likely, reading)):
        return Resolution(Lang(iso, seen), f"{rule}; script from the text")
    return Resolution(Lang(iso, likely), rule)


def _simplify_script(iso: str, script: str) -> str:
    """A script that the code names, without typographic variants; the parts of Japanese and Korean are one."""
    script = SCRIPT_VARIANTS.get(script, script)
    likely = likely_script(iso)
    return likely if likely in ("Jpan", "Kore") and script in unicode_scripts(likely) else script


def _does_overrule(seen: str, likely: str, reading: CodeParts) -> bool:
    """Whether a text in the script `seen` gives a language another script than the likely one.

    It may not turn the Chinese of a region into the other form.
    """
    return not scripts_agree(seen, likely) and not ({seen, likely} == {"Hans", "Hant"} and reading.region)
