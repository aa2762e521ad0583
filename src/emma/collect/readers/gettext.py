"""Translations of program messages: gettext `.po` files, one unit a translated form.

The language is the header's `Language`, else the folder above LC_MESSAGES (`locale/pt_BR/LC_MESSAGES/django.po`), else
the name of the file where it is unmistakable (`pt_BR.po`). The encoding is the one that the source declares, else what
the header calls `charset`, else UTF-8.
"""

import codecs
import re
from collections.abc import Iterator, Sequence

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile, decode
from emma.collect.formats import po
from emma.collect.readers.messages import says_nothing
from emma.collect.records import RawDocument, Reject

LANGUAGE = re.compile(r"^Language:[ \t]*([\w.@+-]+)", re.MULTILINE)
"""The field of the header."""


def read_gettext(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Every translation, under its message's line plus its plural form; a broken message costs itself."""
    code = ""
    content = file.read_bytes()
    lines = content if isinstance(content, Reject) else decoded(content, file.encoding if source.encoding else None)
    if isinstance(lines, Reject):
        yield lines
        return
    seen: set[po.Key] = set()
    plurals: int | None = None
    for block in po.blocks(lines):
        message = po.message(block)
        if isinstance(message, Reject):
            yield message
        elif message and message.key == (None, "") and not seen:
            plurals, code = po.plurals(message.forms[0]), stated(message.forms[0])
            seen.add(message.key)
        elif message:
            yield from _forms(message, code, block, seen, plurals)


def stated(header: str) -> str:
    """The language that a header names; empty where it has none, or the template's placeholder."""
    found = LANGUAGE.search(header)
    return "" if found is None or found[1] == "LANGUAGE" else found[1]


def _forms(
    message: po.Message, code: str, block: Sequence[po.Numbered], seen: set[po.Key], plurals: int | None
) -> Iterator[RawDocument | Reject]:
    """The forms that are translated; of a message that is there again, a reject for all of them."""
    forms = [(form, text) for form, text in enumerate(message.forms) if text]
    if message.key in seen and forms and not message.is_obsolete:
        yield po.lost(block, Reject(0, "message twice", "the first is kept"))
        return
    for form, text in forms:
        if plurals is not None and form >= max(1, plurals):
            why = f"plural form {form + 1}, but the header states {plurals}"
            yield Reject(message.row + form, "broken gettext", why, text.encode())
        else:
            yield _unit(message, message.row + form, text, code)
    if forms and not (message.is_obsolete or message.is_fuzzy):
        seen.add(message.key)


def _unit(message: po.Message, row: int, text: str, code: str) -> RawDocument | Reject:
    """A translated form; one that no program shows, or nobody checked, is a reject. Missing ones are no rows."""
    if message.is_obsolete or message.is_fuzzy:
        return Reject(row, "obsolete message" if message.is_obsolete else "fuzzy translation", raw=text.encode())
    if text.strip() and says_nothing(text):
        return Reject(row, "only placeholders", raw=text.encode())
    return RawDocument(row, text, code)


def decoded(data: bytes, stated: str | None) -> list[po.Numbered] | Reject:
    """The lines of a file in the encoding that the source states, else its header, else UTF-8."""
    named = stated or po.charset(data) or "utf-8"
    if not po.is_known(named):
        return refused(data, f"'{named}', which the header says, is none")
    if not stated and not po.is_utf8(named) and not data.isascii() and not isinstance(decode(data, 0), Reject):
        return refused(data, f"the header says '{named}', but the bytes are UTF-8")
    data = data.removeprefix(codecs.BOM_UTF8)
    encoding = None if po.is_utf8(named) else named
    whole = decode(data, 0, encoding)
    if isinstance(whole, str):
        return list(enumerate(whole.split("\n"), 1))
    return [(row, decode(line, row, encoding)) for row, line in enumerate(data.split(b"\n"), 1)]


def refused(data: bytes, why: str) -> Reject:
    """A reject for a whole file whose encoding is not what it says."""
    messages = len(re.findall(rb"^msgstr", data, re.MULTILINE))
    return Reject(0, "wrong charset", f"{why}; set `encoding` of the source", data, max(1, messages), len(data))
