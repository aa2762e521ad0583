"""Messages of MediaWiki's interface: a flat JSON object a language, named after its wiki code (`be-tarask.json`).

Messages keep their markup and parameters; those that are nothing else (`$1 ($2)`) are rejected.
"""

from collections.abc import Iterator

import orjson

from emma.collect.config import SourceConfig
from emma.collect.messages import json_object, says_nothing
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """One unit a message, in the file's order; `@metadata` names the translators and is left out."""
    messages = json_object(file)
    if isinstance(messages, Bad):
        yield messages
        return
    for row, (key, text) in enumerate(messages.items(), 1):
        if key != "@metadata":
            yield _message(row, key, text, file.inner.stem)


def _message(row: int, key: str, text: object, code: str) -> Unit | Bad:
    if not isinstance(text, str):
        return Bad(row, "missing field", f"message '{key}' is not a text", orjson.dumps(text))
    if text and says_nothing(text):
        return Bad(row, "only placeholders", f"message '{key}'", text.encode("utf-8", "surrogatepass"))
    return Unit(row, text, code)
