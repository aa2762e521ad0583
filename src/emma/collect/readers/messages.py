"""Messages of program interfaces: Android, MediaWiki, and nested JSON as Flutter and OpenStreetMap's iD have it."""

import re
from collections.abc import Iterator
from contextlib import suppress

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile, decode
from emma.collect.formats.json_text import BrokenJSON, Reading, opened
from emma.collect.formats.xml_events import End, Records, Start, Text, events
from emma.collect.records import RawDocument, Reject

PARAMETER = re.compile(r"\$\d+|%(?:\d+\$|\(\w+\))?[\d.]*[a-zA-Z]|\{\{[A-Za-z]+:?|\{[\w.!:]*\}")
"""`$1`, `%s`, `%(count)d`, `{}`, `{name}`, and the opening of `{{PLURAL:…`."""

JSON_VALUE = tuple('["-0123456789tfn')
"""Characters that a JSON value other than an object begins with."""


def says_nothing(text: str) -> bool:
    """Whether a text has no letter outside its parameters."""
    return not any(character.isalpha() for character in PARAMETER.sub("", text))


def opened_object(file: InputFile) -> Reading | Reject:
    """A file that should be a JSON object, at its beginning."""
    reading = opened(file)
    if isinstance(reading, Reading) and (first := reading.peek()) != "{":
        if first in JSON_VALUE:
            return Reject(0, "missing field", "the file is not a JSON object", reading.rest())
        return reading.unread(0, BrokenJSON("expecting an object: char 0"))
    return reading


def outermost(reading: Reading) -> dict[str, object]:
    """What the outermost object holds, as far as it can be read; the reading stays where it is."""
    ahead, found = reading.again(), dict[str, object]()
    with suppress(BrokenJSON):
        for key in ahead.items():
            found.setdefault(str(key), ahead.value())
    return found


def json_message(row: int, name: str, value: object, raw: bytes, code: str, *, is_again: bool) -> RawDocument | Reject:
    """A message of a JSON file. The same one again is a reject: programs show the last, other tools the first."""
    if is_again:
        return Reject(row, "key twice", f"message '{name}'; the first is kept", raw)
    if not isinstance(value, str):
        return Reject(row, "wrong type", f"message '{name}' is not a text", raw)
    if isinstance(text := decode(raw, row), Reject):
        return text
    if value.strip() and says_nothing(value):
        return Reject(row, "only placeholders", f"message '{name}'", raw)
    return RawDocument(row, value, code)


HOLDERS = ("string", "plurals", "string-array")
RECORDS = Records(frozenset({*HOLDERS, "item"}), flat=True, counted="string|item")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))|\"|[ \t\r\n]+", re.DOTALL)
LETTERS = {"n": "\n", "t": "\t"}


def read_android(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
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
                yield (
                    Reject(row, "row too long") if too_long else _android_message(row, unescaped("".join(runs)), facts)
                )
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


def _android_message(row: int, text: str, facts: dict[str, str]) -> RawDocument | Reject:
    raw = text.encode("utf-8", "surrogatepass")
    if facts.get("translatable") == "false" or text.startswith(("@string/", "@android:")):
        return Reject(row, "not for translation", f"message '{facts.get('name')}'", raw)
    if facts.get("fuzzy") == "true":
        return Reject(row, "fuzzy translation", f"message '{facts.get('name')}'", raw)
    if text.strip() and says_nothing(text):
        return Reject(row, "only placeholders", f"message '{facts.get('name')}'", raw)
    return RawDocument(row, text)


METADATA = "@metadata"
"""The key under which MediaWiki's files name their translators; what has it is named as MediaWiki names files."""


def read_mediawiki_json(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a message, in the file's order; `@metadata` names the translators and is left out."""
    reading = opened_object(file)
    if isinstance(reading, Reject):
        yield reading
        return
    code = file.plain_name.stem if source.lang_from is None and METADATA in outermost(reading) else ""
    seen, row = set[str](), 0
    try:
        for row, key in enumerate(map(str, reading.items()), 1):
            reading.peek()
            start, value = reading.at, reading.value()
            if key != METADATA:
                raw = reading.since(start)
                yield json_message(row, key, value, raw, code, is_again=key in seen)
            seen.add(key)
        reading.end()
    except BrokenJSON as error:
        yield reading.unread(row + 1, error)


Path = tuple[str | int, ...]
"""Keys and places in lists, from the outermost."""
KEY = 250
"""Characters of a key that are told: a long one stands in every key below it."""


def read_messages_json(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The texts in the file's order; numbers, truth values and nulls are not messages and are Reject."""
    reading = opened_object(file)
    if isinstance(reading, Reject):
        yield reading
        return
    code, row = stated(outermost(reading), file.plain_name.name.split(".")[0]), 0
    seen: set[Path] = set()
    try:
        for row, (path, value, raw) in enumerate(leaves(reading, ()), 1):
            yield json_message(row, named(path), value, raw, code, is_again=path in seen)
            seen.add(path)
        reading.end()
    except BrokenJSON as error:
        yield reading.unread(row + 1, error)


def stated(messages: dict[str, object], name: str) -> str:
    """The language that the file itself names."""
    locale = messages.get("@@locale")
    return str(locale) if isinstance(locale, str) else name if list(messages) == [name] else ""


def leaves(reading: Reading, path: Path) -> Iterator[tuple[Path, object, bytes]]:
    """Every value that is no object or list, with the way to it and as it is written, depth first."""
    if reading.peek() in ("{", "["):
        for key in reading.items():
            yield from leaves(reading, (*path, key))
    else:
        start, value = reading.at, reading.value()
        yield path, value, reading.since(start)


def named(path: Path) -> str:
    """A way in words: `menu.items[3]`."""
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each[:KEY]}" for each in path).removeprefix(".")
