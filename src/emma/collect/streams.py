"""Bytes of a source file, whatever wraps them: gzip, bzip2, Zstandard, tar. What can be read before damage is read."""

import bz2
import fnmatch
import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

import zstandard

from emma.collect.unit import Bad

DAMAGE = (OSError, EOFError, zlib.error, zstandard.ZstdError, tarfile.TarError)
"""What reading a broken file or archive raises."""
CHUNK = 1 << 20
PIECE = 8 * 1024
"""Compressed bytes at a time: a piece can hold ten thousand times its size, and all of that comes at once."""
SUFFIXES = (".gz", ".bz2", ".zst")


@dataclass(frozen=True)
class InputFile:
    """One file of a source, or one member of an archive, opened and decompressed."""

    name: str
    stream: IO[bytes]
    max_row_bytes: int

    @property
    def inner(self) -> PurePosixPath:
        """The name without the suffix of its compression: `am.md` for `am.md.gz`."""
        path = PurePosixPath(self.name)
        return path.with_suffix("") if path.suffix in SUFFIXES else path

    def lines(self) -> Iterator[tuple[int, bytes] | Bad]:
        """Lines with their numbers from 1, without line ends. A line that is too long is a Bad; the rest goes on.

        Damage ends the iteration with a Bad.
        """
        row = 0
        try:
            while line := self.stream.readline(self.max_row_bytes + 1):
                row += 1
                if len(line) > self.max_row_bytes and not line.endswith(b"\n"):
                    yield Bad(row, "row too long", f"more than {self.max_row_bytes} bytes (max_row_bytes)", line)
                    self._skip_line()
                else:
                    yield row, line.rstrip(b"\r\n")
        except DAMAGE as error:
            yield Bad(row + 1, "broken file", f"it cannot be read from here on ({_words(error)})")

    def _skip_line(self) -> None:
        while (line := self.stream.readline(CHUNK)) and not line.endswith(b"\n"):
            pass

    def whole(self) -> bytes | Bad:
        """All bytes, for formats that make sense only whole; Bad (row 0) when damaged or over `max_row_bytes`."""
        try:
            data = self.stream.read(self.max_row_bytes + 1)
        except DAMAGE as error:
            return Bad(0, "broken file", _words(error))
        if len(data) > self.max_row_bytes:
            return Bad(0, "row too long", f"the file has more than {self.max_row_bytes} bytes (max_row_bytes)", data)
        return data

    def text(self) -> str | Bad:
        """As `whole`, decoded from UTF-8."""
        data = self.whole()
        return data if isinstance(data, Bad) else decode(data, 0)


def decode(data: bytes, row: int) -> str | Bad:
    """UTF-8 without a byte-order mark, or Bad."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Bad(row, "invalid UTF-8", f"byte {error.start} ({error.reason})", data)


def open_file(path: Path, name: str, member: str | None, max_row_bytes: int) -> Iterator[InputFile | Bad]:
    """The file, or the members of the archive that match `member`, one after the other and each to be read at once."""
    try:
        with path.open("rb") as raw, decompress(raw, name) as stream:
            if member is None:
                yield InputFile(name, stream, max_row_bytes)
            else:
                yield from _members(name, stream, member, max_row_bytes)
    except DAMAGE as error:
        yield Bad(0, "broken file", _words(error))


def _members(name: str, stream: IO[bytes], member: str, max_row_bytes: int) -> Iterator[InputFile | Bad]:
    seen = set()
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for info in archive:
            if not info.isfile() or not fnmatch.fnmatchcase(info.name, member):
                continue
            if info.name in seen:
                yield Bad(0, "member twice", f"'{info.name}' is in {name} again; the first one was read")
            elif content := archive.extractfile(info):
                seen.add(info.name)
                inner = decompress(content, info.name)
                yield InputFile(f"{name}/{info.name}", inner, max_row_bytes)


def decompress(raw: IO[bytes], name: str) -> IO[bytes]:
    """The content of a stream, by the suffix of its name."""
    match PurePosixPath(name).suffix:
        case ".gz":
            return cast(IO[bytes], gzip.open(raw, "rb"))
        case ".bz2":
            return bz2.open(raw, "rb")
        case ".zst":
            return io.BufferedReader(ZstdReader(raw), CHUNK)
    return raw


class ZstdReader(io.RawIOBase):
    """Zstandard frames one after the other. Unlike the library's own reader it notices a file that was cut off."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._ready, self._started = memoryview(b""), False

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end. EOFError if the last frame is not complete."""
        while not self._ready and self._advance():
            pass
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _advance(self) -> bool:
        """Decompress one more piece; False at the end of the file."""
        piece = self._raw.read(PIECE)
        if self._frame.eof:
            piece = self._frame.unused_data + piece
        if not piece:
            if self._started and not self._frame.eof:
                raise EOFError("the compressed file ends before its end mark")
            return False
        if self._frame.eof:
            self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._ready, self._started = memoryview(self._frame.decompress(piece)), True
        return True


def _words(error: BaseException) -> str:
    return str(error).strip(" .") or type(error).__name__
