"""ISO 639: from any of its codes to the one living ISO 639-3 code, or the reason why there is none.

Tables: python-iso639, made from SIL's. Macrolanguages are languages here; what to do with them is a later policy.
"""

from typing import TYPE_CHECKING, Any

from emma.lang.refusal import REMEDY, RefusedError
from emma.lang.tables import COLLECTIONS, DEPRECATED, PSEUDO

if TYPE_CHECKING:
    from iso639 import Language

SPECIAL = {
    "mis": "stands for languages without a code",
    "mul": "stands for several languages at once",
    "und": "says that nobody determined the language",
    "zxx": "stands for content that is not language",
}


def individual(code: str, called: str) -> tuple[str, str]:
    """The ISO 639-3 code of an ISO 639 code in small letters, and the rule that led there.

    `called` is what the source wrote, for messages. Raises RefusedError where no single language is meant.
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
    """RefusedError of codes that were never meant for one language."""
    lower = REMEDY[0].lower() + REMEDY[1:]
    if code in PSEUDO:
        raise RefusedError(f"'{called}' is {PSEUDO[code]}; leave these files out or {lower}", "pseudo")
    if code in SPECIAL:
        raise RefusedError(f"'{called}' {SPECIAL[code]}. If you know the language: {lower}", "special")
    if code in COLLECTIONS:
        raise RefusedError(f"'{called}' is a family or group of languages (ISO 639-5). {REMEDY}", "collection")
    if len(code) == 3 and "qaa" <= code <= "qtz":
        raise RefusedError(f"'{called}' is for private use and says nothing to others. {REMEDY}", "private")


def find(code: str, called: str) -> "Language":
    """The entry of a two- or three-letter code, retired ones included; RefusedError if there is none."""
    from iso639 import Language, LanguageNotFoundError

    ways: list[Any] = [Language.from_part1] if len(code) == 2 else [Language.from_part3, Language.from_part2b]
    for way in ways:
        try:
            return way(code)  # type: ignore[no-any-return]
        except LanguageNotFoundError:
            continue
    raise RefusedError(f"'{called}' is no language code of ISO 639. {REMEDY}")


def successor(language: "Language", called: str) -> str:
    """What a retired code became; RefusedError where it was split, or never was a language."""
    seen = language
    while seen.status == "R" and seen.retire_change_to:
        seen = find(seen.retire_change_to, called)
    if seen.status != "R":
        return seen.part3
    year = f" in {seen.retire_date.year}" if seen.retire_date else ""
    reason = (seen.retire_remedy or "no such language was found").strip(" .")
    raise RefusedError(f"'{called}' ({seen.name}) was retired{year}: {reason}. {REMEDY}", "retired")
