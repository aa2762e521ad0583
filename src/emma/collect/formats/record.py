"""Make a document of a record (a JSON object, a table's row): the fields that hold its text and languages."""

from collections.abc import Iterator, Mapping, Sequence

from emma.collect.config import KEEP_ALL, SourceConfig
from emma.collect.formats.json_text import DuplicateKey
from emma.collect.records import Meta, RawDocument, Reject

Record = Mapping[str, object]
TYPE_NAMES = {"bool": "true or false", "int": "a number", "float": "a number", "list": "a list", "dict": "an object"}
"""Names of values other than texts and null, as rejects call them, by their Python type."""


class Fields:
    """The fields that hold the texts and languages of a source's records: its `fields`, else `text` and `lang`."""

    def __init__(self, source: SourceConfig) -> None:
        paths = {"text": ("text",), "lang": ("lang",)} | {
            name: (keys,) if isinstance(keys, str) else keys for name, keys in source.fields.items()
        }
        self.text, self.text2, self.url = paths["text"], paths.get("text2", ()), paths.get("url", ())
        self.lang, self.lang2 = paths["lang"], paths.get("lang2", ())
        self._keep = source.keep
        self._is_known, self._is_known2 = source.lang is not None, source.lang2 is not None
        self._named = tuple(key for name in ("lang", "lang2", "url") if name in source.fields for key in paths[name])
        keys = (self.text, self.lang, self.text2, self.lang2)
        # nearly all sources have one field for each, on one level: their records are read without the general way
        plain = all(len(name) < 2 and "." not in "".join(name) for name in keys) and not self.url
        self._plain = [name[0] if name else "" for name in keys] if plain else None

    def check_columns(self, row: int, columns: Sequence[str], raw: bytes = b"") -> Reject | None:
        """A reject for a table that lacks a column that is needed, or has one that is read twice; else None."""
        needed = (*self.text, *self.text2, *self._named)
        absent = [name for name in needed if name not in columns and name.partition(".")[0] not in columns]
        if absent:
            listed = ", ".join(sorted(set(columns)))
            why = f"no column '{absent[0]}' (columns here: {listed}); set `fields` of the source"
            return Reject(row, "missing column", why, raw)
        read = {name if name in columns else name.partition(".")[0] for name in self.columns}
        read |= set(columns) if KEEP_ALL in self._keep else set()
        if twice := [name for name in columns if name in read and columns.count(name) > 1]:
            return Reject(row, "column twice", f"'{twice[0]}': which one is meant is not known", raw)
        return None

    @property
    def columns(self) -> tuple[str, ...]:
        """All fields, as the source names them; those of its `keep` need not be there."""
        kept = (name for name in self._keep if name != KEEP_ALL)
        return tuple(dict.fromkeys((*self.text, *self.lang, *self.text2, *self.lang2, *self.url, *kept)))

    def read_record(self, row: int, record: Record, raw: bytes) -> RawDocument | Reject:
        """The document in a record, or a reject that says what is wrong. `raw` is the record as the file has it."""
        try:
            if self._plain is not None and (document := self._read_plain(row, record, self._plain)) is not None:
                document.meta = self._read_meta(record) if self._keep else None
                return document
            text, text2 = join_texts(record, self.text), join_texts(record, self.text2) if self.text2 else None
            code, code2 = read_code(record, self.lang, self._is_known), read_code(record, self.lang2, self._is_known2)
            url, meta = read_single(record, self.url) or None, self._read_meta(record) if self._keep else None
            return RawDocument(row, text, code, text2, code2, url=url, meta=meta)
        except FieldError as error:
            return Reject(row, error.kind, error.detail, raw)
        except RecursionError:
            return Reject(row, "nested too deep", "lists in lists, hundreds of levels of them", raw)

    def _read_meta(self, record: Record) -> Meta | None:
        """What the source keeps of a record: what it names, or all that `fields` does not use. Raises FieldError."""
        values = {name: find_value(record, name) for name in self._keep}
        if KEEP_ALL in self._keep:
            used = (*self.text, *self.lang, *self.text2, *self.lang2, *self.url)
            tops = {name if name in record else name.partition(".")[0] for name in used}
            values = {name: find_value(record, name) for name in (*record, *self._keep) if name not in tops}
        return values

    def _read_plain(self, row: int, record: Record, keys: list[str]) -> RawDocument | None:
        """The document in a record of texts on one level, as nearly all are; None where it is not so simple."""
        text, code = record.get(keys[0]), record.get(keys[1], "")
        if type(text) is not str or type(code) is not str:
            return None
        if not keys[2]:  # no pair
            return RawDocument(row, text, code)
        text2, code2 = record.get(keys[2]), record.get(keys[3], "")
        return RawDocument(row, text, code, text2, code2) if type(text2) is str and type(code2) is str else None


