"""Messages of Android programs: `strings.xml` in a folder that names the language (`values-zh-rTW/strings.xml`).

A unit is a string, a form of a plural or an item of an array. The folder without a language is called `values`; what
it is written in only the source's `codes` can say: `{values = "en"}`.
"""

import re
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.messages import says_nothing
from emma.collect.formats.xml_events import End, Records, Start, Text, events
from emma.collect.records import RawDocument, Reject

HOLDERS = ("string", "plurals", "string-array")
RECORDS = Records(frozenset({*HOLDERS, "item"}), flat=True, counted="string|item")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))|\"|[ \t\r\n]+", re.DOTALL)
LETTERS = {"n": "\n", "t": "\t"}


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The messages, in order. Those that translators have not finished and references to others are Reject."""
    facts: dict[str, str] | None = None
    row, runs, size, lost = 0, list[str](), 0, False
    for event in events(file, RECORDS):
        match event:
            case Reject():
                row, lost = row + 1, True
                yield event
            case Text(text):
                size += len(text)
                if size <= file.max_row_bytes:
                    runs.append(text)
            case Start(name, attributes) if name in HOLDERS or name == "item":
                facts = attributes if name in HOLDERS else facts
                runs, size, lost = [], 0, False
            case End("string" | "item") if facts is not None and not lost:
                row += 1
                too_long = size > file.max_row_bytes
                yield Reject(row, "row too long") if too_long else _message(row, unescaped("".join(runs)), facts)
        if isinstance(event, End) and event.name in HOLDERS:
            facts = None


def unescaped(text: str) -> str:
    """What a program shows: white space is one space unless quoted, backslashes are resolved."""
    quoted = False

    def plain(match: re.Match[str]) -> str:
        nonlocal quoted
        if match[1] or match[2]:
            return chr(int(match[1], 16)) if match[1] else LETTERS.get(match[2], match[2])
        if match[0] == '"':
            quoted = not quoted
            return ""
        return match[0] if quoted else " "

    return ESCAPE.sub(plain, text.strip())


def _message(row: int, text: str, facts: dict[str, str]) -> RawDocument | Reject:
    raw = text.encode("utf-8", "surrogatepass")
    if facts.get("translatable") == "false" or text.startswith(("@string/", "@android:")):
        return Reject(row, "not for translation", f"message '{facts.get('name')}'", raw)
    if facts.get("fuzzy") == "true":
        return Reject(row, "fuzzy translation", f"message '{facts.get('name')}'", raw)
    if text.strip() and says_nothing(text):
        return Reject(row, "only placeholders", f"message '{facts.get('name')}'", raw)
    return RawDocument(row, text)
