"""ISO 639: from any of its codes to the one living ISO 639-3 code, or the reason why there is none.

Tables: python-iso639, made from SIL's. Macrolanguages are languages here; what to do with them is a later policy.
"""

from typing import TYPE_CHECKING, Any

from emma.errors import LanguageError
from emma.lang.tables import COLLECTIONS, DEPRECATED, PSEUDO

if TYPE_CHECKING:
    from iso639 import Language

REMEDY = "Map it in the source's `codes`."
SPECIAL = {
    "mis": "stands for languages without a code",
    "mul": "stands for several languages at once",
    "und": "says that nobody determined the language",
    "zxx": "stands for content that is not language",
}


def individual(code: str, called: str) -> tuple[str, str]:
    """The ISO 639-3 code of an ISO 639 code in small letters, and the rule that led there.

    `called` is what the source wrote, for messages. Raises LanguageError where no single language is meant.
    """
    refuse_special(code, called)
    if code in DEPRECATED:
        return find(DEPRECATED[code], called).part3, f"deprecated: {code} → {DEPRECATED[code]}"
    language = find(code, called)
    if language.status == "R":
        return successor(language, called), f"retired: {code} → {successor(language, called)}"
    if code == language.part3:
        return code, "ISO 639-3"
    part = "ISO 639-1" if code == language.part1 else "ISO 639-2/B"
    return language.part3, f"{part}: {code} → {language.part3}"


def refuse_special(code: str, called: str) -> None:
    """LanguageError for codes that were never meant for one language."""
    if code in PSEUDO:
        raise LanguageError(f"'{called}' is {PSEUDO[code]}; leave these files out or {_lower(REMEDY)}")
    if code in SPECIAL:
        raise LanguageError(f"'{called}' {SPECIAL[code]}. If you know the language: {_lower(REMEDY)}")
    if code in COLLECTIONS:
        raise LanguageError(f"'{called}' is a family or group of languages (ISO 639-5). {REMEDY}")
    if not code or (len(code) == 3 and "qaa" <= code <= "qtz"):
        raise LanguageError(f"'{called}' is for private use and says nothing to others. {REMEDY}")


def find(code: str, called: str) -> "Language":
    """The entry of a two- or three-letter code, retired ones included; LanguageError if there is none."""
    from iso639 import Language, LanguageNotFoundError

    ways: list[Any] = [Language.from_part1] if len(code) == 2 else [Language.from_part3, Language.from_part2b]
    for way in ways:
        try:
            return way(code)  # type: ignore[no-any-return]
        except LanguageNotFoundError:
            continue
    raise LanguageError(f"'{called}' is no language code of ISO 639.{meant(called)} {REMEDY}")


def successor(language: "Language", called: str) -> str:
    """What a retired code became; LanguageError where it was split, or never was a language."""
    seen = language
    while seen.status == "R" and seen.retire_change_to:
        seen = find(seen.retire_change_to, called)
    if seen.status != "R":
        return seen.part3
    year = f" in {seen.retire_date.year}" if seen.retire_date else ""
    if seen.retire_remedy:
        raise LanguageError(f"'{called}' ({seen.name}) was retired{year}: {seen.retire_remedy.strip(' .')}. {REMEDY}")
    raise LanguageError(f"'{called}' ({seen.name}) was retired{year}: no such language was found. {REMEDY}")


def meant(name: str) -> str:
    """A sentence that gives the code where somebody wrote a language's name, else nothing."""
    from iso639 import Language, LanguageNotFoundError

    try:
        return f" The language of that name is {Language.match(name, strict_case=False).part3}."
    except LanguageNotFoundError:
        return ""


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
