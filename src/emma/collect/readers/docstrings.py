"""Documentation inside programs: the docstrings of a Python file, in English unless the source's `lang` says other."""

import ast
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.python import parse
from emma.collect.records import RawDocument, Reject


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a docstring, in the order of the file; indentation that all its lines share is gone."""
    tree = parse(file)
    if isinstance(tree, Reject):
        yield tree
        return
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        (node.body[0].lineno, text)
        for node in ast.walk(tree)
        if isinstance(node, holders) and (text := ast.get_docstring(node))
    ]
    yield from (RawDocument(row, text, "en") for row, text in sorted(found))
