"""The prose of Python's own help: `pydoc_data/topics.py`, a dictionary of texts in English."""

import ast
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.python import parse
from emma.collect.records import RawDocument, Reject


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The string values of every dictionary that the file assigns, under their lines, or the next that is free.

    A topic that is there again is a reject.
    """
    tree = parse(file)
    if isinstance(tree, Reject):
        yield tree
        return
    row = 0
    for table in (node.value for node in tree.body if isinstance(node, ast.Assign)):
        seen: set[object] = set()
        for name, text, line in texts(table) if isinstance(table, ast.Dict) else ():
            row = max(row + 1, line)
            if name in seen:
                yield Reject(row, "key twice", f"topic {name!r}; the first is kept", text.encode("utf-8", "replace"))
            else:
                yield RawDocument(row, text, "en", alone=True)
            seen.add(name)


def texts(table: ast.Dict) -> Iterator[tuple[object, str, int]]:
    """The names, values and lines of those entries of a dictionary that are texts."""
    for key, value in zip(table.keys, table.values, strict=True):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield key.value if isinstance(key, ast.Constant) else key, value.value, value.lineno
