"""JSON as people write it: one value, or the parts of a large one as far as it is whole.

What JSON forbids but says no less clearly costs nothing: `NaN` and `Infinity`, halves of surrogate pairs (they become
U+FFFD, since no UTF-8 holds them), numbers of any length. A key that an object has twice has no value: whoever asks for
it is told.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from emma.collect.files.streams import InputFile
from emma.collect.records import Reject
from emma.collect.text.encodings import detect_mark, is_wide

DEPTH = 200
"""Levels of objects and lists that are gone into one by one; there are more inside of a value that is taken whole."""
HALVES = re.compile(r"\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]|([dD][89a-fA-F][0-9a-fA-F]{2}))|.)", re.DOTALL)
"""Escapes, one after the other; the group is there where one is half of a pair."""
HALF = re.compile(r"\\u[dD][89a-fA-F]")
SPACE = re.compile(r"[ \t\r\n]*")


class Twice:
    """What a key that an object has twice leads to."""


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object from its pairs."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        found.update({key: Twice() for key, count in counts.items() if count > 1})
    return found


SCANNER = json.JSONDecoder(object_pairs_hook=unique, parse_int=float)  # Python's integers stop at 4,300 digits


class BrokenJSON(ValueError):  # noqa: N818 - it becomes a reject
    """Text that is not JSON, or is nested too deep."""


class Keys:
    """Whether a line may have one of some keys twice: then it is read slowly, to see whether it has."""

    def __init__(self, fields: Iterable[str]) -> None:
        names = {name for field in fields for name in (field, *field.split("."))}
        self._written = [json.dumps(name).encode() for name in names]
        self._otherwise = {
            json.dumps(name).encode(): json.dumps(name, ensure_ascii=False).encode()
            for name in names
            if not name.isascii()
        }

    def may_repeat(self, line: bytes) -> bool:
        """Never False where one is twice, unless it is written in two ways with other escapes than usual."""
        for name in self._written:
            if line.count(name) > 1:
                return True
        return any(line.count(name) + line.count(other) > 1 for name, other in self._otherwise.items())


def loads(data: bytes, keys: Keys | None = None) -> Any:
    """The value. Raises BrokenJSON, which tells where, and UnicodeDecodeError."""
    if keys is None or not keys.may_repeat(data):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass
    reading = Reading(data.decode())
    value = reading.value()
    reading.end()
    return value


def values_in(text: str) -> int:
    """How many values follow one another in a text that should be one."""
    reading, found = Reading(text), 0
    try:
        while not reading.is_over():
            reading.value()
            found += 1
    except BrokenJSON:
        return found + 1
    return found


def opened(file: InputFile) -> "Reading | Reject":
    """A file at its beginning. Bytes that are no UTF-8 stay as they are, so that they cost what they are in."""
    if file.encoding is not None:
        text = file.read_text()
    else:
        data = file.read_bytes()
        text = data if isinstance(data, Reject) else _decoded(data)
    return text if isinstance(text, Reject) else Reading(text)


def _decoded(data: bytes) -> str:
    mark = detect_mark(data)
    wide = mark is not None and is_wide(mark.name)
    return data.decode(mark.name, "replace") if mark and wide else data.decode("utf-8-sig", "surrogateescape")


class Reading:
    """A place in a text of JSON, that moves on as values are taken. All raise BrokenJSON."""

    def __init__(self, text: str) -> None:
        self._depth = 0
        self._text = HALVES.sub(_whole, text) if HALF.search(text) else text  # no place changes
        self.at = 0
        """Where the next value, or what follows the last, begins: characters."""

    def again(self) -> "Reading":
        """Another reading of the same text, from here on."""
        other = Reading(self._text)
        other.at = self.at
        return other

    def value(self) -> Any:
        """Take the value that begins here."""
        self.peek()
        try:
            found, self.at = SCANNER.raw_decode(self._text, self.at)
        except json.JSONDecodeError as error:
            raise BrokenJSON(str(error)) from None
        except RecursionError:
            raise BrokenJSON(f"nested too deep: char {self.at}") from None
        return found

    def peek(self) -> str:
        """The character that the next value begins with; empty at the end."""
        if match := SPACE.match(self._text, self.at):
            self.at = match.end()
        return self._text[self.at : self.at + 1]

    def items(self) -> Iterator[str | int]:
        """Go into the list or object that begins here: at each element its number or key, and `at` is at its value.

        Whoever gets it moves on behind the value before asking for the next.
        """
        opening, number = self.peek(), 0
        closing, self._depth = "]" if opening == "[" else "}", self._depth + 1
        if self._depth > DEPTH:
            raise BrokenJSON(f"nested too deep: char {self.at}")
        self._expect(opening)
        while not self._took(closing):
            if number:
                self._expect(",")
            yield self._key() if closing == "}" else number
            number += 1
        self._depth -= 1

    def end(self) -> None:
        """Make sure that nothing follows."""
        if not self.is_over():
            raise BrokenJSON(f"extra data: char {self.at}")

    def is_over(self) -> bool:
        """Whether nothing but white space follows."""
        return self.peek() == ""

    def unread(self, row: int, error: BrokenJSON) -> Reject:
        """What to say of a text that cannot be read from here on."""
        rest = self.rest()
        return Reject(row, "broken JSON", f"it cannot be read from here on ({error})", rest, unread=len(rest))

    def rest(self) -> bytes:
        """What was not read yet."""
        return self._text[self.at :].encode("utf-8", "surrogateescape")

    def since(self, start: int) -> bytes:
        """What was read from a place on."""
        return self._text[start : self.at].encode("utf-8", "surrogateescape")

    def _key(self) -> str:
        if self.peek() != '"':
            raise BrokenJSON(f"expecting a key in double quotes: char {self.at}")
        key = str(self.value())
        self._expect(":")
        return key

    def _took(self, character: str) -> bool:
        taken = self.peek() == character
        self.at += taken
        return taken

    def _expect(self, character: str) -> None:
        if not self._took(character):
            raise BrokenJSON(f"expecting '{character}': char {self.at}")


def _whole(match: re.Match[str]) -> str:
    return "\\ufffd" if match[1] else match[0]


def records(reading: Reading, path: Sequence[str]) -> Iterator[tuple[Any, bytes]]:
    """The values that a path of keys leads to, through all elements of lists, each with how it is written.

    Of a key with dots in it the path has the parts.
    """
    whole = ".".join(path)
    match reading.peek(), path:
        case "[", _:
            for _ in reading.items():
                yield from records(reading, path)
        case "{", [first, *rest]:
            for key in reading.items():
                if key in (first, whole):
                    yield from records(reading, rest if key == first else ())
                else:
                    reading.value()
        case _:
            start, value = reading.at, reading.value()
            if not path:
                yield value, reading.since(start)
