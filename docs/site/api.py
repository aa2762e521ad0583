"""The Python API: the signatures and docstrings of the names of `emma`, read from the sources."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import emma
from docs.site.markdown import code, plain

ABOUT = """# Python API

The names of `import emma`; how they are used together: [From Python](../python.md).
"""
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
SOURCE = Path(emma.__file__).parent


def describe_api() -> Iterator[str]:
    """The page."""
    yield ABOUT
    for public in emma.__all__:
        module, _, name = emma._PLACES[public].partition(":")
        node = find_name(module, name)
        if isinstance(node, ast.ClassDef):
            yield from describe_class(node, public)
        elif isinstance(node, Function):
            yield from describe_function(node, f"emma.{public}", "##")


def find_name(module: str, name: str) -> ast.stmt:
    """The definition of a name in a module, or in the one that it has it from."""
    path = SOURCE.joinpath(*module.split(".")[1:]).with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef | Function) and node.name == name:
            return node
        if isinstance(node, ast.ImportFrom) and any((alias.asname or alias.name) == name for alias in node.names):
            return find_name(str(node.module), name)
    raise LookupError(f"{module} has no {name}")


def describe_class(node: ast.ClassDef, public: str) -> Iterator[str]:
    """A class: what it is, and its public methods and properties."""
    yield f"## emma.{public}\n"
    yield from docstring(node)
    for member in node.body:
        if isinstance(member, Function) and not member.name.startswith("_"):
            yield from describe_function(member, f"{public}.{member.name}", "###")


def describe_function(node: Function, name: str, level: str) -> Iterator[str]:
    """A function or property: how it is called, and what it does."""
    marks = {ast.unparse(mark) for mark in node.decorator_list}
    if any(mark.endswith("overload") for mark in marks):
        return
    yield f"{level} {name}\n"
    result = f" → {ast.unparse(node.returns)}".replace("'", "") if node.returns else ""
    arguments = "" if marks & {"property", "cached_property"} else f"({show_arguments(node)})"
    yield code(f"{name}{arguments}{result}") + "\n"
    yield from docstring(node)


def show_arguments(node: Function) -> str:
    """The arguments of a function, without what the caller does not give."""
    arguments = ast.unparse(node.args)
    return arguments.removeprefix("self").removeprefix("cls").removeprefix(", ")


def docstring(node: ast.ClassDef | Function) -> Iterator[str]:
    """What is said of a definition."""
    if text := ast.get_docstring(node):
        yield plain(text) + "\n"
