"""What names of files and folders say in words: translations of each other, splits, and languages among other words."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from emma.collect.files.compression import without_suffix
from emma.collect.files.datasets import SHARD
from emma.errors import LanguageError
from emma.lang.cldr import has_name
from emma.lang.codes import find_language
from emma.pipeline.draft.columns import name_language
from emma.pipeline.draft.languages import own_names
from emma.pipeline.draft.places import PlaceFile

TRAIN_SPLITS = frozenset({"train", "training"})
HELD_OUT_SPLITS = frozenset({"dev", "devtest", "eval", "heldout", "test", "val", "valid", "validation"})
SIDE_NAMES = ({"src", "tgt"}, {"source", "target"}, {"src", "trg"})
"""Suffixes of a text and its translation that say no language."""


WORD = re.compile(r"[^\s\d_.,;:!?'\"()\[\]{}&+~–—-]+")
"""A word: what no space, digit or sign divides, since vowel signs and accents may stand apart from their letters."""
TAG = re.compile(r"[a-z]{2,3}[-_](?:[A-Z]{2}|\d{3}|[A-Z][a-z]{3})")
"""A language with its region or script, which is no word."""
MIN_LETTERS = 4
"""Letters of a language's name; of four letters, or small ones among other words, only the well-known ones: `rangi` is
colour in Swahili before it is a language."""
MAX_WORDS = 3
"""Words of a file's own name that has a language in it: longer ones are titles."""


def find_language_words(name: str) -> dict[str, str]:
    """The words in the folders of a file, or else in its own name, that are names or tags of languages, each with its
    ISO 639-3 language: `Hausa` of `02_Hausa texts/1.txt`. Several are no answer."""
    *folders, base = PurePosixPath(without_suffix(name)).with_suffix("").parts
    found = {word: iso for folder in folders for word, iso in _read_words(folder).items()}
    return found or (_read_words(base) if len(WORD.findall(base)) <= MAX_WORDS else {})


@lru_cache(maxsize=16_384)
def _read_words(part: str) -> dict[str, str]:
    """The languages in a part of a path: all of it, or words of it."""
    if iso := _read_language_word(part, is_alone=True):
        return {part: iso}
    words = WORD.findall(part)
    return {word: iso for word in words if (iso := _read_language_word(word, is_alone=len(words) == 1))}


def _read_language_word(word: str, *, is_alone: bool) -> str:
    """The ISO 639-3 language of a tag, of an English name, or of a name that the language gives itself."""
    if not word.isascii():
        code = own_names().get(word.casefold())
        return find_language(code)[0] if code else ""
    if iso := well_known_names().get(word.casefold(), ""):
        return iso if len(word) >= MIN_LETTERS else ""
    try:
        if TAG.fullmatch(word):
            return find_language(word)[0]
        if len(word) <= MIN_LETTERS or not (is_alone or word.istitle()):
            return ""
        iso = find_language(word, "name")[0]
    except LanguageError:
        return ""
    return iso if has_name(iso) else ""


@lru_cache(maxsize=1)
def well_known_names() -> Mapping[str, str]:
    """English names of the languages that have two letters, in small letters, and their ISO 639-3 codes."""
    from babel.core import Locale

    # Latin is a script and an encoding too
    names = {code: name for code, name in Locale("en").languages.items() if len(code) == 2 and code != "la"}
    return {name.casefold(): find_language(code)[0] for code, name in names.items()}


def find_pairs(files: Sequence[PlaceFile]) -> tuple[list[list[PlaceFile]], list[PlaceFile]]:
    """Files that are two and two the same but for their last suffix, which is a language; and those that are not."""
    stems: dict[str, list[PlaceFile]] = {}
    for file in files:
        stems.setdefault(without_suffix(file.inner).with_suffix("").as_posix(), []).append(file)
    pairs = [
        sorted(pair, key=lambda file: file.inner)
        for pair in stems.values()
        if len(pair) == 2 and _are_sides([last_suffix(file) for file in pair])
    ]
    paired = {file.inner for pair in pairs for file in pair}
    return pairs, [file for file in files if file.inner not in paired]


def last_suffix(file: PlaceFile) -> str:
    """The last suffix of a file's name, that of its compression aside."""
    return without_suffix(file.inner).suffix.removeprefix(".")


def _are_sides(suffixes: list[str]) -> bool:
    if set(map(str.lower, suffixes)) in SIDE_NAMES:
        return True
    languages = [name_language(suffix) for suffix in suffixes]
    return all(languages) and languages[0] != languages[1]


def find_split(name: str) -> str:
    """`train`, `held out`, or nothing, by the whole name of a file without its number, or of a folder."""
    path = PurePosixPath(name)
    stem = path.name.split(".")[0]
    match = SHARD.fullmatch(stem)
    words = {part.lower() for part in (*path.parts[:-1], stem, match["name"] if match else stem)}
    if words & TRAIN_SPLITS:
        return "train"
    return "held out" if words & HELD_OUT_SPLITS else ""
