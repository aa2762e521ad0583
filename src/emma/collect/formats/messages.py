"""Messages of program interfaces: opening a file of them, and whether one says anything beside its parameters."""

import re
from contextlib import suppress

from emma.collect.files.streams import InputFile, decode
from emma.collect.formats.json_text import BrokenJSON, Reading, opened
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
