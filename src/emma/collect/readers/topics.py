"""The prose of Python's own help: `pydoc_data/topics.py`, a dictionary of texts in English."""

import ast
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.python import parse
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """The string values of every dictionary that the file assigns."""
    tree = parse(file)
    if isinstance(tree, Bad):
        yield tree
        return
    tables = [node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)]
    for table in tables:
        for value in table.values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield Unit(value.lineno, value.value, "en", alone=True)
