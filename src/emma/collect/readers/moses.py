"""Translations line by line in two files that differ in their last suffix, the language: `news.en` and `news.sw`.

`path` names both (or `member` both, in a zip archive). A line without its other half is a reject.
"""

from collections.abc import Iterator
from itertools import zip_longest

from emma.collect.config import SourceConfig
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit

Line = tuple[int, bytes] | Bad


def by_lines(_source: SourceConfig) -> bool:
    """A row is a line of each file."""
    return True


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """One unit a line that is not empty on both sides, under its number."""
    (other,) = file.beside
    for one, two in zip_longest(file.lines(), other.lines()):
        if one is None and file.left is not None:
            return  # the end of a range; the other file's next lines belong to the next one
        if one is None or two is None:
            yield _alone(two, other, file) if one is None else _alone(one, file, other)
        elif (found := _pair(file, other, one, two)) is not None:
            yield found


def _alone(line: Line | None, file: InputFile, other: InputFile) -> Bad:
    if isinstance(line, Bad):
        return line
    row, data = line or (0, b"")
    return Bad(row, "no counterpart", f"{other.name} has fewer lines than {file.name}", data)


def _pair(file: InputFile, other: InputFile, one: Line, two: Line) -> Unit | Bad | None:
    """The two halves as a unit; the first of them that is bad; None where both are empty."""
    text, text2 = _text(file, one), _text(other, two)
    for half, of in ((text, file), (text2, other)):
        if isinstance(half, Bad):
            return Bad(half.row, half.kind, f"{of.name}: {half.detail}", half.raw)
    if isinstance(one, Bad) or isinstance(text, Bad) or isinstance(text2, Bad) or not (text + text2).strip():
        return None
    return Unit(one[0], text, code_of(file), text2, code_of(other))


def _text(file: InputFile, line: Line) -> str | Bad:
    return line if isinstance(line, Bad) else file.decode(line[1], line[0])


def code_of(file: InputFile) -> str:
    """What the name calls the language: its last suffix."""
    return file.inner.suffix.removeprefix(".")
