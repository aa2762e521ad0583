"""The Arrow schemas through which stages meet, with the comments that stand beside their columns."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from docs.site.markdown import code, plain, table
from emma import schemas

ABOUT = """# Tables

What stages read and write, as Parquet: `src/emma/schemas.py`. From Python, `run.table(STAGE, NAME)` gives them
([From Python](../python.md)); where the files lie: [the store](../store.md).
"""
COMMENT = re.compile(r"""^\s*\(?"(\w+)",.*?#\s*(.+)$""")


def describe_schemas() -> Iterator[str]:
    """The page."""
    yield ABOUT
    source = Path(schemas.__file__).read_text(encoding="utf-8")
    lines, told = source.split("\n"), dict(list_docstrings(ast.parse(source)))
    notes = {m[1]: m[2] for line in lines if line.startswith('    "') and (m := COMMENT.match(line))}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if isinstance(schema := getattr(schemas, name), pa.Schema):
                yield from describe_schema(name, schema, lines[node.lineno - 1 : node.end_lineno], notes, told)


def describe_schema(
    name: str, schema: pa.Schema, lines: list[str], notes: Mapping[str, str], told: Mapping[str, str]
) -> Iterator[str]:
    """A schema: its columns, their types, and what is said of each."""
    comments = dict(notes) | {match[1]: match[2] for line in lines if (match := COMMENT.match(line))}
    yield f"## {name}\n"
    about = told.get(name) or lines[-1].partition("#")[2].strip()
    if about:
        yield plain(about[0].upper() + about[1:]).rstrip(".") + ".\n"
    yield from table(
        ("column", "type", "meaning"),
        ((code(field.name), code(field.type), comments.get(field.name, "")) for field in schema),
    )


def list_docstrings(module: ast.Module) -> Iterator[tuple[str, str]]:
    """The names of a module that a string follows, and the string."""
    for node, after in zip(module.body, module.body[1:], strict=False):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield target.id, str(after.value.value)
