"""Messages of program interfaces: whether one says anything beside its parameters."""

import re

PARAMETER = re.compile(r"\$\d+|%(?:\d+\$|\(\w+\))?[\d.]*[a-zA-Z]|\{\{[A-Za-z]+:?|\{[\w.!:]*\}")
"""`$1`, `%s`, `%(count)d`, `{}`, `{name}`, and the opening of `{{PLURAL:…`."""


def says_nothing(text: str) -> bool:
    """Whether a text has no letter outside its parameters."""
    return not any(character.isalpha() for character in PARAMETER.sub("", text))
