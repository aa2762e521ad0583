"""JSON Lines: one object a line; the source's `fields` say under which keys text and language are.

With `text2` in `fields` the rows are pairs: `{text = "src", lang = "src_code", text2 = "tgt", lang2 = "tgt_code"}`.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from emma.collect.config import SourceConfig
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit

KEYS = {"text": "text", "lang": "lang"}
KINDS = {"bool": "true or false", "int": "a number", "float": "a number", "list": "a list", "dict": "an object"}
"""What JSON has beside texts and null, by the name of its Python type."""


def read(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """One unit a line; a line that is not a JSON object with texts under these keys is a Bad."""
    keys = KEYS | dict[str, str](source.fields.items())
    needed = {name: key for name, key in keys.items() if name != "lang" or source.lang is None}
    for line in file.lines():
        if isinstance(line, Bad):
            yield line
        elif line[1].strip(b" \t\xef\xbb\xbf"):
            yield _unit(*line, keys, needed)


def _unit(row: int, line: bytes, keys: dict[str, str], needed: dict[str, str]) -> Unit | Bad:
    try:
        record = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        utf8 = "invalid UTF-8" if "utf-8" in str(error).lower() else "broken JSON"
        return Bad(row, utf8, str(error), line)
    if not isinstance(record, dict):
        return Bad(row, "missing field", "the line is not a JSON object", line)
    if fault := next(_faults(record, needed), None):
        return Bad(row, *fault, line)
    text2 = record[keys["text2"]] if "text2" in keys else None
    return Unit(row, record[keys["text"]], _code(record, keys["lang"]), text2, _code(record, keys.get("lang2")))


def _faults(record: dict[str, Any], needed: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Kind and detail of what is wrong with the fields. A row may leave its language out: the source may know it."""
    for name, key in needed.items():
        value = record.get(key)
        if value is None and name in ("text", "text2"):
            yield "missing field", f"no text under '{key}' (keys here: {', '.join(sorted(record))})"
        elif not isinstance(value, str | None):
            yield "wrong type", f"'{key}' is {KINDS[type(value).__name__]}, not a text"


def _code(record: dict[str, Any], key: str | None) -> str:
    value = record.get(key) if key else None
    return value if isinstance(value, str) else ""
