"""Doubts about languages that are known: codes that may mean another one, and names of files that say another one."""

import re

from emma.errors import LanguageError
from emma.lang.cldr import has_name
from emma.lang.codes import find_language
from emma.lang.language import Lang
from emma.lang.macro import macrolanguage_of
from emma.lang.oddities import find_oddities
from emma.pipeline.draft.sources import DraftSource

MAX_ODD = 6
"""Codes, or files, that are worth a look, shown at most."""
ODD = ("a language of", "nobody")
"""Beginnings of the oddities that are shown: a macrolanguage, or a language of the past, is nothing to decide here."""
MIN_NAME_CHARS, MAX_WORDS = 5, 3
"""Letters of a word in a file's name that is taken for a language's name, since shorter ones are other words too; and
words of a name that has one, since longer ones are titles."""


def doubt_codes(source: DraftSource) -> None:
    """Note codes that are likely to mean another language than ISO 639 says."""
    pairs = {(row.code, row.lang) for row in source.sample.named} | {
        (row.code2, row.lang2) for row in source.sample.named if row.lang2
    }
    languages = {Lang.parse(label).iso639_3 for _, label in pairs}
    odd = []
    for code, label in sorted(pairs):
        reasons = list(find_oddities(code, Lang.parse(label), languages))
        if reasons and reasons[0].startswith(ODD):
            odd.append(f"{code or label} is read as {label} ({Lang.parse(label).name}): {reasons[0]}")
    if odd:
        more = f" And {len(odd) - MAX_ODD} more: `emma lang lint` lists them." if len(odd) > MAX_ODD else ""
        source.doubt("codes", f"Worth a look: {'; '.join(odd[:MAX_ODD])}.{more}")
    if source.config.reader == "android" and "values" in source.sample.unknown:
        source.doubt(
            "codes", "Folders called `values` hold the original: if it is English, codes = {values = 'eng_Latn'}."
        )
    if unknown := [code for code, _ in source.sample.unknown.most_common(MAX_ODD) if code]:
        source.doubt("codes", f"These are no languages that are known: {', '.join(unknown)}; their texts are rejected.")


def doubt_names(source: DraftSource) -> None:
    """Note files that are called after another language than they say of themselves."""
    labels: dict[str, tuple[str, str]] = {}
    for row in source.sample.named:
        if row.code and not row.lang2:
            labels.setdefault(row.file, (row.code, row.lang))
    told = []
    for file, (code, label) in sorted(labels.items()):
        if (name := find_named(file)) and not is_same(find_language(name, "name")[0], Lang.parse(label).iso639_3):
            told.append(
                f"{file} is called after {name}, and says of itself that it is {code} ({Lang.parse(label).name})"
            )
    if told:
        more = f" So are {len(told) - MAX_ODD} more." if len(told) > MAX_ODD else ""
        source.doubt("codes", f"{'; '.join(told[:MAX_ODD])}.{more} Where the name is right, say so: {{code = label}}.")


def find_named(file: str) -> str:
    """The one word in a file's own name that is the English name of a language; empty where there is none."""
    words = list(filter(None, re.split(r"[\W\d_]+", file.rsplit("/", 1)[-1].split(".", maxsplit=1)[0])))
    if len(words) > MAX_WORDS:
        return ""
    # in a title of small words a language's name is a word of another language: `rangi` is colour in Swahili
    likely = [word for word in words if len(word) >= MIN_NAME_CHARS and (word.istitle() or len(words) == 1)]
    named = [word for word in likely if _is_name(word)]
    return named[0] if len(named) == 1 else ""


def _is_name(word: str) -> bool:
    try:
        return has_name(find_language(word, "name")[0])
    except LanguageError:
        return False


def is_same(one: str, two: str) -> bool:
    """Whether two languages (ISO 639-3) are one, or one is the macrolanguage of the other, or both have the same."""
    return one == two or bool({one, macrolanguage_of(one)} & {two, macrolanguage_of(two)} - {""})
