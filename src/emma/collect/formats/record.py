"""From a record (an object, a table's row) to a unit: under which fields text and languages are, what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emma.collect.config import SourceConfig
from emma.collect.formats.json_text import Twice
from emma.collect.records import RawDocument, Reject

Record = Mapping[str, Any]
KINDS = {"bool": "true or false", "int": "a number", "float": "a number", "list": "a list", "dict": "an object"}
"""What records have beside texts and null, by the name of its Python type."""


class Fields:
    """Where a source's records have what; `fields` of its declaration, else `text` and `lang`."""

    def __init__(self, source: SourceConfig) -> None:
        given = {"text": ("text",), "lang": ("lang",)} | {
            name: (keys,) if isinstance(keys, str) else keys for name, keys in source.fields.items()
        }
        self.text, self.text2, self.url = given["text"], given.get("text2", ()), given.get("url", ())
        self.lang, self.lang2 = given["lang"], given.get("lang2", ())
        self._told, self._told2 = source.lang is not None, source.lang2 is not None
        self._named = tuple(key for name in ("lang", "lang2", "url") if name in source.fields for key in given[name])
        keys = (self.text, self.lang, self.text2, self.lang2)
        plain = all(len(each) < 2 and "." not in "".join(each) for each in keys) and not self.url
        self._plain = [each[0] if each else "" for each in keys] if plain else None

    def refused(self, row: int, columns: Sequence[str], raw: bytes = b"") -> Reject | None:
        """A reject for a table that has not what is needed among its columns, or has twice what is read; else None."""
        needed = (*self.text, *self.text2, *self._named)
        absent = [each for each in needed if each not in columns and each.partition(".")[0] not in columns]
        if absent:
            listed = ", ".join(sorted(set(columns)))
            why = f"no column '{absent[0]}' (columns here: {listed}); set `fields` of the source"
            return Reject(row, "missing column", why, raw)
        read = {each if each in columns else each.partition(".")[0] for each in self.columns}
        if twice := [each for each in columns if each in read and columns.count(each) > 1]:
            return Reject(row, "column twice", f"'{twice[0]}': which one is meant is not known", raw)
        return None

    @property
    def columns(self) -> tuple[str, ...]:
        """All fields, as named."""
        return tuple(dict.fromkeys((*self.text, *self.lang, *self.text2, *self.lang2, *self.url)))

    def unit(self, row: int, record: Record, raw: bytes) -> RawDocument | Reject:
        """The unit in a record, or a reject with what is wrong. `raw` is the record as the file has it."""
        if self._plain is not None and (found := self._quickly(row, record, self._plain)) is not None:
            return found
        try:
            text, text2 = required(record, self.text), required(record, self.text2) if self.text2 else None
            code, code2 = code_in(record, self.lang, self._told), code_in(record, self.lang2, self._told2)
            return RawDocument(row, text, code, text2, code2, url=optional(record, self.url) or None)
        except Fault as fault:
            return Reject(row, fault.kind, fault.detail, raw)
        except RecursionError:
            return Reject(row, "nested too deep", "lists in lists, hundreds of levels of them", raw)

    def _quickly(self, row: int, record: Record, keys: list[str]) -> RawDocument | None:
        """The unit in a record of texts on one level, as nearly all are; None where it is not so simple."""
        text, code = record.get(keys[0]), record.get(keys[1], "")
        if type(text) is not str or type(code) is not str:
            return None
        if not keys[2]:
            return RawDocument(row, text, code)
        text2, code2 = record.get(keys[2]), record.get(keys[3], "")
        return RawDocument(row, text, code, text2, code2) if type(text2) is str and type(code2) is str else None


class Fault(Exception):  # noqa: N818 - it becomes a reject
    """A field that is not as it should be."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


def required(record: Record, fields: tuple[str, ...]) -> str:
    """The text under some fields, a line each; Fault where there is none under the first or any is not a text."""
    lines = [line for field in fields for line in texts(record, field)]
    if not lines and next(values(record, fields[0]), None) is None:
        raise Fault("missing field", f"no text under '{fields[0]}' (keys here: {', '.join(sorted(record))})")
    return "\n".join(lines)


def optional(record: Record, fields: tuple[str, ...]) -> str:
    """The one text under the first of some fields; empty where there is none. Fault if it is not a text."""
    found = list(texts(record, fields[0])) if fields else []
    if len(found) > 1 or (found and isinstance(record.get(fields[0]), list | tuple)):
        raise Fault("wrong type", f"'{fields[0]}' is a list, not a text")
    return found[0] if found else ""


def code_in(record: Record, fields: tuple[str, ...], told: bool) -> str:
    """What a record calls its language. Where the recipe tells it, anything goes."""
    try:
        return optional(record, fields)
    except Fault:
        if told:
            return ""
        raise


def texts(record: Record, field: str) -> Iterator[str]:
    """The texts under a field; null is none. Fault where a value is not a text."""
    for value in values(record, field):
        if isinstance(value, str):
            yield value
        elif isinstance(value, bytes):  # as Hive and Impala write texts to Parquet
            yield utf8(value, field)
        elif isinstance(value, Twice):
            raise Fault("key twice", f"'{field}', or what it is in, is there twice: which one is meant is not known")
        elif value is not None:
            kind = KINDS.get(type(value).__name__, "something else")
            raise Fault("wrong type", f"'{field}' is {kind}, not a text")


def utf8(value: bytes, field: str) -> str:
    """Bytes as text. Fault where they are not UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise Fault("invalid UTF-8", f"'{field}' is bytes, and not text at byte {error.start}") from None


def values(value: Any, field: str) -> Iterator[Any]:
    """What is under a field: of a list each element; a dot goes one level down. A key with a dot in it comes first.

    What is no number (`NaN`) is null: so pandas writes a text that is missing.
    """
    if isinstance(value, list | tuple):
        for each in value:
            yield from values(each, field)
    elif not field or isinstance(value, Twice):
        yield None if value != value else value  # noqa: PLR0124
    elif isinstance(value, Mapping):
        if field in value:
            yield from values(value[field], "")
            return
        first, _, rest = field.partition(".")
        if rest and first in value:
            yield from values(value[first], rest)
