"""The language of a file's texts by the recipe and the file's name.

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

from emma.collect.config import PAIR_READER, SourceConfig
from emma.collect.files.compression import without_suffix
from emma.collect.formats.text_builder import split_names
from emma.errors import LanguageError
from emma.lang.cldr import has_name, has_two_letters, is_short
from emma.lang.codes import find_language, resolve
from emma.lang.language import Lang
from emma.lang.macro import macrolanguage_of
from emma.lang.reading import is_encoding, read_code
from emma.lang.tables import WIKI, Scheme

ANDROID = r"values(?:-mcc\d+)?(?:-mnc\d+)?-(b\+\w+(?:\+\w+)*|(?!car(?:-|/))[a-z]{2,3}(?:-r[A-Z]{2})?)(?:-[^/]+)?"
"""Qualifiers of a folder, the language after the network's; `car` is the car's screen there."""

FIXED_PLACES: Mapping[str, tuple[str, ...]] = {
    "android": (rf"(?:^|/){ANDROID}/[^/]+$", r"(?:^|/)(values)(?:-[^/]+)?/[^/]+$"),
    "conllu": (r"(?:^|/)([a-z]{2,3})_[a-z\d]+-s?ud-[^/]+$",),
    "gettext": (r"(?:^|/)([^/]+)/LC_MESSAGES/[^/]+$",),
}
"""Patterns of names, by reader, for formats that fix the place of the language."""

NAMED_READERS = frozenset({*FIXED_PLACES, "markdown", "mediawiki_json", "messages_json", "storybook", "text", "usfx"})
"""Readers of formats whose files are often named after their language."""

MESSAGE_READERS = frozenset({"android", "gettext", "mediawiki_json", "messages_json"})
"""Readers of one language a file, where `pt-br` is Brazil's Portuguese and no pair with Breton."""

CODE_SHAPE = re.compile(r"[a-z]{2}|[a-z]{2}[-_@]\w+([-_@]\w+)*|[a-z]{3}[-_][A-Za-z]{4}([-_]\w+)*")
PAIR_SHAPE = re.compile(r"[a-z]{2}[-_][a-z]{2}")
THREE_LETTERS = re.compile(r"[a-z]{3}")
COMMON_WORDS = frozenset(
    split_names("arg cat cos div fin her ind lit mar may mon nav per que run sin src sun tel ton vol")
)
"""Three letters of such languages that names of files have for other reasons: months, runs, volumes."""


@dataclass(frozen=True)
class FileLanguage:
    """The code of a file's language by recipe or name, or why there is none."""

    code: str = ""
    stated: bool = False
    """Whether it is by the recipe's `lang_from`, which outranks what the texts say."""
    why: str = ""
    """Why there is no code, where there is none, and what to do."""


@lru_cache(maxsize=4096)
def weigh_codes(code: str, by_name: FileLanguage, scheme: Scheme) -> str:
    """Choose the code of a text: by `lang_from`, else as the text says, else by the file's name.

    Where text and name say one language and only the name says its script (`Language: sr` in sr@latin.po), by the name.
    """
    if by_name.stated or not code:
        return by_name.code or code
    try:
        is_same = find_language(code, scheme)[0] == find_language(by_name.code, scheme)[0]
        says_more = read_code(by_name.code, scheme).script and not read_code(code, scheme).script
    except LanguageError:
        return code
    return by_name.code if is_same and says_more else code


def expected_language(name: str, source: SourceConfig, code: str = "") -> Lang | None:
    """The language that a file should be in before its text is read; None where nothing says it, or no language.

    By the recipe, else by `code`, what the content says of itself, else by the file's name.
    """
    by_name = read_name(name, source)
    code = by_name.code if by_name.stated else code or by_name.code
    stated = source.lang or source.codes.get(code)
    try:
        return resolve(stated or code, scheme="any" if stated else source.scheme).lang
    except LanguageError:
        return None


def read_names(name: str, beside: Sequence[str], source: SourceConfig) -> tuple[FileLanguage, FileLanguage]:
    """Read the languages of both sides of a file's texts off its name and those of the files beside it."""
    if source.reader == PAIR_READER and beside:
        return read_pair_names(name, beside[0], source)
    return read_name(name, source), FileLanguage()


def read_name(name: str, source: SourceConfig) -> FileLanguage:
    """Read the language of a file off its name, relative to the source's folder."""
    if source.lang_from is not None:
        match = re.search(source.lang_from, name)
        if match and match[1]:
            return FileLanguage(match[1], stated=True)
        return FileLanguage(why=f"`lang_from` ({source.lang_from}) does not match '{name}', and the text names none")
    path = without_suffix(name)
    if fixed := _find_fixed(path, source.reader):
        return FileLanguage(fixed)
    codes = list(_find_unmistakable(path, source)) if source.reader in NAMED_READERS else []
    # Several parts that name one language agree (`swh/sw.txt`); two languages cancel each other.
    if len({_macrolanguage(code, source) for code in codes}) == 1 and not _is_doubted(path, codes[0], source):
        return FileLanguage(codes[0])
    return FileLanguage(why=_advise(path, source))


