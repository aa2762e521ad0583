"""Python files as syntax trees, for the readers of what is written inside programs."""

import ast

from emma.collect.files.streams import InputFile
from emma.collect.records import Reject


def parse(file: InputFile) -> ast.Module | Reject:
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
