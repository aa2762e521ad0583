"""Messages of programs as nested JSON, one file a language: `sr-Latn.min.json`, a unit a text wherever it stands.

The language is the file's name up to its first dot. Where the outermost object has that name as its only key, as in
OpenStreetMap's iD, nothing changes: texts are found at any depth.
"""

from collections.abc import Iterator

import orjson

from emma.collect.config import SourceConfig
from emma.collect.messages import json_object, says_nothing
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """The texts in the file's order; numbers, truth values and nulls are not messages and are Bad."""
    messages = json_object(file)
    if isinstance(messages, Bad):
        yield messages
        return
    code = file.inner.name.split(".")[0]
    for row, (key, value) in enumerate(leaves(messages, ""), 1):
        yield _message(row, key, value, code)


def leaves(value: object, key: str) -> Iterator[tuple[str, object]]:
    """Every value that is no object or list, with its dotted key, depth first."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, f"{key}[{place}]")
    else:
        yield key, value


def _message(row: int, key: str, value: object, code: str) -> Unit | Bad:
    if not isinstance(value, str):
        return Bad(row, "wrong type", f"message '{key}' is not a text", orjson.dumps(value))
    if value.strip() and says_nothing(value):
        return Bad(row, "only placeholders", f"message '{key}'", value.encode("utf-8", "surrogatepass"))
    return Unit(row, value, code)
