"""JSON as people write it: one value, or the parts of a large one as far as it is whole.

What JSON forbids but says no less clearly costs nothing: `NaN` and `Infinity`, halves of surrogate pairs (they become
U+FFFD, since no UTF-8 holds them), numbers of any length. A key that an object has twice leads to a DuplicateKey, so
that only a reader of that key rejects the record.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import orjson

from emma.collect.files.streams import InputFile
from emma.collect.records import Reject
from emma.collect.text.encodings import detect_mark, is_wide

MAX_DEPTH = 200
"""Levels of objects and lists that are entered one by one; a value that is taken whole may have more."""
ESCAPES = re.compile(
    r"\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]|([dD][89a-fA-F][0-9a-fA-F]{2}))|.)", re.DOTALL
)
"""One escape after the other; the group matches where one is half of a surrogate pair."""
SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
SPACE = re.compile(r"[ \t\r\n]*")


class DuplicateKey:
    """Stands for the value of a key that an object has twice."""


def build_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object from its pairs, with DuplicateKey under the keys that are there twice."""
    result = dict(pairs)
    if len(result) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        result.update({key: DuplicateKey() for key, count in counts.items() if count > 1})
    return result


# The standard library's decoder, since orjson neither shows pairs nor says where it stopped; parse_int, since Python
# reads no integer of more than 4,300 digits.
SCANNER = json.JSONDecoder(object_pairs_hook=build_object, parse_int=float)


class BrokenJSON(ValueError):  # noqa: N818 - it becomes a reject
    """Text that is not JSON, or is nested too deep."""


class DuplicateScan:
    """A quick look for lines that may have a key twice, which orjson would not say: those are read slowly."""

    def __init__(self, fields: Iterable[str]) -> None:
        names = {name for field in fields for name in (field, *field.split("."))}
        self._escaped = [json.dumps(name).encode() for name in names]
        self._unescaped = {
            json.dumps(name).encode(): json.dumps(name, ensure_ascii=False).encode()
            for name in names
            if not name.isascii()
        }

    def may_repeat(self, line: bytes) -> bool:
        """Whether a line may have one of the keys twice.

        Never False where it has, unless the key is written in two ways with other escapes than usual.
        """
        for name in self._escaped:
            if line.count(name) > 1:
                return True
        return any(line.count(name) + line.count(other) > 1 for name, other in self._unescaped.items())


def parse_json(data: bytes, keys: DuplicateScan | None = None) -> object:
    """The value in some bytes. Raises BrokenJSON, which says where, and UnicodeDecodeError."""
    if keys is None or not keys.may_repeat(data):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass  # it may only be stricter than the scanner: `NaN`, half a surrogate pair
    cursor = JsonCursor(data.decode())
    value = cursor.read_value()
    cursor.expect_end()
    return value


def count_values(text: str) -> int:
    """Count the values that follow one another in a text that should be one; broken ones count as one."""
    cursor, count = JsonCursor(text), 0
    try:
        while not cursor.is_at_end():
            cursor.read_value()
            count += 1
    except BrokenJSON:
        return count + 1
    return count


def open_json(file: InputFile) -> "JsonCursor | Reject":
    """A cursor at the beginning of a file.

    Bytes that are not UTF-8 are kept as lone surrogates (`surrogateescape`), so that they cost only their record.
    """
    if file.encoding is not None:
        text = file.read_text()
    else:
        data = file.read_bytes()
        text = data if isinstance(data, Reject) else _decode(data)
    return text if isinstance(text, Reject) else JsonCursor(text)


def _decode(data: bytes) -> str:
    """The text of a file; bytes that are not UTF-8 become lone surrogates."""
    mark = detect_mark(data)
    wide = mark is not None and is_wide(mark.name)
    return data.decode(mark.name, "replace") if mark and wide else data.decode("utf-8-sig", "surrogateescape")


