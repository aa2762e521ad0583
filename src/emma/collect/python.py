"""Python files as syntax trees, for the readers of what is written inside programs."""

import ast

from emma.collect.streams import InputFile
from emma.collect.unit import Bad


def parse(file: InputFile) -> ast.Module | Bad:
    """The file's tree, or a Bad when it cannot be read or is not Python."""
    content = file.whole()
    if isinstance(content, Bad):
        return content
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError) as error:
        return Bad(0, "broken Python", str(error), content)