class FieldError(Exception):
    """A field that is not as it should be."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


def join_texts(record: Record, fields: tuple[str, ...]) -> str:
    """The texts under some fields, a line each. FieldError where the first has none, or any value is not a text."""
    lines = [line for field in fields for line in iterate_texts(record, field)]
    if not lines and next(iterate_values(record, fields[0]), None) is None:
        raise FieldError("missing field", f"no text under '{fields[0]}' (keys here: {', '.join(sorted(record))})")
    return "\n".join(lines)


def read_single(record: Record, fields: tuple[str, ...]) -> str:
    """The one text under the first of some fields; empty where there is none. FieldError if it is not one text."""
    texts = list(iterate_texts(record, fields[0])) if fields else []
    if len(texts) > 1 or (texts and isinstance(record.get(fields[0]), list | tuple)):
        raise FieldError("wrong type", f"'{fields[0]}' is a list, not a text")
    return texts[0] if texts else ""


def read_code(record: Record, fields: tuple[str, ...], is_known: bool) -> str:
    """The language that a record names; where the recipe states the language, any other value is ignored."""
    try:
        return read_single(record, fields)
    except FieldError:
        if is_known:
            return ""
        raise


def iterate_texts(record: Record, field: str) -> Iterator[str]:
    """The texts under a field, without null. FieldError where a value is not a text."""
    for value in iterate_values(record, field):
        if isinstance(value, str):
            yield value
        elif isinstance(value, bytes):  # as Hive and Impala write texts to Parquet
            yield decode_utf8(value, field)
        elif isinstance(value, DuplicateKey):
            why = f"'{field}', or what it is in, is there twice: which one is meant is not known"
            raise FieldError("key twice", why)
        elif value is not None:
            kind = TYPE_NAMES.get(type(value).__name__, "something else")
            raise FieldError("wrong type", f"'{field}' is {kind}, not a text")


def find_value(value: object, field: str) -> object:
    """The value under a field, whole; a dot goes one level down, of a list to a list. FieldError for a key twice."""
    if isinstance(value, DuplicateKey):
        raise FieldError("key twice", f"'{field}', or what it is in, is there twice: which one is meant is not known")
    if not field:
        return value
    if isinstance(value, list | tuple):
        return [each for each in (find_value(element, field) for element in value) if each is not None] or None
    if not isinstance(value, Mapping):
        return None
    if field in value:
        return find_value(value[field], "")
    first, _, rest = field.partition(".")
    return find_value(value[first], rest) if rest and first in value else None


def decode_utf8(value: bytes, field: str) -> str:
    """Bytes as text. FieldError where they are not UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise FieldError("invalid UTF-8", f"'{field}' is bytes, and not text at byte {error.start}") from None


def iterate_values(value: object, field: str) -> Iterator[object]:
    """The values under a field, with each element of a list; a dot goes one level down.

    A key that has the dot in its name comes first. NaN is null, since pandas writes it for a text that is missing.
    """
    if isinstance(value, list | tuple):
        for element in value:
            yield from iterate_values(element, field)
    elif not field or isinstance(value, DuplicateKey):
        yield None if value != value else value  # noqa: PLR0124 - only NaN is not itself
    elif isinstance(value, Mapping):
        if field in value:
            yield from iterate_values(value[field], "")
            return
        first, _, rest = field.partition(".")
        if rest and first in value:
            yield from iterate_values(value[first], rest)