def read_pair_names(name: str, other: str, source: SourceConfig) -> tuple[FileLanguage, FileLanguage]:
    """Read the languages of two files of translations: by `lang_from` in each name, else by their last suffixes.

    A suffix of three letters counts where a part of the path names the pair (`en-dag.dag`), or where it is short for a
    language that has two letters too (`eng`, `swh`).
    """
    first, second = read_name(name, source), read_name(other, source)
    if source.lang_from is None:
        codes = [without_suffix(file).suffix.removeprefix(".") for file in (name, other)]
        if all(_is_side(code, codes, name, source) for code in codes):
            return FileLanguage(codes[0]), FileLanguage(codes[1])
        why = f"'{' and '.join(codes)}', the suffixes of {name} and {other}, are no two languages that are known"
    elif first.code != second.code or not first.code or source.lang2 is not None or source.lang is not None:
        return first, second
    else:
        why = f"`lang_from` ({source.lang_from}) is '{first.code}' in the names of both {name} and {other}"
    refused = FileLanguage(why=f"{why}; set `lang` and `lang2` of the source, in the order of the files")
    return refused, refused


def _find_fixed(path: PurePosixPath, reader: str) -> str:
    matches = (re.search(pattern, str(path)) for pattern in FIXED_PLACES.get(reader, ()))
    return next((match[1] for match in matches if match), "")


def _find_unmistakable(path: PurePosixPath, source: SourceConfig) -> Iterator[str]:
    """Parts of the path that can only be a language."""
    stem, *suffixes = path.name.split(".")
    suffixes = [suffix for suffix in suffixes if not _is_encoding(suffix)]
    for part in (*path.parts[:-1], stem, *suffixes[-2:-1]):
        pair = PAIR_SHAPE.fullmatch(part) and source.reader not in MESSAGE_READERS and _find_iso(part[3:], source)
        known = CODE_SHAPE.fullmatch(part) or part in WIKI or _is_short(part, source)
        if part in source.codes or (known and not pair and _find_iso(part, source)):
            yield part


def _is_short(part: str, source: SourceConfig) -> bool:
    """Whether three letters are most likely a language: one of ISO 639-1, and no word that files are called."""
    return bool(THREE_LETTERS.fullmatch(part)) and part not in COMMON_WORDS and is_short(part, _find_iso(part, source))


def _has_two_letters(iso: str) -> bool:
    return bool(iso) and has_two_letters(iso)


def _is_encoding(part: str) -> bool:
    """Whether a part of a name is one of a character encoding, as in `news.fi.cp1252.txt`."""
    return len(part) > 3 and is_encoding(part)


def _is_doubted(path: PurePosixPath, code: str, source: SourceConfig) -> bool:
    """Whether the folder is called by another language: `swh/en.txt` is not likely to be English."""
    folder = path.parent.name
    other = _find_iso(folder, source) if re.fullmatch(r"[a-z]{3}", folder) else ""
    return bool(other) and has_name(other) and _macrolanguage(folder, source) != _macrolanguage(code, source)


def _is_side(code: str, both: list[str], name: str, source: SourceConfig) -> bool:
    if code in source.codes or (CODE_SHAPE.fullmatch(code) and _find_iso(code, source)):
        return True
    iso = _find_iso(code, source) if re.fullmatch(r"[a-z]{3}", code) else ""
    pairs = (f"{one}{sign}{two}" for one, two in (both, both[::-1]) for sign in "-_")
    return bool(iso) and (_has_two_letters(iso) or any(pair in re.split(r"[/.]", name) for pair in pairs))


def _find_iso(code: str, source: SourceConfig) -> str:
    """The language that a part of a name would be; empty if none. A recipe's `name` scheme is for columns."""
    try:
        return find_language(
            source.codes.get(code, code), "any" if source.scheme in ("name", "flores") else source.scheme
        )[0]
    except LanguageError:
        return ""


def _macrolanguage(code: str, source: SourceConfig) -> str:
    """The language or, so that `swh/sw.txt` is of one, its macrolanguage."""
    iso = _find_iso(code, source)
    return macrolanguage_of(iso) or iso


def _advise(path: PurePosixPath, source: SourceConfig) -> str:
    """Advise what to write in the recipe, with the pattern for the likeliest part of this path."""
    advice = "the text names no language"
    if source.reader in NAMED_READERS:
        advice += f", and neither does the name '{path}' beyond doubt"
    if ".epub/" in str(path):
        return f"{advice}; use the reader 'epub', without `member`, which takes the language of the book"
    places = [(code, pattern) for code, pattern in _find_places(path) if _find_iso(code, source)]
    # Codes of languages that CLDR names come first: others are more likely words.
    places.sort(key=lambda place: not has_name(_find_iso(place[0], source)))
    shown = f", such as lang_from = '{places[0][1]}', which is '{places[0][0]}' here" if places else ""
    return f"{advice}; set `lang` of the source, or name the field or `lang_from` that holds it{shown}"


def _find_places(path: PurePosixPath) -> Iterator[tuple[str, str]]:
    """Parts of a path that may be a language, with the pattern of each: folders, the nearest first, then the name's."""
    for depth, folder in enumerate(reversed(path.parts[:-1])):
        if re.fullmatch(r"[a-z]{2,3}([-_]\w+)*", folder):
            yield folder, rf"([^/]+){'/[^/]+' * (depth + 1)}$"
    stem, *suffixes = path.name.split(".")
    for part, pattern in (
        (stem, r"([^/.]+)\.[^/]*$"),
        *((suffix, rf"\.([^/.]+){re.escape(path.suffix)}") for suffix in suffixes[-2:-1]),
        (re.split("[-_]", stem)[0], r"([a-z]+)[-_][^/]*$"),
    ):
        if re.fullmatch(r"[a-z]{2,3}([-_]\w+)*", part):
            yield part, pattern