class JsonCursor:
    """A place in a text of JSON that moves on as values are taken. Its methods raise BrokenJSON."""

    def __init__(self, text: str) -> None:
        self._depth = 0
        # halves of surrogate pairs become U+FFFD, since no UTF-8 holds them
        self._text = ESCAPES.sub(_replace_half, text) if SURROGATE_ESCAPE.search(text) else text  # of the same length
        self.at = 0
        """Characters before the next value, or before what follows the last one."""

    def copy(self) -> "JsonCursor":
        """Another cursor of the same text, from here on."""
        other = JsonCursor(self._text)
        other.at = self.at
        return other

    def read_value(self) -> object:
        """Take the value that begins here."""
        self.peek()
        try:
            value, self.at = SCANNER.raw_decode(self._text, self.at)
        except json.JSONDecodeError as error:
            raise BrokenJSON(str(error)) from None
        except RecursionError:  # the C scanner's own limit
            raise BrokenJSON(f"nested too deep: char {self.at}") from None
        return value

    def peek(self) -> str:
        """Pass over white space; returns the character that follows, empty at the end."""
        if match := SPACE.match(self._text, self.at):
            self.at = match.end()
        return self._text[self.at : self.at + 1]

    def iterate_items(self) -> Iterator[str | int]:
        """Enter the list or object that begins here: yields the number or key of each element, with `at` at its value.

        The caller takes the value before it asks for the next element.
        """
        opening, number = self.peek(), 0
        closing, self._depth = "]" if opening == "[" else "}", self._depth + 1
        if self._depth > MAX_DEPTH:
            raise BrokenJSON(f"nested too deep: char {self.at}")
        self._expect(opening)
        while not self._take(closing):
            if number:
                self._expect(",")
            yield self._read_key() if closing == "}" else number
            number += 1
        self._depth -= 1

    def expect_end(self) -> None:
        """Raise BrokenJSON if anything but white space follows."""
        if not self.is_at_end():
            raise BrokenJSON(f"extra data: char {self.at}")

    def is_at_end(self) -> bool:
        """Whether nothing but white space follows."""
        return self.peek() == ""

    def reject_rest(self, row: int, error: BrokenJSON) -> Reject:
        """The reject of a text that cannot be read from here on."""
        rest = self.bytes_left()
        return Reject(row, "broken JSON", f"it cannot be read from here on ({error})", rest, unread=len(rest))

    def bytes_left(self) -> bytes:
        """The bytes that were not read yet."""
        return self._text[self.at :].encode("utf-8", "surrogateescape")

    def bytes_since(self, start: int) -> bytes:
        """The bytes that were read from `start` on."""
        return self._text[start : self.at].encode("utf-8", "surrogateescape")

    def _read_key(self) -> str:
        """Take a key and the colon after it."""
        if self.peek() != '"':
            raise BrokenJSON(f"expecting a key in double quotes: char {self.at}")
        key = str(self.read_value())
        self._expect(":")
        return key

    def _take(self, character: str) -> bool:
        """Take a character if it is the next one; returns whether it was."""
        is_next = self.peek() == character
        self.at += is_next
        return is_next

    def _expect(self, character: str) -> None:
        """Take a character. BrokenJSON if another one is next."""
        if not self._take(character):
            raise BrokenJSON(f"expecting '{character}': char {self.at}")


def _replace_half(match: re.Match[str]) -> str:
    """An escape, or that of U+FFFD for half of a surrogate pair, of the same length."""
    return "\\ufffd" if match[1] else match[0]


def find_records(cursor: JsonCursor, path: Sequence[str]) -> Iterator[tuple[object, bytes]]:
    """The values that a path of keys leads to, through all elements of lists, each with its raw bytes.

    A key with dots in it is found too, although the path holds its parts.
    """
    dotted_key = ".".join(path)
    match cursor.peek(), path:
        case "[", _:
            for _ in cursor.iterate_items():
                yield from find_records(cursor, path)
        case "{", [first, *rest]:
            for key in cursor.iterate_items():
                if key in (first, dotted_key):
                    yield from find_records(cursor, rest if key == first else ())
                else:  # passed over without being kept
                    cursor.read_value()
        case _:
            start, value = cursor.at, cursor.read_value()
            if not path:
                yield value, cursor.bytes_since(start)
