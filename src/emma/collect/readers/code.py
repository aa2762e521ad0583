"""Readers of program code, and of the prose inside it: Python's docstrings and the topics of its help."""

import ast
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject


def parse_python(file: InputFile) -> ast.Module | Reject:
    """The syntax tree of a file, or a reject if it is no Python, or is nested deeper than Python's parser goes."""
    content = file.read_bytes()
    if isinstance(content, Reject):
        return content
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError) as error:
        return Reject(0, "broken Python", str(error), content, unread=len(content))
    except (RecursionError, MemoryError):  # what the parser says of its own stack, not of the machine's memory
        return Reject(0, "broken Python", "nested too deep", content, unread=len(content))


@reader(
    purpose="program code: a file as it is, under the label zxx_Zyyy, which only code has",
    language="None: program code is in no language, and the file's suffix stands as the source's own name for it.",
    suffixes=(".py", ".js", ".ts", ".java", ".c", ".h", ".cpp", ".go", ".rs", ".rb", ".php", ".sql", ".sh"),
    example="""\
path = "src/**/*.py"
""",
)
def read_code(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a source file as one document, with the label that only code has; its suffix is the code of the source."""
    text = file.read_text()
    code = file.plain_name.suffix.lstrip(".")
    yield text if isinstance(text, Reject) else RawDocument(1, text, code, alone=True)


@reader(
    purpose="the docstrings of Python files: a document a docstring",
    language="English, unless the source's `lang` says otherwise.",
    suffixes=(".py",),
    example="""\
path = "src/**/*.py"
""",
)
def read_docstrings(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read docstrings in the order of the file, without the indentation that all lines of one share.

    They are in English unless the source's `lang` says otherwise.
    """
    tree = parse_python(file)
    if isinstance(tree, Reject):
        yield tree
        return
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [
        (node.body[0].lineno, text)
        for node in ast.walk(tree)
        if isinstance(node, holders) and (text := ast.get_docstring(node))
    ]
    yield from (RawDocument(row, text, "en") for row, text in sorted(docstrings))


@reader(
    purpose="the topics of Python's own help, in pydoc_data/topics.py: a document a topic",
    language="English, unless the source's `lang` says otherwise.",
    metadata={"topic": "the name of the topic"},
    example="""\
path = "stdlib:pydoc_data/topics.py"
""",
)
def read_topics(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read Python's own help, `pydoc_data/topics.py`: the texts of every dictionary that the file assigns, in English.

    Each has the number of its line, or the next that is free; a topic that is there again is rejected.
    """
    tree = parse_python(file)
    if isinstance(tree, Reject):
        yield tree
        return
    row = 0
    for table in (node.value for node in tree.body if isinstance(node, ast.Assign)):
        seen: set[object] = set()
        for name, text, line in iterate_topics(table) if isinstance(table, ast.Dict) else ():
            row = max(row + 1, line)
            if name in seen:
                yield Reject(row, "key twice", f"topic {name!r}; the first is kept", text.encode("utf-8", "replace"))
            else:
                yield RawDocument(row, text, "en", alone=True, meta={"topic": name})
            seen.add(name)


def iterate_topics(table: ast.Dict) -> Iterator[tuple[object, str, int]]:
    """The key, text and line of each entry of a dictionary whose value is a text."""
    for key, value in zip(table.keys, table.values, strict=True):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield key.value if isinstance(key, ast.Constant) else key, value.value, value.lineno
