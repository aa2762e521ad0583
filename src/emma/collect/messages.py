"""Messages of program interfaces: opening a file of them, and whether one says anything beside its parameters."""

import re
from typing import Any

import orjson

from emma.collect.streams import InputFile
from emma.collect.unit import Bad

PARAMETER = re.compile(r"\$\d+|%(?:\d+\$|\(\w+\))?[\d.]*[a-zA-Z]|\{\{[A-Za-z]+:?|\{[\w.!:]*\}")
"""`$1`, `%s`, `%(count)d`, `{}`, `{name}`, and the opening of `{{PLURAL:…`."""


def says_nothing(text: str) -> bool:
    """Whether a text has no letter outside its parameters."""
    return not any(character.isalpha() for character in PARAMETER.sub("", text))


def json_object(file: InputFile) -> dict[str, Any] | Bad:
    """The JSON object that a file is, or what is wrong with it."""
    content = file.whole()
    if isinstance(content, Bad):
        return content
    try:
        found = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return Bad(0, "broken JSON", str(error), content)
    return found if isinstance(found, dict) else Bad(0, "missing field", "the file is not a JSON object", content)
