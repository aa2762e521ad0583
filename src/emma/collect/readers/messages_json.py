"""Messages of programs as nested JSON, one file a language: `sr-Latn.min.json`, a unit a text wherever it stands.

The language is `@@locale` (Flutter), else the file's name up to its first dot where the outermost object has that name
as its only key (OpenStreetMap's iD), else an unmistakable part of the path (`sw.json`, `_locales/pt_BR/messages.json`).
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.json_text import BrokenJSON, Reading
from emma.collect.formats.messages import json_message, opened_object, outermost
from emma.collect.records import RawDocument, Reject

Path = tuple[str | int, ...]
"""Keys and places in lists, from the outermost."""
KEY = 250
"""Characters of a key that are told: a long one stands in every key below it."""


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
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
