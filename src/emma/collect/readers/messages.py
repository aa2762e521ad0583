"""Messages of program interfaces: Android's `strings.xml`, MediaWiki's JSON, and nested JSON of other programs.

A message that has no letter outside its parameters (`$1 ($2)`) is no text in any language and is rejected.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile, decode
from emma.collect.formats.json_text import BrokenJSON, JsonCursor, open_json
from emma.collect.formats.xml_events import End, RecordElements, Start, Text, read_events
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

PARAMETER = re.compile(r"\$\d+|%(?:\d+\$|\(\w+\))?[\d.]*[a-zA-Z]|\{\{[A-Za-z]+:?|\{[\w.!:]*\}")
"""`$1`, `%s`, `%(count)d`, `{}`, `{name}`, and the opening of `{{PLURAL:…`."""

JSON_VALUE = tuple('["-0123456789tfn')
"""Characters that a JSON value other than an object begins with."""


def has_only_parameters(text: str) -> bool:
    """Whether a text has no letter outside its parameters."""
    return not any(character.isalpha() for character in PARAMETER.sub("", text))


def open_object(file: InputFile) -> JsonCursor | Reject:
    """A cursor at the beginning of a file that should be a JSON object, or a reject."""
    cursor = open_json(file)
    if isinstance(cursor, JsonCursor) and (first := cursor.peek()) != "{":
        if first in JSON_VALUE:
            return Reject(0, "missing field", "the file is not a JSON object", cursor.bytes_left())
        return cursor.reject_rest(0, BrokenJSON("expecting an object: char 0"))
    return cursor


def peek_object(cursor: JsonCursor) -> dict[str, object]:
    """The outermost object as far as it can be read; the cursor stays where it is."""
    ahead, messages = cursor.copy(), dict[str, object]()
    with suppress(BrokenJSON):
        for key in ahead.iterate_items():
            messages.setdefault(str(key), ahead.read_value())
    return messages


def read_json_message(
    row: int, name: str, value: object, raw: bytes, code: str, *, is_again: bool
) -> RawDocument | Reject:
    """Make a document of a message of a JSON file, or a reject that says why not.

    A key that comes again is rejected, since programs show its last message and other tools its first.
    """
    if is_again:
        return Reject(row, "key twice", f"message '{name}'; the first is kept", raw)
    if not isinstance(value, str):
        return Reject(row, "wrong type", f"message '{name}' is not a text", raw)
    if isinstance(text := decode(raw, row), Reject):
        return text
    if value.strip() and has_only_parameters(value):
        return Reject(row, "only placeholders", f"message '{name}'", raw)
    return RawDocument(row, value, code, meta={"key": name})


HOLDERS = ("string", "plurals", "string-array")
ANDROID_RECORDS = RecordElements(frozenset({*HOLDERS, "item"}), flat=True, counted="string|item")
ANDROID_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))|\"|[ \t\r\n]+", re.DOTALL)
ESCAPED_LETTERS = {"n": "\n", "t": "\t"}


@reader(
    purpose="messages of Android programs (strings.xml): a document a string, form of a plural or item of an array",
    language="The folder (values-sw/strings.xml); what `values` alone is written in only `codes` can say.",
    suffixes=("strings.xml",),
    metadata={"name": "the name of the message, or of its array or plural"},
    example="""\
path = "res/values*/strings.xml"
codes = { values = "en" }
""",
)
def read_android(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read Android's `strings.xml`: a document a string, form of a plural or item of an array.

    The folder names the language (`values-zh-rTW/strings.xml`). The one without a language is called `values`; what it
    is written in only the source's `codes` can say: `{values = "en"}`. Messages that translators have not finished and
    references to others are rejected.
    """
    facts: dict[str, str] | None = None
    row, runs, size, lost = 0, list[str](), 0, False
    for event in read_events(file, ANDROID_RECORDS):
        match event:
            case Reject():
                row, lost = row + 1, True
                yield event
            case Text(text):
                size += len(text)
                if size <= file.max_row_bytes:
                    runs.append(text)
            # an item has the facts of its array or plural, since it has none itself
            case Start(name, attributes) if name in HOLDERS or name == "item":
                facts = attributes if name in HOLDERS else facts
                runs, size, lost = [], 0, False
            case End("string" | "item") if facts is not None and not lost:
                row += 1
                if size > file.max_row_bytes:
                    yield Reject(row, "row too long")
                else:
                    yield _read_android_message(row, unescape_android("".join(runs)), facts)
        if isinstance(event, End) and event.name in HOLDERS:
            facts = None


def unescape_android(text: str) -> str:
    """A message as a program shows it: white space is one space unless quoted, backslashes are resolved."""
    is_quoted = False

    def replace_escape(match: re.Match[str]) -> str:
        nonlocal is_quoted
        if match[1] or match[2]:
            return chr(int(match[1], 16)) if match[1] else ESCAPED_LETTERS.get(match[2], match[2])
        if match[0] == '"':
            is_quoted = not is_quoted
            return ""
        return match[0] if is_quoted else " "

    return ANDROID_ESCAPE.sub(replace_escape, text.strip())


