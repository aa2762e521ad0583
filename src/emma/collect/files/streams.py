"""One input file, or one member of an archive, as readers see it: open, decompressed, read as far as it is whole."""

import io
import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import IO

import zstandard

from emma.collect.files.compression import without_suffix
from emma.collect.records import Reject
from emma.collect.text.encodings import BYTE_ORDER_MARKS, SAMPLE_BYTES

DAMAGE_ERRORS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    tarfile.TarError,
    zipfile.BadZipFile,
)
"""Errors that reading a broken file or archive raises."""
CHUNK_BYTES = 1 << 20


@dataclass
class InputFile:
    """One file of a source, one member of an archive, or a range of lines of a large file."""

    name: str
    stream: IO[bytes]
    max_row_bytes: int
    encoding: str | None = None
    """The encoding that the source declares, None for UTF-8. UTF-16 and UTF-32 are made UTF-8 when a file is opened."""
    row: int = 0
    """Lines of the file before where the stream stands."""
    left: int | None = None
    """Bytes in which lines of this range begin; None: to the end of the file."""
    companions: tuple["InputFile", ...] = ()
    """Files whose lines belong to this one's."""
    location: str = ""
    """The place of the file, for formats that a library opens by itself."""
    head: bytes | None = None
    """The first bytes of the file, once known."""
    forward_only: bool = False
    """Whether the stream cannot go back, whatever it says of itself: a member of a tar archive."""

    @property
    def plain_name(self) -> PurePosixPath:
        """The name without the suffix of its compression: `am.md` for `am.md.gz`."""
        return without_suffix(self.name)

    def read_lines(self) -> Iterator[tuple[int, bytes] | Reject]:
        """Lines with their numbers from 1, without line ends. A line that is too long is a reject; the rest goes on.

        Damage ends the iteration with a reject.
        """
        row, left, limit, readline = self.row, self.left, self.max_row_bytes, self.stream.readline
        try:
            while (left is None or left > 0) and (line := readline(limit + 1)):
                row += 1
                size = len(line)
                if size > limit and not line.endswith(b"\n"):
                    yield Reject(row, "row too long", f"more than {limit} bytes (max_row_bytes)", line)
                    size += skip_line(self.stream)
                else:
                    yield row, line.rstrip(b"\r\n")
                if left is not None:
                    left -= size
        except DAMAGE_ERRORS as error:
            yield Reject(row + 1, "broken file", f"it cannot be read from here on ({describe_error(error)})")

    def read_sample(self) -> bytes:
        """The first bytes of the file, as far as it is whole; the stream then gives them again, and damage after."""
        if self.head is None:
            self.head, damage = _read_beginning(self.stream)
            # only plain files can go back at no cost; a decompressed one would be read again from its start
            if isinstance(self.stream, io.BufferedReader) and isinstance(self.stream.raw, io.FileIO):
                self.stream.seek(0)
            else:
                self.stream = io.BufferedReader(_ChainedStream(self.head, self.stream, damage), CHUNK_BYTES)
        return self.head

    def read_bytes(self) -> bytes | Reject:
        """All bytes, for formats that make sense only whole; Reject (row 0) when damaged or over `max_row_bytes`.

        Nothing of a reject file is used, so all of its bytes count as unread.
        """
        try:
            data = self.stream.read(self.max_row_bytes + 1)
        except DAMAGE_ERRORS as error:
            return Reject(0, "broken file", describe_error(error))
        if len(data) > self.max_row_bytes:
            why = f"the file has more than {self.max_row_bytes} bytes (max_row_bytes)"
            return Reject(0, "row too long", why, data, unread=len(data) + self.count_unread())
        return data

    def read_text(self) -> str | Reject:
        """All of the text, decoded; Reject as `read_bytes`, or for bytes that are not in the encoding."""
        data = self.read_bytes()
        text = data if isinstance(data, Reject) else self.decode(data, 0)
        return replace(text, unread=len(text.raw)) if isinstance(text, Reject) and isinstance(data, bytes) else text

    def count_unread(self) -> int:
        """Bytes from where the stream stands to its end, or to where it is damaged; the stream is at its end then."""
        passed = 0
        try:
            while piece := self.stream.read(CHUNK_BYTES):
                passed += len(piece)
        except DAMAGE_ERRORS:
            pass
        return passed

    def position(self) -> int:
        """Bytes, decompressed, before where the stream stands; 0 where nobody can tell."""
        try:
            return self.stream.tell()
        except (OSError, ValueError):  # no such thing here, or closed
            return 0

    def decode(self, data: bytes, row: int) -> str | Reject:
        """Bytes of this file as text, or Reject."""
        return decode(data, row, self.encoding)

    def seekable_stream(self) -> IO[bytes]:
        """The stream, or a copy of it on disk if it cannot go back, for formats that are not read front to back.

        Raises what damage raises.
        """
        if not self.forward_only and self.stream.seekable():
            return self.stream
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as its reader
        shutil.copyfileobj(self.stream, copy, CHUNK_BYTES)
        copy.seek(0)
        return copy


