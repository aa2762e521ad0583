"""Compressed streams by the suffix of their name: gzip, bzip2, xz (and lzma, as it was before), Zstandard."""

import bz2
import gzip
import io
import lzma
from pathlib import PurePosixPath
from typing import IO, cast

import zstandard

PIECE_BYTES = 8 * 1024
"""Compressed bytes at a time: a piece can hold ten thousand times its size, and all of that comes at once."""
BUFFER_BYTES = 1 << 18
SUFFIXES = (".gz", ".bz2", ".xz", ".lzma", ".zst")
SHORT_SUFFIXES = {
    **dict.fromkeys((".tgz", ".taz"), ".gz"),
    **dict.fromkeys((".tbz", ".tbz2", ".tb2", ".tz2"), ".bz2"),
    **{".txz": ".xz", ".tlz": ".lzma", ".tzst": ".zst"},
}
"""Suffixes of compressed tar archives, and the compression of each: `.tgz` is `.tar.gz`."""
MAGIC_BYTES = ((b"\x1f\x8b", ".gz"), (b"BZh", ".bz2"), (b"\xfd7zXZ\x00", ".xz"), (b"\x28\xb5\x2f\xfd", ".zst"))
"""First bytes of what is compressed, and the suffix that it should have."""


def compression_suffix(name: str) -> str:
    """The suffix of the compression that a name states, in whatever case; empty where it states none."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix in SUFFIXES else SHORT_SUFFIXES.get(suffix, "")


def without_suffix(name: str) -> PurePosixPath:
    """A name without the suffix of its compression: `am.md` for `am.md.gz`, `am.tar` for `am.tgz`."""
    path = PurePosixPath(name)
    if not compression_suffix(name):
        return path
    return path.with_suffix(".tar" if path.suffix.lower() in SHORT_SUFFIXES else "")


def decompress(raw: IO[bytes], name: str) -> IO[bytes]:
    """The content of a stream, by the suffix of its name; the stream itself if that names no compression."""
    match compression_suffix(name):
        case ".gz":
            return cast(IO[bytes], gzip.open(raw, "rb"))
        case ".bz2":
            return bz2.open(raw, "rb")
        case ".xz" | ".lzma":
            return lzma.open(raw, "rb")
        case ".zst":
            return io.BufferedReader(ZstdReader(raw), BUFFER_BYTES)
    return raw


class ZstdReader(io.RawIOBase):
    """Zstandard frames one after the other. Unlike the library's own reader it notices a file that was cut off."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._ready, self._started, self._passed = memoryview(b""), False, 0

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end. EOFError if the last frame is not complete."""
        while not self._ready and self._advance():
            pass
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        self._passed += count
        return count

    def tell(self) -> int:
        """Decompressed bytes given so far."""
        return self._passed

    def _advance(self) -> bool:
        """Decompress one more piece; False at the end of the file."""
        piece = self._raw.read(PIECE_BYTES)
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
