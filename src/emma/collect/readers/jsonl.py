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


def read(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """One unit a line; a line that is not a JSON object with these keys is a Bad."""
    keys = {**KEYS, **source.fields}
    for line in file.lines():
        if isinstance(line, Bad):
            yield line
        elif line[1].strip(b" \t\xef\xbb\xbf"):
            yield _unit(*line, keys)


def _unit(row: int, line: bytes, keys: dict[str, str]) -> Unit | Bad:
    try:
        record = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        utf8 = "invalid UTF-8" if "utf-8" in str(error).lower() else "broken JSON"
        return Bad(row, utf8, str(error), line)
    if not isinstance(record, dict):
        return Bad(row, "missing field", "the line is not a JSON object", line)
    texts = [record.get(keys[name]) for name in ("text", "text2") if name in keys]
    if not all(isinstance(text, str) for text in texts):
        there = ", ".join(sorted(record))
        return Bad(row, "missing field", f"no text under '{keys['text']}' (keys here: {there})", line)
    pair = {"text2": texts[1], "code2": _code(record, keys.get("lang2"))} if len(texts) == 2 else {}
    return Unit(row, texts[0], _code(record, keys["lang"]), **pair)  # type: ignore[arg-type]


def _code(record: dict[str, Any], key: str | None) -> str:
    value = record.get(key) if key else None
    return value if isinstance(value, str) else ""
