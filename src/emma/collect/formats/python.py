"""Python files as syntax trees, for the readers of what is written inside programs."""

import ast

from emma.collect.files.streams import InputFile
from emma.collect.unit import Bad


def parse(file: InputFile) -> ast.Module | Bad:
    """The file's tree, or a Bad when it cannot be read, is not Python, or is nested deeper than Python itself reads."""
    content = file.whole()
    if isinstance(content, Bad):
        return content
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError) as error:
        return Bad(0, "broken Python", str(error), content, unread=len(content))
    except (RecursionError, MemoryError):  # what the parser says of its own stack, not of the machine's memory
        return Bad(0, "broken Python", "nested too deep", content, unread=len(content))
