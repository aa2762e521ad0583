"""Reader of translations line by line, in two files whose last suffix is the language: `news.en` and `news.sw`.

`path` names both (or `member` both, in a zip archive). Files that differ in length are refused whole: where
one has lost a line, every pair after it is wrong. Quotes mean nothing here: a line is text as it stands.
"""

import io
import tempfile
from collections.abc import Iterator
from itertools import zip_longest
from typing import IO

from emma.collect.config import SourceConfig
from emma.collect.files.streams import CHUNK_BYTES, DAMAGE_ERRORS, InputFile
from emma.collect.readers.reader import always, reader
from emma.collect.records import RawDocument, Reject

Line = tuple[int, bytes] | Reject


@reader(
    rows_are_lines=always,
    reads_lines=True,
    purpose="translations in two files of as many lines (Moses, OPUS): a pair of translations a line",
    language="The last suffix of each file (news.en and news.sw), or what `lang_from` finds in each name.",
    example="""\
path = "opus/news.*"                     # news.en and news.sw
""",
)
def read_moses(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read the lines that are not empty on both sides, a pair each, under their numbers."""
    (other,) = file.companions
    if not is_range(file) and (unequal := compare_lengths(file, other)):
        yield unequal
        return
    for one, two in zip_longest(file.read_lines(), other.read_lines()):
        if one is None and file.left is not None:
            return  # the end of a range; the other file's next lines belong to the next one
        if one is None or two is None:  # one of the files is damaged, so that nobody knows how long it was
            yield _reject_alone(two, file) if one is None else _reject_alone(one, other)
        elif (pair := _read_pair(file, other, one, two)) is not None:
            yield pair


def is_range(file: InputFile) -> bool:
    """Whether this is a range of a large file, whose lines were counted and compared when it was divided."""
    return file.left is not None or file.row > 0


def compare_lengths(file: InputFile, other: InputFile) -> Reject | None:
    """A reject for both files if they differ in length, else None. Leaves them at their beginning.

    Nobody knows the length of a damaged file; what stands before the damage is used.
    """
    # both are read twice, since what one lacks is known only at the end
    for side in (file, other):
        side.stream = rewindable_stream(side)
    try:
        (lines, size), (lines2, _) = count_lines(file.stream), count_lines(other.stream)
    except DAMAGE_ERRORS:
        lines = lines2 = size = 0
    file.stream.seek(0)
    other.stream.seek(0)
    if lines == lines2:
        return None
    sizes = f"{file.name} has {lines} lines and {other.name} {lines2}"
    why = f"{sizes}, and nobody knows which are missing: no pair of them is used"
    return Reject(0, "files differ in length", why, units=max(lines, lines2), unread=size)


def rewindable_stream(file: InputFile) -> IO[bytes]:
    """The stream if it can go back, else a copy of it on disk that ends as the stream does, with its damage."""
    if not file.forward_only and file.stream.seekable():
        return file.stream
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as its reader
    end: BaseException | None = None
    read = getattr(file.stream, "read1", file.stream.read)  # `read` forgets what it had when damage comes
    try:
        while piece := read(CHUNK_BYTES):
            copy.write(piece)
    except DAMAGE_ERRORS as error:
        end = error
    copy.seek(0)
    return io.BufferedReader(DamagedCopy(copy, end), CHUNK_BYTES)


class DamagedCopy(io.RawIOBase):
    """A copy of a stream up to its damage, if it has any, which reading raises again there."""

    def __init__(self, content: IO[bytes], damage: BaseException | None) -> None:
        self._content, self._damage = content, damage

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to another place."""
        return self._content.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end. Raises the damage there."""
        piece = self._content.read(len(buffer))
        if not piece and self._damage is not None:
            raise self._damage
        buffer[: len(piece)] = piece
        return len(piece)


def count_lines(stream: IO[bytes]) -> tuple[int, int]:
    """Count the lines and bytes from here to the end of a stream. Raises DAMAGE_ERRORS."""
    lines, size, last = 0, 0, b"\n"
    while data := stream.read(CHUNK_BYTES):
        lines, size, last = lines + data.count(b"\n"), size + len(data), data[-1:]
    return lines + (last != b"\n"), size


def _reject_alone(line: Line | None, other: InputFile) -> Reject:
    """The reject of a line that `other` has no counterpart of."""
    if isinstance(line, Reject):
        return line
    row, data = line or (0, b"")
    return Reject(row, "no counterpart", f"{other.name} cannot be read to its end", data)


def _read_pair(file: InputFile, other: InputFile, one: Line, two: Line) -> RawDocument | Reject | None:
    """The pair of two lines, or the reject of the first that cannot be read; None where both are empty."""
    text, text2 = _decode_line(file, one), _decode_line(other, two)
    for side, side_file in ((text, file), (text2, other)):
        if isinstance(side, Reject):
            return Reject(side.row, side.kind, f"{side_file.name}: {side.detail}", side.raw)
    if isinstance(one, Reject) or isinstance(text, Reject) or isinstance(text2, Reject) or not (text + text2).strip():
        return None
    return RawDocument(one[0], text, text2=text2)


def _decode_line(file: InputFile, line: Line) -> str | Reject:
    """The text of a line, or the reject that it is."""
    return line if isinstance(line, Reject) else file.decode(line[1], line[0])
