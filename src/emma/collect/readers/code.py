"""Program code, and the prose inside it: Python's docstrings and the topics of its help."""

import ast
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.records import RawDocument, Reject


def parse_python(file: InputFile) -> ast.Module | Reject:
    """The file's tree, or a reject when it cannot be read, is not Python, or is nested deeper than Python reads."""
    content = file.read_bytes()
    if isinstance(content, Reject):
        return content
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError) as error:
        return Reject(0, "broken Python", str(error), content, unread=len(content))
    except (RecursionError, MemoryError):  # what the parser says of its own stack, not of the machine's memory
        return Reject(0, "broken Python", "nested too deep", content, unread=len(content))


def read_code(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The whole file."""
    content = file.read_text()
    yield (
        content
        if isinstance(content, Reject)
        else RawDocument(1, content, file.plain_name.suffix.lstrip("."), alone=True)
    )


def read_docstrings(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """One unit a docstring, in the order of the file; indentation that all its lines share is gone."""
    tree = parse_python(file)
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


def read_topics(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The string values of every dictionary that the file assigns, under their lines, or the next that is free.

    A topic that is there again is a reject.
    """
    tree = parse_python(file)
    if isinstance(tree, Reject):
        yield tree
        return
    row = 0
    for table in (node.value for node in tree.body if isinstance(node, ast.Assign)):
        seen: set[object] = set()
        for name, text, line in text_entries(table) if isinstance(table, ast.Dict) else ():
            row = max(row + 1, line)
            if name in seen:
                yield Reject(row, "key twice", f"topic {name!r}; the first is kept", text.encode("utf-8", "replace"))
            else:
                yield RawDocument(row, text, "en", alone=True)
            seen.add(name)


def text_entries(table: ast.Dict) -> Iterator[tuple[object, str, int]]:
    """The names, values and lines of those entries of a dictionary that are texts."""
    for key, value in zip(table.keys, table.values, strict=True):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield key.value if isinstance(key, ast.Constant) else key, value.value, value.lineno
