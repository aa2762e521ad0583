"""What the recipe and a file's name say of the language of its texts.

The order of witnesses: the recipe (`lang`, `lang_from`), then the content, then the name. A name counts where its
format fixes the place of the language (`sw/LC_MESSAGES/`, `values-sw/`), else as a whole part of the path or a suffix
that is unmistakable: two letters, with a script or region, or three that are short for a language that has two as well
(`swh`, `ewe`). Other three letters alone are no witness, since nearly half of all such words are codes (`dev`, `raw`,
`all`, `new`): they are refused, with the `lang_from` that would take them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from emma.collect.config import SourceConfig
from emma.collect.files.compression import without_suffix
from emma.collect.formats.text_builder import split_names
from emma.errors import LanguageError
from emma.lang.cldr import has_name, has_two_letters, is_short
from emma.lang.codes import find_language
from emma.lang.macro import macrolanguage_of
from emma.lang.reading import is_encoding, read_code
from emma.lang.tables import WIKI, Scheme

ANDROID = r"values(?:-mcc\d+)?(?:-mnc\d+)?-(b\+\w+(?:\+\w+)*|(?!car(?:-|/))[a-z]{2,3}(?:-r[A-Z]{2})?)(?:-[^/]+)?"
"""Qualifiers of a folder, the language after the network's; `car` is the car's screen there."""

FIXED: Mapping[str, tuple[str, ...]] = {
    "android": (rf"(?:^|/){ANDROID}/[^/]+$", r"(?:^|/)(values)(?:-[^/]+)?/[^/]+$"),
    "conllu": (r"(?:^|/)([a-z]{2,3})_[a-z\d]+-s?ud-[^/]+$",),
    "gettext": (r"(?:^|/)([^/]+)/LC_MESSAGES/[^/]+$",),
}
"""By reader, where names have the language and nothing else."""

NAMED = frozenset({*FIXED, "markdown", "mediawiki_json", "messages_json", "storybook", "text", "usfx"})
"""Readers of formats whose files are often named after their language."""

MESSAGES = frozenset({"android", "gettext", "mediawiki_json", "messages_json"})
"""Readers of one language a file, where `pt-br` is Brazil's Portuguese and no pair with Breton."""

PAIRS = "moses"
"""The reader of two files that differ in their last suffix, a language each."""

SHAPE = re.compile(r"[a-z]{2}|[a-z]{2}[-_@]\w+([-_@]\w+)*|[a-z]{3}[-_][A-Za-z]{4}([-_]\w+)*")
PAIR = re.compile(r"[a-z]{2}[-_][a-z]{2}")
SHORT = re.compile(r"[a-z]{3}")
WORDS = frozenset(split_names("arg cat cos div fin her ind lit mar may mon nav per que run sin src sun tel ton vol"))
"""Three letters of such languages that names of files have for other reasons: months, runs, volumes."""


@dataclass(frozen=True)
class Told:
    """What is told of the language of a file's texts."""

    code: str = ""
    stated: bool = False
    """By the recipe's `lang_from`, which outranks what the texts say."""
    why: str = ""
    """Where there is no code: why, and what to do."""


@lru_cache(maxsize=4096)
def weigh(code: str, told: Told, scheme: Scheme) -> str:
    """What a text's language is called: by `lang_from`, else as the text says, else by the file's name.

    Where text and name say one language and only the name says its script (`Language: sr` in sr@latin.po), by the name.
    """
    if told.stated or not code:
        return told.code or code
    try:
        by_text, by_name = read_code(code, scheme), read_code(told.code, scheme)
        same = find_language(code, scheme)[0] == find_language(told.code, scheme)[0]
    except LanguageError:
        return code
    return told.code if same and by_name.script and not by_text.script else code


def told_of(name: str, beside: Sequence[str], source: SourceConfig) -> tuple[Told, Told]:
    """What is told of both sides of a file's texts, by its name and those of the files beside it."""
    if source.reader == PAIRS and beside:
        return told_of_pair(name, beside[0], source)
    return told(name, source), Told()


def told(name: str, source: SourceConfig) -> Told:
    """What is told of a file of this name, relative to the source's folder."""
    if source.lang_from is not None:
        match = re.search(source.lang_from, name)
        if match and match[1]:
            return Told(match[1], stated=True)
        return Told(why=f"`lang_from` ({source.lang_from}) does not match '{name}', and the text names none")
    path = without_suffix(name)
    if fixed := _fixed(path, source.reader):
        return Told(fixed)
    codes = list(_unmistakable(path, source)) if source.reader in NAMED else []
    if len({_whole(code, source) for code in codes}) == 1 and not _doubted(path, codes[0], source):
        return Told(codes[0])
    return Told(why=_advice(path, source))


