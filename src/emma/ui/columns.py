"""Tables in plain text, aligned by what a terminal shows: Han takes two columns, a combining mark none."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

WIDTH = 100


def grid(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Rows in aligned columns; what does not fit into the last is folded."""
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]) - 1)]
    indent = sum(widths) + 2 * len(widths)
    for row in rows:
        cells = [pad(cell, widths[at], at in right) for at, cell in enumerate(row[:-1])]
        first, *others = fold(row[-1], WIDTH - indent)
        yield "  ".join([*cells, first]).rstrip()
        yield from (" " * indent + other for other in others)


def pad(cell: str, width: int, right: bool) -> str:
    """A cell filled with spaces to its column's width."""
    space = " " * (width - cell_len(cell))
    return space + cell if right else cell + space


def fold(line: str, width: int) -> list[str]:
    """A line cut between words into pieces of at most `width` columns."""
    pieces = [""]
    for word in line.split(" "):
        if pieces[-1] and cell_len(pieces[-1]) + 1 + cell_len(word) > width:
            pieces.append(word)
        else:
            pieces[-1] = f"{pieces[-1]} {word}" if pieces[-1] else word
    return pieces
