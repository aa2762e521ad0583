"""Spellings of languages: the letters that they use and which follow one another, counted in CLDR's own texts.

Babel carries no exemplar sets, but it carries what CLDR says in each language: the names of languages, countries,
cities, currencies, months and units. These are some hundred to some thousand words in 300 languages, enough to tell
`ã` from `ă`. What Chinese, Japanese and Korean write is the first level of their national character sets,
which is the characters in common use.
"""

import math
import pickle
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from emma.lang.cldr import cldr_codes, likely_scripts
from emma.lang.scripts import dominant_script

EDGE = " "
"""Stands for whatever is no letter: the beginning and the end of a word."""
FOREIGN = -14.0
"""Natural logarithm of the probability of a letter that a language does not use."""
SYLLABLE, CHARACTER = -6.0, -8.0
"""The same for kana and hangul, and for a Han character in common use."""
EQUIVALENT = str.maketrans("İىيك", "iییک")
"""Letters that one language has in two encodings. `İ` is among them since its `lower()` is two characters."""
MIN_BIGRAMS = 300
"""Letters that a language needs in CLDR before they tell how it is spelled."""
RARE_LETTERS = {
    "af": "áâèéêëîïôöû",
    "co": "àèìòù",
    "fr": "àâæçèéêëîïôùûüÿœ",
    "fur": "àâçèêìîòôùû",
    "hu": "áéíóöőúüű",
    "it": "àèéìòù",
    "pt": "àáâãçéêíóôõú",
    "rm": "àèéìòùü",
    "tn": "êôš",
}
"""Letters that a language uses (CLDR's exemplar sets), where some of them are in few of these words or in none."""
WORD_FIELDS = (
    "languages",
    "territories",
    "currency_names",
    "time_zones",
    "months",
    "days",
    "date_fields",
    "unit_display_names",
    "unit_patterns",
    "eras",
    "quarters",
)
"""Keys of Babel's locale data under which there are words."""
CHARACTER_SETS = {
    "Hans": (("gb2312", 0xB0, 0xD8),),  # level 1: rows 16 to 55
    "Hant": (("big5", 0xA4, 0xC7),),
    "Hani": (("gb2312", 0xB0, 0xD8), ("big5", 0xA4, 0xC7)),
    "Jpan": (("euc_jp", 0xA4, 0xA6), ("euc_jp", 0xB0, 0xD0)),
    "Kore": (("euc_kr", 0xB0, 0xC9),),
}
"""The encoding and the lead bytes of the characters in common use, by script."""


class Spelling:
    """Probabilities of a language's letters, each after another."""

    def __init__(self, pairs: Counter[tuple[str, str]], rare_letters: str = "") -> None:
        self._pairs, self._single, self._before = pairs, Counter[str](), Counter[str]()
        self._kinds = Counter(first for first, _ in pairs)
        for (first, second), count in pairs.items():
            self._single[second] += count
            self._before[first] += count
        # Of little text a letter that occurs once is counted; in much, one or two occurrences may be of a foreign name.
        rare = 1 if self._single.total() < 10 * MIN_BIGRAMS else 3
        self._single |= Counter(dict.fromkeys(rare_letters, rare))
        self._total = self._single.total()
        self.letters = frozenset(letter for letter, count in self._single.items() if count >= rare) - {EDGE}
        """Letters that the language uses, in lower case."""
        self.script = dominant_script("".join(self.letters))[0]
        """The script of most of them."""

    def log(self, before: str, letter: str) -> float:
        """The logarithm of the probability of a letter after another (Witten and Bell 1991, method C)."""
        if letter not in self._single:
            return FOREIGN
        alone = self._single[letter] / self._total
        # Witten-Bell: the weight of the single letter is the number of kinds seen after `before`.
        kinds = self._kinds[before]
        if not kinds:
            return math.log(alone)
        return math.log((self._pairs[before, letter] + kinds * alone) / (self._before[before] + kinds))


class CharacterSpelling(Spelling):
    """The spelling of a script of thousands of characters, where it matters only which are in common use."""

    def __init__(self, script: str) -> None:
        super().__init__(Counter())
        self.letters = frozenset(char for row in CHARACTER_SETS[script] for char in _decode_rows(*row))
        self.script = ""

    def log(self, before: str, letter: str) -> float:  # noqa: ARG002
        """The logarithm of the probability of a character, whatever is before it."""
        if letter not in self.letters and letter != EDGE:
            return FOREIGN
        return CHARACTER if "\u4e00" <= letter <= "\u9fff" else SYLLABLE


