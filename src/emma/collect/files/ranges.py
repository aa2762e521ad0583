"""How a source's files become tasks: small files together, large ones in ranges where lines are rows.

A range holds the lines that begin in it, so that no line is cut or read twice, and its first line's number is known
from counting, so that ids are the same whatever the size of a task. Where files lie is no part of a task's address.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Literal

from pydantic import Field

from emma.collect.config import BenchmarkConfig, SourceConfig
from emma.collect.files.compression import compression_suffix
from emma.collect.files.locations import UNKNOWN_BYTES, SourceFile, open_location
from emma.collect.files.streams import CHUNK_BYTES
from emma.collect.readers.registry import find_reader
from emma.collect.text.encodings import SAMPLE_BYTES, detect_unicode, is_wide
from emma.collect.text.file_names import expected_language
from emma.config.section import Settings
from emma.work.work import Work


class Part(Settings):
    """A file to read, from a byte on."""

    name: str
    mark: str
    """What is in it: its hash."""
    start: int = 0
    row: int = 0
    """Lines that begin before `start`."""
    location: str = Field(default="", exclude=True)


class Piece(Settings):
    """Files that are read side by side, nearly always one."""

    parts: tuple[Part, ...]
    stop: int | None = None
    """The byte before which the lines of the first part begin; None: all lines to its end."""


class Batch(Settings):
    """One task: pieces of one source."""

    source: SourceConfig
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, source: SourceConfig, pieces: tuple[Piece, ...]) -> "Batch":
        """The task for a source, or a benchmark."""
        made = BenchmarkBatch if isinstance(source, BenchmarkConfig) else cls
        return made(source=source, pieces=pieces)


class BenchmarkBatch(Batch):
    """One task of a benchmark, whose documents are others: nothing is refused for its language."""

    refuses: Literal[False] = False  # tells its address from that of a source


class Span(Settings):
    """Some bytes of a file."""

    mark: str
    start: int
    stop: int
    location: str = Field(exclude=True)


Marked = tuple[SourceFile, str]
"""A file and the hash of its content."""


def batches(source: SourceConfig, groups: Sequence[Sequence[Marked]], size: int, work: Work) -> list[Batch]:
    """The tasks of a source, in order: cut where `size` bytes are reached, and inside files that can be split."""
    split = [group for group in groups if splits(source, group, size)]
    starts = line_starts([each for group in split for each in group], size, work)
    made: list[list[Piece]] = []
    weight = size
    for group in groups:
        pieces = list(ranges(group, starts)) if group in split else [whole(group)]
        for piece in pieces:
            if weight >= size or group in split:
                made.append([])
                weight = 0
            made[-1].append(piece)
            weight += size if group in split else sum(each.bytes for each, _ in group)
    read = source.as_read()
    return [Batch.of(read, tuple(chunk)) for chunk in made]


def whole(group: Sequence[Marked]) -> Piece:
    """A piece of whole files."""
    parts = [Part(name=each.name, mark=mark, location=each.location) for each, mark in group]
    return Piece(parts=tuple(parts))


def splits(source: SourceConfig, group: Sequence[Marked], size: int) -> bool:
    """Whether a file is large and its rows are its lines, each for itself."""
    first = group[0][0]
    if not size < first.bytes != UNKNOWN_BYTES or source.group_bytes or source.member is not None:
        return False
    if not find_reader(source).rows_are_lines(source) or compression_suffix(first.name):
        return False
    return not is_wide(source.encoding or _encoding(first, source))


def _encoding(file: SourceFile, source: SourceConfig) -> str | None:
    with open_location(file.location) as stream:
        encoding = detect_unicode(stream.read(SAMPLE_BYTES), expected_language(file.name, source))
    return None if encoding is None else encoding.name


Starts = dict[str, list[tuple[int, int]]]
"""Of a file, by its mark: bytes at which ranges start, and the lines that begin before each; last its end."""


def line_starts(files: Sequence[Marked], size: int, work: Work) -> Starts:
    """Where ranges of `size` bytes start, and the number of the line there; counted by tasks, once for each content."""
    spans = {mark: list(_spans(each, mark, size)) for each, mark in files}
    counted = iter(work.each(count_lines, [span for each in spans.values() for span in each]))
    found: Starts = {}
    for mark, of_file in spans.items():
        lines = [next(counted).counts["lines"] for _ in of_file]
        places = [*(span.start for span in of_file), of_file[-1].stop]
        found[mark] = list(zip(places, accumulate(lines, initial=0), strict=True))
    return found


def _spans(file: SourceFile, mark: str, size: int) -> Iterator[Span]:
    for start in range(0, max(1, file.bytes), size):
        yield Span(mark=mark, start=start, stop=min(start + size, file.bytes), location=file.location)


def count_lines(_out: Path, span: Span) -> dict[str, int]:
    """How many lines begin in a span: newlines one byte before it, and the file's first line."""
    first = int(span.start == 0)
    with open_location(span.location) as stream:
        stream.seek(span.start - 1 + first)
        left, lines = span.stop - span.start - first, first
        while left > 0 and (data := stream.read(min(left, CHUNK_BYTES))):
            lines += data.count(b"\n")
            left -= len(data)
    return {"lines": lines}


def ranges(group: Sequence[Marked], starts: Starts) -> Iterator[Piece]:
    """The ranges of the first file, and beside each where in the other files the same line is to be looked for.

    Files that differ in length stay whole, for their reader to refuse.
    """
    (first, mark), *others = group
    if len({starts[each][-1][1] if listed.bytes else 0 for listed, each in group}) > 1:
        yield whole(group)
        return
    places = starts[mark][:-1]
    for (start, row), (stop, _) in zip(places, [*places[1:], (None, 0)], strict=True):
        lead = Part(name=first.name, mark=mark, start=start, row=row, location=first.location)
        yield Piece(parts=(lead, *(_beside(each, starts, row) for each in others)), stop=stop)


def _beside(file: Marked, starts: Starts, row: int) -> Part:
    """The other file from the last known place at which no more than `row` lines began before."""
    listed, mark = file
    start, before = max(place for place in starts[mark][:-1] if place[1] <= row)
    return Part(name=listed.name, mark=mark, start=start, row=before, location=listed.location)