class _ChainedStream(io.RawIOBase):
    """Bytes that were read already, then the rest of their stream."""

    def __init__(self, first: bytes, rest: IO[bytes], damage: Exception | None) -> None:
        self._first, self._rest, self._damage, self._passed = first, rest, damage, 0

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end."""
        if self._damage and not self._first:
            raise self._damage
        piece = self._first or _read_once(self._rest, len(buffer))
        count = min(len(piece), len(buffer))
        buffer[:count], self._first = piece[:count], piece[count:]
        self._passed += count
        return count

    def tell(self) -> int:
        """Bytes given so far."""
        return self._passed


def with_line_feeds(stream: IO[bytes]) -> IO[bytes]:
    """The stream of a file whose lines end with carriage returns alone, as on the first Macintosh, with line feeds."""
    return io.BufferedReader(_LineFeedStream(stream), CHUNK_BYTES)


class _LineFeedStream(io.RawIOBase):
    """A stream with line feeds for its carriage returns."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end."""
        piece = _read_once(self._raw, len(buffer)).replace(b"\r", b"\n")
        buffer[: len(piece)] = piece
        return len(piece)


def _read_beginning(stream: IO[bytes]) -> tuple[bytes, Exception | None]:
    """Read the first SAMPLE_BYTES, or those before damage, and what is damaged."""
    pieces: list[bytes] = []
    left = SAMPLE_BYTES
    try:
        while left and (piece := _read_once(stream, left)):
            pieces.append(piece)
            left -= len(piece)
    except DAMAGE_ERRORS as error:
        return b"".join(pieces), error
    return b"".join(pieces), None


def _read_once(stream: IO[bytes], size: int) -> bytes:
    """Read what there is at once: reading on until `size` is full would lose what stands before damage."""
    return stream.read1(size) if isinstance(stream, io.BufferedIOBase) else stream.read(size)


def skip_line(stream: IO[bytes]) -> int:
    """Go to the start of the next line, in bounded memory; returns the bytes passed."""
    passed = 0
    while line := stream.readline(CHUNK_BYTES):
        passed += len(line)
        if line.endswith(b"\n"):
            break
    return passed


def decode(data: bytes, row: int, encoding: str | None = None) -> str | Reject:
    """Text without a byte-order mark, or Reject; UTF-8 unless said, or UTF-16 or UTF-32 where such a mark says it."""
    if encoding is None and len(data) > 4 and data[:2] in (b"\xff\xfe", b"\xfe\xff", b"\0\0"):
        encoding = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), None)
    try:
        return data.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError as error:
        kind = f"invalid {encoding}" if encoding else "invalid UTF-8"
        advice = "" if encoding else "; if all of the file is in another encoding, set `encoding` of the source"
        return Reject(row, kind, f"byte {error.start} ({error.reason}){advice}", data)


def describe_error(error: BaseException) -> str:
    """The message of an error, or its name if it has none."""
    return str(error).strip(" .") or type(error).__name__
