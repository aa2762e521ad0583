"""Which language of the corpus is meant, by whatever name."""

from collections.abc import Sequence
from difflib import get_close_matches

from emma.errors import LanguageError, RecipeError
from emma.lang.codes import find_language
from emma.lang.language import LABEL

MOST = 12


def which(name: str, present: Sequence[str]) -> str:
    """The label among `present` that a label, code or English name stands for.

    Raises RecipeError when none or several do, with those that come near; LanguageError when it is no language.
    """
    if name in present:
        return name
    if match := LABEL.fullmatch(name):
        raise RecipeError(f"The corpus has no {name}. {hint(name, match[1], present)}")
    try:
        iso, _ = find_language(name)
    except LanguageError:
        raise LanguageError(
            f"'{name}' is nothing that one language is called; 'emma lang {name}' says why. {hint(name, '', present)}"
        ) from None
    found = [label for label in present if label.startswith(f"{iso}_")]
    if len(found) == 1:
        return found[0]
    if found:
        raise RecipeError(f"'{name}' stands in the corpus as {', '.join(found)}. Say which.")
    raise RecipeError(f"'{name}' is {iso}, of which the corpus has nothing. {hint(name, iso, present)}")


def hint(name: str, iso: str, present: Sequence[str]) -> str:
    """Labels that may be meant: of the same language, its macrolanguage or members, or spelt alike."""
    near = [label for label in present if label[:3] in relatives(iso)]
    near += [label for label in get_close_matches(name, present, n=4, cutoff=0.7) if label not in near]
    if near:
        return f"Near it are: {', '.join(near[:MOST])}."
    return f"It has {len(present)} languages: {', '.join(present[:MOST])}{'…' if len(present) > MOST else ''}."


def relatives(iso: str) -> set[str]:
    """A language, its macrolanguage and their members, as ISO 639-3."""
    from iso639 import Language, LanguageNotFoundError

    from emma.lang.macro import members_of

    if not iso:
        return set()
    try:
        above = Language.from_part3(iso).macrolanguage
    except LanguageNotFoundError:
        return {iso}
    return {iso, *members_of(iso), *((above, *members_of(above)) if above else ())}
