"""English names of languages: from a name as people write it to a code.

CLDR's names come first, which are the common ones (Greek, not Modern Greek), then ISO 639-3's with what they put in
brackets left out. Order of words, case, accents and apostrophes do not matter: `toba_batak` is Batak Toba.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emma.lang.registry import REMEDY, RefusedError
from emma.lang.tables import NAMES

if TYPE_CHECKING:
    from iso639 import Language

MAX_COMPARED, MAX_SUGGESTED = 6, 3
"""Names that are compared, letter by letter, with one that is refused, and those that are shown."""


class Entry(NamedTuple):
    """A name as it is written, and the codes that it may mean."""

    name: str
    codes: tuple[str, ...]


def find_by_name(name: str) -> str:
    """Find the BCP 47 tag, language and perhaps script, of an English name. RefusedError where none or several fit."""
    # Common names before ISO's: `Greek` is Modern Greek to people; names with accents before those without.
    for key, table in (
        (_key(name), _common_names()),
        (name.casefold(), _accented_names()),
        (_key(name), _reference_names()),
        (_key(name), _other_names()),
    ):
        codes = table[key].codes if key in table else ()
        if len(codes) > 1:
            from iso639 import Language

            listed = ", ".join(f"{iso} ({Language.from_part3(iso).name})" for iso in codes)
            raise RefusedError(f"'{name}' is the name of several languages: {listed}. {REMEDY}", "ambiguous")
        if codes:
            return codes[0]
    raise RefusedError(
        f"'{name}' is no language code, and no English name of a language.{_suggest_names(name)} {REMEDY}"
    )


@lru_cache(maxsize=16_384)
def _suggest_names(name: str) -> str:
    """A sentence with names that this one is part of, else with names like it; or nothing."""
    words = set(_key(name).split())
    longer = [key for key in _names_by_word().get(min(words, default=""), ()) if words < set(key.split())]
    keys = longer[:MAX_SUGGESTED] or find_similar(_key(name))
    listed = ", ".join(f"{_all_names()[key].name} ({', '.join(_all_names()[key].codes)})" for key in keys)
    more = f" and {len(longer) - MAX_SUGGESTED} more" if len(longer) > MAX_SUGGESTED else ""
    return f" Names {'with' if longer else 'like'} it: {listed}{more}." if keys else ""


@lru_cache(maxsize=1)
def _names_by_word() -> Mapping[str, list[str]]:
    """Keys of names by each of their words."""
    found: dict[str, list[str]] = {}
    for key in _all_names():
        for word in set(key.split()):
            found.setdefault(word, []).append(key)
    return found


def find_similar(key: str) -> list[str]:
    """Find at most MAX_SUGGESTED keys of names that are like this one, the likest first.

    difflib takes 70 ms for all of them: it looks at the MAX_COMPARED that share most trigrams.
    """
    keys, places = _trigrams()
    shared_places = [places[gram] for gram in sorted(_grams(key)) if gram in places]
    if not shared_places:
        return []
    # Divided by the size of each key, else a long name would share most with any other.
    shared = np.bincount(np.concatenate(shared_places), minlength=len(keys)) / _sizes()
    candidates = np.flatnonzero(shared)
    closest = candidates[np.argsort(-shared[candidates], kind="stable")[:MAX_COMPARED]]
    return get_close_matches(key, [keys[place] for place in closest], MAX_SUGGESTED)


@lru_cache(maxsize=1)
def _trigrams() -> tuple[list[str], Mapping[str, np.ndarray]]:
    """All keys, sorted, and where among them each trigram is."""
    keys = sorted(_all_names())
    places: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        for gram in _grams(key):
            places.setdefault(gram, []).append(place)
    return keys, {gram: np.array(at, np.int32) for gram, at in places.items()}


@lru_cache(maxsize=1)
def _sizes() -> np.ndarray:
    """Square root of each key's trigrams, so that a long one is not like everything."""
    return np.sqrt([max(1, len(_grams(key))) for key in _trigrams()[0]])


def _grams(key: str) -> set[str]:
    padded = f" {key} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


@lru_cache(maxsize=1)
def _all_names() -> Mapping[str, Entry]:
    """All names without accents, common ones first."""
    return {**(common := _common_names()), **_other_names(), **_reference_names(), **common}


@lru_cache(maxsize=1)
def _common_names() -> Mapping[str, Entry]:
    """CLDR's English names, and a few more."""
    from babel.core import Locale

    names = sorted(Locale("en").languages.items(), key=lambda item: (len(item[0]), item[0]))
    plain = ((name, tag) for tag, name in names if re.fullmatch(r"[a-z]{2,3}(_[A-Z][a-z]{3})?", tag))
    return _index((*plain, *NAMES.items()))


@lru_cache(maxsize=1)
def _accented_names() -> Mapping[str, Entry]:
    """ISO 639-3's reference names with their accents, which alone tell Ache and Aché apart."""
    return {language.name.casefold(): Entry(language.name, (language.part3,)) for language in _living_languages()}


@lru_cache(maxsize=1)
def _reference_names() -> Mapping[str, Entry]:
    """ISO 639-3's reference names."""
    return _index((language.name, language.part3) for language in _living_languages())


@lru_cache(maxsize=1)
def _other_names() -> Mapping[str, Entry]:
    """ISO 639-3's names without what is in brackets, and its other names. A macrolanguage stands for its members."""
    pairs = [
        (re.sub(r"\(.*?\)", "", name).strip(), language)
        for language in _living_languages()
        for name in (
            language.name,
            *(part for other in language.other_names or () for part in (other.print, other.inverted)),
        )
    ]
    of_macrolanguages = {(_key(name), language.part3) for name, language in pairs if language.scope == "M"}
    return _index(
        (name, language.part3)
        for name, language in pairs
        if (_key(name), language.macrolanguage) not in of_macrolanguages
    )


@lru_cache(maxsize=1)
def _living_languages() -> list["Language"]:
    """The entries of ISO 639-3 that are not retired, sorted, since the first of several with a name is taken."""
    from iso639 import ALL_LANGUAGES

    return sorted((language for language in ALL_LANGUAGES if language.status == "A"), key=lambda entry: entry.part3)


def _index(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Entry]:
    table: dict[str, tuple[str, dict[str, None]]] = {}
    for name, code in pairs:
        table.setdefault(_key(name), (name, {}))[1][code] = None
    return {key: Entry(name, tuple(codes)) for key, (name, codes) in table.items()}


def _key(name: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(char))
    return " ".join(sorted(re.findall(r"\w+", re.sub(r"['’ʼʻ]", "", plain).replace("_", " "))))
