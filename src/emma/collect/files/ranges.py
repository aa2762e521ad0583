"""Make tasks of a source's files: small files together, large ones in ranges where lines are rows.

A range holds the lines that begin in it, so that no line is cut or read twice, and its first line's number is known
from counting, so that ids are the same whatever the size of a task. Where files lie is no part of a task's address;
the names of the fields below are, so they stay.
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


class RangePart(Settings):
    """A file to read, from a byte on."""

    name: str
    mark: str
    """The hash of its content."""
    start: int = 0
    row: int = 0
    """Lines that begin before `start`."""
    location: str = Field(default="", exclude=True)


class FileRange(Settings):
    """Files that are read side by side, nearly always one, whole or in part."""

    parts: tuple[RangePart, ...]
    stop: int | None = None
    """The byte before which the lines of the first part begin; None: all lines to its end."""


class RangeBatch(Settings):
    """One task: ranges of one source."""

    source: SourceConfig
    pieces: tuple[FileRange, ...]

    @classmethod
    def of(cls, source: SourceConfig, pieces: tuple[FileRange, ...]) -> "RangeBatch":
        """The task for a source, or a benchmark."""
        kind = BenchmarkBatch if isinstance(source, BenchmarkConfig) else cls
        return kind(source=source, pieces=pieces)


class BenchmarkBatch(RangeBatch):
    """One task of a benchmark, whose documents are others: nothing is refused for its language."""

    refuses: Literal[False] = False  # tells its address from that of a source


class LineSpan(Settings):
    """Some bytes of a file, in which lines are counted."""

    mark: str
    start: int
    stop: int
    location: str = Field(exclude=True)


HashedFile = tuple[SourceFile, str]
"""A file and the hash of its content."""
Starts = dict[str, list[tuple[int, int]]]
"""Bytes at which ranges start and lines that begin before each, by the hash of a file; last comes the file's end."""


def make_batches(
    source: SourceConfig, groups: Sequence[Sequence[HashedFile]], size: int, work: Work
) -> list[RangeBatch]:
    """Make the tasks of a source, in order: a new one after `size` bytes, and one for each range of a large file."""
    # Lines of large files only are counted: the bytes of small ones are read once, by their own task.
    large = [group for group in groups if is_splittable(source, group, size)]
    starts = find_line_starts([file for group in large for file in group], size, work)
    batches: list[list[FileRange]] = []
    weight = size
    for group in groups:
        ranges = list(split_into_ranges(group, starts)) if group in large else [range_of_whole_files(group)]
        for part in ranges:
            if weight >= size or group in large:
                batches.append([])
                weight = 0
            batches[-1].append(part)
            weight += size if group in large else sum(file.bytes for file, _ in group)
    as_read = source.as_read()  # so that a changed description or priority reads nothing again
    return [RangeBatch.of(as_read, tuple(batch)) for batch in batches]


def range_of_whole_files(group: Sequence[HashedFile]) -> FileRange:
    """The range that is all of some files."""
    return FileRange(parts=tuple(RangePart(name=file.name, mark=mark, location=file.location) for file, mark in group))


def is_splittable(source: SourceConfig, group: Sequence[HashedFile], size: int) -> bool:
    """Whether a file is large and its rows are its lines, each for itself."""
    first = group[0][0]
    # neighbours are joined (`group_bytes`) across the whole file, and members of archives have no lines of their own
    if not size < first.bytes != UNKNOWN_BYTES or source.group_bytes or source.member is not None:
        return False
    if not find_reader(source).rows_are_lines(source) or compression_suffix(first.name):
        return False
    return not is_wide(source.encoding or _detect_encoding(first, source))


def _detect_encoding(file: SourceFile, source: SourceConfig) -> str | None:
    with open_location(file.location) as stream:
        encoding = detect_unicode(stream.read(SAMPLE_BYTES), expected_language(file.name, source))
    return None if encoding is None else encoding.name


def find_line_starts(files: Sequence[HashedFile], size: int, work: Work) -> Starts:
    """Find where ranges of `size` bytes start, and the number of the line there: counted by tasks, once per content."""
    spans = {mark: list(_split_evenly(file, mark, size)) for file, mark in files}
    counted = iter(work.each(count_lines, [span for of_file in spans.values() for span in of_file]))
    starts: Starts = {}
    for mark, of_file in spans.items():
        lines = [next(counted).counts["lines"] for _ in of_file]
        places = [*(span.start for span in of_file), of_file[-1].stop]
        starts[mark] = list(zip(places, accumulate(lines, initial=0), strict=True))
    return starts


def _split_evenly(file: SourceFile, mark: str, size: int) -> Iterator[LineSpan]:
    for start in range(0, max(1, file.bytes), size):
        yield LineSpan(mark=mark, start=start, stop=min(start + size, file.bytes), location=file.location)


def count_lines(_out: Path, span: LineSpan) -> dict[str, int]:
    """Count the lines that begin in a span: newlines one byte before it, and the file's first line."""
    first = int(span.start == 0)
    with open_location(span.location) as stream:
        stream.seek(span.start - 1 + first)
        left, lines = span.stop - span.start - first, first
        while left > 0 and (data := stream.read(min(left, CHUNK_BYTES))):
            lines += data.count(b"\n")
            left -= len(data)
    return {"lines": lines}


def split_into_ranges(group: Sequence[HashedFile], starts: Starts) -> Iterator[FileRange]:
    """Split the first file into ranges, and find beside each where to look for the same line in the other files.

    Files that differ in length stay whole, for their reader to refuse.
    """
    (first, mark), *others = group
    if len({starts[file_mark][-1][1] if file.bytes else 0 for file, file_mark in group}) > 1:
        yield range_of_whole_files(group)
        return
    places = starts[mark][:-1]
    for (start, row), (stop, _) in zip(places, [*places[1:], (None, 0)], strict=True):
        lead = RangePart(name=first.name, mark=mark, start=start, row=row, location=first.location)
        yield FileRange(parts=(lead, *(_companion_part(other, starts, row) for other in others)), stop=stop)


def _companion_part(hashed: HashedFile, starts: Starts, row: int) -> RangePart:
    """The other file from the last known place at which no more than `row` lines began before."""
    file, mark = hashed
    start, before = max(place for place in starts[mark][:-1] if place[1] <= row)
    return RangePart(name=file.name, mark=mark, start=start, row=before, location=file.location)
