"""Translations of program messages: gettext `.po` files, one unit a translated form.

The language is the header's `Language`, else the folder above LC_MESSAGES (`locale/pt_BR/LC_MESSAGES/django.po`), else
the name of the file where it is unmistakable (`pt_BR.po`).
"""

import re
from collections.abc import Iterator

import polib

from emma.collect.config import SourceConfig
from emma.collect.messages import says_nothing
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit

LANGUAGE = re.compile(r'^(?:msgstr )?"Language:[ \t]*([\w.@+-]+)', re.MULTILINE)
"""The field of the header."""


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """Every translation, under its message's line plus its plural form."""
    content = file.text()
    if isinstance(content, Bad):
        yield content
        return
    try:
        messages = polib.pofile(content)
    except (OSError, ValueError) as error:
        yield Bad(0, "broken gettext", str(error), content.encode())
        return
    code = stated(content)
    for entry in messages:
        for form, text in enumerate([entry.msgstr, *(entry.msgstr_plural or {}).values()]):
            if text:
                yield _message(entry, (entry.linenum or 1) + form, text, code)


def stated(content: str) -> str:
    """The language that the header names; empty where it has none, or the template's placeholder."""
    header = content.split("\n\n", 1)[0]
    found = LANGUAGE.search(header)
    return "" if found is None or found[1] == "LANGUAGE" else found[1]


def _message(entry: polib.POEntry, row: int, text: str, code: str) -> Unit | Bad:
    """A translated form; one that no program shows, or nobody checked, is a Bad. Missing ones are no rows."""
    if entry.obsolete or entry.fuzzy:
        return Bad(row, "obsolete message" if entry.obsolete else "fuzzy translation", raw=text.encode())
    if text.strip() and says_nothing(text):
        return Bad(row, "only placeholders", raw=text.encode())
    return Unit(row, text, code)
