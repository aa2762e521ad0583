"""Reader of translations of program messages in gettext `.po` files: a document a translated form.

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
from emma.collect.readers.messages import has_only_parameters
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

LANGUAGE = re.compile(r"^Language:[ \t]*([\w.@+-]+)", re.MULTILINE)
"""The header's field with the language."""


@reader(
    purpose="translations of program messages (gettext): a document a translated form, without fuzzy and obsolete ones",
    language="The header's `Language`, else the folder above LC_MESSAGES, else an unmistakable name (pt_BR.po).",
    suffixes=(".po", ".pot"),
    metadata={"msgid": "the text that is translated", "msgctxt": "its context, if it has one"},
    example="""\
path = "locale/**/*.po"
""",
)
def read_gettext(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read every translation, under its message's line plus its plural form; a broken message costs only itself."""
    stated = file.encoding if source.encoding else None
    content = file.read_bytes()
    lines = content if isinstance(content, Reject) else decode_lines(content, stated)
    if isinstance(lines, Reject):
        yield lines
        return
    code = ""
    seen: set[po.Key] = set()
    plurals: int | None = None
    for block in po.split_blocks(lines):
        message = po.parse_message(block)
        if isinstance(message, Reject):
            yield message
        elif message and message.key == (None, "") and not seen:  # the header: the first message, without a text
            plurals, code = po.read_plural_count(message.forms[0]), header_language(message.forms[0])
            seen.add(message.key)
        elif message:
            yield from _read_forms(message, code, block, seen, plurals)


def header_language(header: str) -> str:
    """The language that a header names; empty where it names none, or has the template's placeholder `LANGUAGE`."""
    match = LANGUAGE.search(header)
    return "" if match is None or match[1] == "LANGUAGE" else match[1]


def _read_forms(
    message: po.Message, code: str, block: Sequence[po.NumberedLine], seen: set[po.Key], plurals: int | None
) -> Iterator[RawDocument | Reject]:
    """The translated forms of a message, or one reject for all of them if the message is there again."""
    forms = [(form, text) for form, text in enumerate(message.forms) if text]
    if message.key in seen and forms and not message.is_obsolete:
        yield po.reject_block(block, Reject(0, "message twice", "the first is kept"))
        return
    for form, text in forms:
        if plurals is not None and form >= max(1, plurals):
            why = f"plural form {form + 1}, but the header states {plurals}"
            yield Reject(message.row + form, "broken gettext", why, text.encode())
        else:
            yield _read_form(message, message.row + form, text, code)
    # a message that no program shows does not make the next one with its text a repetition
    if forms and not (message.is_obsolete or message.is_fuzzy):
        seen.add(message.key)


def _read_form(message: po.Message, row: int, text: str, code: str) -> RawDocument | Reject:
    """The document of a translated form; a form that no program shows, or nobody checked, is rejected."""
    if message.is_obsolete or message.is_fuzzy:
        return Reject(row, "obsolete message" if message.is_obsolete else "fuzzy translation", raw=text.encode())
    if text.strip() and has_only_parameters(text):
        return Reject(row, "only placeholders", raw=text.encode())
    return RawDocument(row, text, code, meta={"msgid": message.key[1], "msgctxt": message.key[0]})


def decode_lines(data: bytes, stated: str | None) -> list[po.NumberedLine] | Reject:
    """The lines of a file in the encoding that the source states, else its header, else UTF-8; a reject if it is wrong.

    Lines whose bytes are not in that encoding are rejects among the others.
    """
    named = stated or po.read_charset(data) or "utf-8"
    if not po.is_known_encoding(named):
        return reject_file(data, f"'{named}', which the header says, is none")
    # a code page reads any bytes, UTF-8 too, and makes mojibake of them
    if not stated and not po.is_utf8_name(named) and not data.isascii() and not isinstance(decode(data, 0), Reject):
        return reject_file(data, f"the header says '{named}', but the bytes are UTF-8")
    data = data.removeprefix(codecs.BOM_UTF8)
    encoding = None if po.is_utf8_name(named) else named
    text = decode(data, 0, encoding)
    if isinstance(text, str):
        return list(enumerate(text.split("\n"), 1))
    # line by line, so that bytes in the wrong encoding cost their message and not the file
    return [(row, decode(line, row, encoding)) for row, line in enumerate(data.split(b"\n"), 1)]


def reject_file(data: bytes, why: str) -> Reject:
    """The reject of a file whose encoding is not the one that its header states."""
    messages = len(re.findall(rb"^msgstr", data, re.MULTILINE))
    return Reject(0, "wrong charset", f"{why}; set `encoding` of the source", data, max(1, messages), len(data))
