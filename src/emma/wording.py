"""What messages have in common: the name that may have been meant, and how many there are of something; and what may be
a name."""

import unicodedata
from collections.abc import Iterable, Set
from difflib import get_close_matches

MAX_LISTED = 20
"""Names that a message lists whole; of more it names a few, and how to list all."""
MAX_NEAR = 3


def suggest(word: str, known: Iterable[str], listing: str = "", cutoff: float = 0.6) -> str:
    """A sentence for a word that is none of `known`: those spelt alike, else those there are.

    `listing` is a sentence that says how all are listed, for where there are too many for a message. `cutoff` is how
    alike names must be, from 0 to 1. Capital letters do not count: names of languages and options are often typed so.
    """
    names = sorted(known) if isinstance(known, Set) else list(dict.fromkeys(known))
    is_long = len(names) > MAX_LISTED
    if near := find_near(word, names, MAX_NEAR if is_long else 1, cutoff):
        sentence = f"Did you mean {join_or(near)}?"
    elif is_long:
        sentence = f"There are {len(names):,}, such as {', '.join(names[:MAX_NEAR])}."
    else:
        sentence = f"There are: {', '.join(names)}." if names[1:] else f"There is only '{names[0]}'." if names else ""
    return f"{sentence} {listing}".strip() if is_long or not names else sentence


def find_near(word: str, names: Iterable[str], most: int = 1, cutoff: float = 0.6) -> list[str]:
    """The names that are spelt like a word, the likest first; else those that begin with it."""
    folded = {name.casefold(): name for name in names}
    key = word.casefold()
    near = get_close_matches(key, folded, most, cutoff) or [name for name in folded if key and name.startswith(key)]
    return [folded[name] for name in near[:most]]


def join_or(names: Iterable[str]) -> str:
    """Names in quotation marks, with "or" before the last."""
    *rest, last = (f"'{name}'" for name in names)
    return f"{', '.join(rest)} or {last}" if rest else last


def plural(count: int, noun: str, many: str | None = None) -> str:
    """A number with its noun: "1 document", "1,204 documents"; `many` where the plural takes more than an s."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def is_name(text: str) -> bool:
    """Whether a text may be the name of a run, and so of a folder: letters of any script with their marks, digits, and
    the signs `-`, `_` and `.`, which is not the first."""
    return bool(text) and not text.startswith(".") and all(_is_in_names(sign) for sign in text)


def spell_name(text: str) -> str:
    """A text with hyphens for what names have not; empty where nothing is left."""
    return "-".join("".join(sign if _is_in_names(sign) else "-" for sign in text).replace("-", " ").split()).strip(".")


def _is_in_names(sign: str) -> bool:
    # Not `\w`: that leaves out the marks without which Devanagari, Khmer or N'Ko cannot be written.
    return sign in "-_." or unicodedata.category(sign)[0] in "LMN"
