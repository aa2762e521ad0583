"""The prose of Python's own help: `pydoc_data/topics.py`, a dictionary of texts in English."""

import ast
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """The string values of every dictionary that the file assigns."""
    content = file.whole()
    if isinstance(content, Bad):
        yield content
        return
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        yield Bad(0, "broken Python", str(error), content)
        return
    tables = [node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)]
    for table in tables:
        for value in table.values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield Unit(value.lineno, value.value, "en", alone=True)