def _read_android_message(row: int, text: str, facts: dict[str, str]) -> RawDocument | Reject:
    """The document of a message, or a reject; `facts` are the attributes of its element or the one around it."""
    raw = text.encode("utf-8", "surrogatepass")  # an escape may be half of a surrogate pair
    if facts.get("translatable") == "false" or text.startswith(("@string/", "@android:")):
        return Reject(row, "not for translation", f"message '{facts.get('name')}'", raw)
    if facts.get("fuzzy") == "true":
        return Reject(row, "fuzzy translation", f"message '{facts.get('name')}'", raw)
    if text.strip() and has_only_parameters(text):
        return Reject(row, "only placeholders", f"message '{facts.get('name')}'", raw)
    return RawDocument(row, text, meta=facts)


METADATA = "@metadata"
"""The key under which MediaWiki's files name their translators; what has it is named as MediaWiki names files."""


@reader(
    purpose="messages of MediaWiki and its extensions, a flat JSON object a language: a document a message",
    language='The file\'s name (be-tarask.json); give `scheme = "wiki"`, since some of its codes are its own.',
    suffixes=(".json",),
    metadata={"key": "the key of the message"},
    example="""\
path = "i18n/*.json"
scheme = "wiki"
""",
)
def read_mediawiki_json(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read messages of MediaWiki: a flat JSON object a language, named after its wiki code (`be-tarask.json`).

    Messages come in the file's order and keep their markup and parameters. A file without `@metadata`, which names the
    translators and is left out, is not certain to be one of MediaWiki's: its name counts where it is unmistakable.
    """
    cursor = open_object(file)
    if isinstance(cursor, Reject):
        yield cursor
        return
    code = file.plain_name.stem if source.lang_from is None and METADATA in peek_object(cursor) else ""
    seen, row = set[str](), 0
    try:
        for row, key in enumerate(map(str, cursor.iterate_items()), 1):
            cursor.peek()  # passes over white space, so that the raw text begins at the value
            start, value = cursor.at, cursor.read_value()
            if key != METADATA:
                raw = cursor.bytes_since(start)
                yield read_json_message(row, key, value, raw, code, is_again=key in seen)
            seen.add(key)
        cursor.expect_end()
    except BrokenJSON as error:
        yield cursor.reject_rest(row + 1, error)


KeyPath = tuple[str | int, ...]
"""Keys and places in lists, from the outermost."""
MAX_KEY_CHARS = 250
"""Characters of a key that a reject shows: a long key stands in the path of every message below it."""


@reader(
    purpose="messages of programs as nested JSON, one file a language: a document a text, wherever it stands",
    language="`@@locale`, else the file's name where it is the only key on top, else an unmistakable part of the path.",
    suffixes=(".json", ".arb"),
    metadata={"key": "the keys that lead to the message, as in `menu.items[3]`"},
    example="""\
path = "locales/*.json"
""",
)
def read_messages_json(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read messages of programs as nested JSON, one file a language: a document a text wherever it stands.

    The language is `@@locale` (Flutter), else the file's name up to its first dot where the outermost object has that
    name as its only key (OpenStreetMap's iD), else an unmistakable part of the path (`sw.json`,
    `_locales/pt_BR/messages.json`). Numbers, truth values and nulls are rejected.
    """
    cursor = open_object(file)
    if isinstance(cursor, Reject):
        yield cursor
        return
    code, row = stated_language(peek_object(cursor), file.plain_name.name.split(".")[0]), 0
    seen: set[KeyPath] = set()
    try:
        for row, (path, value, raw) in enumerate(iterate_leaves(cursor, ()), 1):
            yield read_json_message(row, format_path(path), value, raw, code, is_again=path in seen)
            seen.add(path)
        cursor.expect_end()
    except BrokenJSON as error:
        yield cursor.reject_rest(row + 1, error)


def stated_language(messages: dict[str, object], name: str) -> str:
    """The language that the file itself names: `@@locale`, or its name as the only key; empty if neither."""
    locale = messages.get("@@locale")
    return str(locale) if isinstance(locale, str) else name if list(messages) == [name] else ""


def iterate_leaves(cursor: JsonCursor, path: KeyPath) -> Iterator[tuple[KeyPath, object, bytes]]:
    """Every value that is no object or list, with its path and its raw bytes, depth first."""
    if cursor.peek() in ("{", "["):
        for key in cursor.iterate_items():
            yield from iterate_leaves(cursor, (*path, key))
    else:
        start, value = cursor.at, cursor.read_value()
        yield path, value, cursor.bytes_since(start)


def format_path(path: KeyPath) -> str:
    """A path as rejects show it: `menu.items[3]`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step[:MAX_KEY_CHARS]}" for step in path)
    return "".join(steps).removeprefix(".")
