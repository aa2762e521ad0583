"""Doubts about languages that are known: codes that may mean another one, and names of files that say another one."""

from pathlib import PurePosixPath

from emma.lang.language import Lang
from emma.lang.macro import macrolanguage_of
from emma.lang.oddities import find_oddities
from emma.pipeline.draft.names import find_language_words
from emma.pipeline.draft.sources import DraftSource

MAX_ODD = 6
"""Codes, or files, that are worth a look, shown at most."""
ODD = ("a language of", "nobody")
"""Beginnings of the oddities that are shown: a macrolanguage, or a language of the past, is nothing to decide here."""


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
        named = find_language_words(PurePosixPath(file).name)
        lang = Lang.parse(label)
        for word, iso in named.items() if len(named) == 1 else ():
            if not is_same(iso, lang.iso639_3):
                told.append(f"{file} is called after {word}, and says of itself that it is {code} ({lang.name})")
    if told:
        more = f" So are {len(told) - MAX_ODD} more." if len(told) > MAX_ODD else ""
        source.doubt("codes", f"{'; '.join(told[:MAX_ODD])}.{more} Where the name is right, say so: {{code = label}}.")


def is_same(one: str, two: str) -> bool:
    """Whether two languages (ISO 639-3) are one, or one is the macrolanguage of the other, or both have the same."""
    return one == two or bool({one, macrolanguage_of(one)} & {two, macrolanguage_of(two)} - {""})