def is_letter(char: str) -> bool:
    """Whether a character is part of words: letters, and the marks on them."""
    return (char.isalpha() and char not in "ªºµ") or unicodedata.category(char)[0] == "M"


def fold_case(text: str) -> str:
    """A text in lower case, as long as before; Persian letters and the Arabic ones that stand for them are the same."""
    return text.translate(EQUIVALENT).lower()


@lru_cache(maxsize=512)
def find_spellings(iso: str, script: str = "") -> tuple[Spelling, ...]:
    """Spellings of a language (ISO 639-3) in each of its scripts; else those of its script; else all.

    Empty strings stand for what is not known.
    """
    names = {name for tag in cldr_codes(iso) for name in (tag, *_locales_in_scripts().get(tag, ()))} if iso else set()
    own = [spelling for name in sorted(names) if (spelling := _spelling_of_locale(name))]
    scripts = (script, *(likely_scripts(iso) if iso else ()))
    own += [_common_characters(east_asian) for east_asian in CHARACTER_SETS if east_asian in scripts]
    return tuple(own) or _spellings_of_script(script)


@lru_cache(maxsize=256)
def _spellings_of_script(script: str) -> tuple[Spelling, ...]:
    from babel.localedata import locale_identifiers

    every = sorted(name for name in locale_identifiers() if _is_plain(name))
    here = [name for name in every if not script or _script_of_locale(name) == script]
    east_asian = [_common_characters(name) for name in CHARACTER_SETS if not script]
    return tuple([spelling for name in here if (spelling := _spelling_of_locale(name))] + east_asian)


def _is_plain(name: str) -> bool:
    """Whether a locale is a language, perhaps in a script, and no country's."""
    _, *rest = name.split("_")
    return not rest or (len(rest) == 1 and len(rest[0]) == 4)


def _script_of_locale(name: str) -> str:
    from babel.core import get_global

    language, _, script = name.partition("_")
    full: str = get_global("likely_subtags").get(language, "")
    return script or (full.split("_")[1] if full else "")


@lru_cache(maxsize=1)
def _locales_in_scripts() -> Mapping[str, tuple[str, ...]]:
    from babel.localedata import locale_identifiers

    names: dict[str, list[str]] = {}
    for name in sorted(filter(_is_plain, locale_identifiers())):
        if "_" in name:
            names.setdefault(name.split("_")[0], []).append(name)
    return {name: tuple(locales) for name, locales in names.items()}


@lru_cache(maxsize=16)
def _common_characters(script: str) -> Spelling:
    return CharacterSpelling(script)


def _decode_rows(encoding: str, first: int, stop: int) -> Iterator[str]:
    for lead in range(first, stop):
        for trail in range(0x40, 0xFF):
            # Where the two bytes are no character, only the trail byte may decode, and is no letter of the script.
            yield from bytes((lead, trail)).decode(encoding, "ignore").strip(chr(trail))


@lru_cache(maxsize=512)
def _spelling_of_locale(name: str) -> Spelling | None:
    """The spelling that a locale's own texts in CLDR show; None where they are too few."""
    from babel import localedata

    if _script_of_locale(name) in CHARACTER_SETS or not localedata.exists(name):
        return None
    # Without what a locale inherits: a language that CLDR has no words in would look like the root's or its parent's.
    # Not by babel's `load`, which remembers a locale by its name alone: with what it inherits, once anybody asked so.
    with Path(localedata.resolve_locale_filename(name)).open("rb") as stream:
        data = pickle.load(stream)  # a file of babel's own
    pairs: Counter[tuple[str, str]] = Counter()
    for key in WORD_FIELDS:
        for text in _find_texts(data.get(key)):
            words = EDGE + fold_case(unicodedata.normalize("NFC", text)) + EDGE
            line = "".join(char if is_letter(char) else EDGE for char in words)
            pairs.update(pairwise(line))
    pairs.pop((EDGE, EDGE), None)
    return Spelling(pairs, RARE_LETTERS.get(name, "")) if pairs.total() >= MIN_BIGRAMS else None


def _find_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _find_texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _find_texts(item)
