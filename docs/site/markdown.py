"""Pieces of Markdown that pages of the reference are made of."""

import re
from collections.abc import Iterable, Iterator, Sequence
from inspect import cleandoc

CODE = re.compile(r"(`+[^`]+`+)")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, and an empty one behind it; nothing where there are no rows."""
    lines = [f"| {' | '.join(map(cell, row))} |" for row in rows]
    if lines:
        yield from (f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines, "")


def cell(text: str) -> str:
    """A text as the cell of a table: in one line, its bars escaped, which Markdown wants in code too."""
    return " ".join(plain(text).split()).replace("|", "\\|")


def plain(text: str) -> str:
    """A docstring as Markdown: its code as it is, and no HTML in the rest."""
    parts = CODE.split(cleandoc(text or ""))
    return "".join(part if at % 2 else part.replace("<", "&lt;") for at, part in enumerate(parts))


def code(text: object) -> str:
    """A text as code in a line; nothing where it is empty."""
    inner = str(text)
    return f"`` {inner} ``" if "`" in inner else f"`{inner}`" if inner else ""


def sentence(text: str) -> str:
    """A help text as a sentence of its own."""
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""