def told_of_pair(name: str, other: str, source: SourceConfig) -> tuple[Told, Told]:
    """What is told of two files of translations: by `lang_from` in the name of each, else by their last suffixes.

    A suffix of three letters counts where a part of the path names the pair (`en-dag.dag`), or where it is short for a
    language that has two letters too (`eng`, `swh`).
    """
    first, second = told(name, source), told(other, source)
    if source.lang_from is None:
        codes = [without_suffix(each).suffix.removeprefix(".") for each in (name, other)]
        if all(_is_side(code, codes, name, source) for code in codes):
            return Told(codes[0]), Told(codes[1])
        why = f"'{' and '.join(codes)}', the suffixes of {name} and {other}, are no two languages that are known"
    elif first.code != second.code or not first.code or source.lang2 is not None or source.lang is not None:
        return first, second
    else:
        why = f"`lang_from` ({source.lang_from}) is '{first.code}' in the names of both {name} and {other}"
    refused = Told(why=f"{why}; set `lang` and `lang2` of the source, in the order of the files")
    return refused, refused


def _fixed(path: PurePosixPath, reader: str) -> str:
    matches = (re.search(pattern, str(path)) for pattern in FIXED.get(reader, ()))
    return next((match[1] for match in matches if match), "")


def _unmistakable(path: PurePosixPath, source: SourceConfig) -> Iterator[str]:
    """Parts of the path that can only be a language."""
    stem, *suffixes = path.name.split(".")
    suffixes = [each for each in suffixes if not _is_encoding(each)]
    for part in (*path.parts[:-1], stem, *suffixes[-2:-1]):
        pair = PAIR.fullmatch(part) and source.reader not in MESSAGES and _meaning(part[3:], source)
        known = SHAPE.fullmatch(part) or part in WIKI or _is_short(part, source)
        if part in source.codes or (known and not pair and _meaning(part, source)):
            yield part


def _is_short(part: str, source: SourceConfig) -> bool:
    """Whether three letters are most likely a language: one of ISO 639-1, and no word that files are called."""
    return bool(SHORT.fullmatch(part)) and part not in WORDS and is_short(part, _meaning(part, source))


def _has_two_letters(iso: str) -> bool:
    return bool(iso) and has_two_letters(iso)


def _is_encoding(part: str) -> bool:
    """Whether a part of a name is one of a character encoding, as in `news.fi.cp1252.txt`."""
    return len(part) > 3 and is_encoding(part)


def _doubted(path: PurePosixPath, code: str, source: SourceConfig) -> bool:
    """Whether the folder is called by another language: `swh/en.txt` is not likely to be English."""
    folder = path.parent.name
    other = _meaning(folder, source) if re.fullmatch(r"[a-z]{3}", folder) else ""
    return bool(other) and has_name(other) and _whole(folder, source) != _whole(code, source)


def _is_side(code: str, both: list[str], name: str, source: SourceConfig) -> bool:
    if code in source.codes or (SHAPE.fullmatch(code) and _meaning(code, source)):
        return True
    iso = _meaning(code, source) if re.fullmatch(r"[a-z]{3}", code) else ""
    pairs = (f"{one}{sign}{two}" for one, two in (both, both[::-1]) for sign in "-_")
    return bool(iso) and (_has_two_letters(iso) or any(pair in re.split(r"[/.]", name) for pair in pairs))


def _meaning(code: str, source: SourceConfig) -> str:
    """The language that a part of a name would be; empty if none. A recipe's `name` scheme is for columns."""
    try:
        return find_language(
            source.codes.get(code, code), "any" if source.scheme in ("name", "flores") else source.scheme
        )[0]
    except LanguageError:
        return ""


def _whole(code: str, source: SourceConfig) -> str:
    """The language or, so that `swh/sw.txt` is of one, its macrolanguage."""
    iso = _meaning(code, source)
    return macrolanguage_of(iso) or iso


def _advice(path: PurePosixPath, source: SourceConfig) -> str:
    """What to write in the recipe, with the pattern for the likeliest part of this path."""
    said = "the text names no language"
    if source.reader in NAMED:
        said += f", and neither does the name '{path}' beyond doubt"
    if ".epub/" in str(path):
        return f"{said}; use the reader 'epub', without `member`, which takes the language of the book"
    found = [(code, pattern) for code, pattern in _places(path) if _meaning(code, source)]
    found.sort(key=lambda each: not has_name(_meaning(each[0], source)))
    shown = f", such as lang_from = '{found[0][1]}', which is '{found[0][0]}' here" if found else ""
    return f"{said}; set `lang` of the source, or name the field or `lang_from` that holds it{shown}"


def _places(path: PurePosixPath) -> Iterator[tuple[str, str]]:
    """Parts of a path that may be a language, with the pattern of each: folders, the nearest first, then the name's."""
    for depth, folder in enumerate(reversed(path.parts[:-1])):
        if re.fullmatch(r"[a-z]{2,3}([-_]\w+)*", folder):
            yield folder, rf"([^/]+){'/[^/]+' * (depth + 1)}$"
    stem, *suffixes = path.name.split(".")
    for part, pattern in (
        (stem, r"([^/.]+)\.[^/]*$"),
        *((each, rf"\.([^/.]+){re.escape(path.suffix)}") for each in suffixes[-2:-1]),
        (re.split("[-_]", stem)[0], r"([a-z]+)[-_][^/]*$"),
    ):
        if re.fullmatch(r"[a-z]{2,3}([-_]\w+)*", part):
            yield part, pattern
