"""A stream without its gzip compression that stops at damage, and can go on at the next member of the file."""

import gzip
import io
import zlib
from collections.abc import Callable
from typing import IO, Any, Final, cast

from emma.collect.files.streams import CHUNK_BYTES, DAMAGE_ERRORS, describe_error

GZIP_MAGIC: Final = b"\x1f\x8b"
MEMBER_START: Final = GZIP_MAGIC + b"\x08"
PIECE_BYTES: Final = 1 << 16
HEAD_BYTES: Final = 1 << 12
"""Compressed bytes in which the start of a member is looked at."""


class ResumableStream:
    """The content of a file that may be gzip, by its first bytes: its name may say `.gz` wrongly, or not say it."""

    def __init__(self, stream: IO[bytes]) -> None:
        raw = cast(io.BufferedReader, _find_compressed(stream))
        self._is_called_gzip = raw is not stream
        self._read = raw.read1 if hasattr(raw, "read1") else raw.read
        self._raw = b""
        """Bytes that are still to be decompressed; after damage those in which it is."""
        self._is_gzip: bool | None = None
        self._member: Any = None
        self.held = bytearray()
        """Bytes that were read and not taken yet."""
        self.at = 0
        """Bytes that were taken."""
        self.verified: int | None = None
        """Bytes up to the end of the last member whose checksum is right; None where there are no members."""
        self.damage = ""
        """Why nothing more can be read, in words; empty if all is well."""
        self.is_over = False
        """Whether the file is at its end."""

    def need(self, size: int) -> int:
        """Hold `size` bytes, fewer only at the end or before damage; how many are held."""
        while len(self.held) < size and not self.damage and not self.is_over:
            try:
                piece = self._piece()
            except DAMAGE_ERRORS as error:
                self.damage = describe_error(error)
            else:
                self.is_over = not piece
                self.held += piece
        return len(self.held)

    def take(self, size: int) -> bytes:
        """Take bytes that are held."""
        data = bytes(self.held[:size])
        del self.held[:size]
        self.at += len(data)
        return data

    def resume(self, begins: Callable[[bytes], bool]) -> tuple[bool, int]:
        """Go on at the next member whose content begins as it should; whether there is one.

        Also how many compressed bytes were passed over.
        """
        passed, start = 0, 1  # not at 0, where the damaged member itself may begin
        while self._is_gzip:
            at = self._raw.find(MEMBER_START, start)
            begin = at if at >= 0 else max(start, len(self._raw) - len(MEMBER_START) + 1)
            # too little is at hand to tell a member from three bytes that look like one by chance
            if len(self._raw) - begin < HEAD_BYTES:
                if piece := self._rest():
                    self._raw, passed, start = self._raw[begin:] + piece, passed + min(begin, len(self._raw)), 0
                    continue
                if at < 0:
                    break
            if begins(_decompress_start(self._raw[at : at + HEAD_BYTES])):
                self._raw, self._member, self.damage = self._raw[at:], None, ""
                return True, passed + at
            start = at + 1
        self.is_over = True
        return False, passed + len(self._raw)

    def _rest(self) -> bytes:
        try:
            return self._read(PIECE_BYTES)
        except DAMAGE_ERRORS:
            return b""

    def _piece(self) -> bytes:
        """The next bytes without compression; none at the end."""
        if self._is_gzip is None:
            self._raw = self._read(PIECE_BYTES)
            self._is_gzip = self._is_called_gzip or self._raw.startswith(GZIP_MAGIC)
            self.verified = 0 if self._is_gzip else None
        if self._is_gzip:
            return self._decompressed()
        piece, self._raw = self._raw or self._read(PIECE_BYTES), b""
        return piece

    def _decompressed(self) -> bytes:
        while True:
            if self._member is None:
                self._raw = self._raw.lstrip(b"\0")  # zeros may fill up a block
                if not self._raw and not self._refill():
                    return b""
                self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)
            data = self._member.decompress(self._raw, CHUNK_BYTES)
            self._raw = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if self._member.eof:
                self._member, self.verified = None, self.at + len(self.held) + len(data)
            elif not data and not self._raw and not self._refill():
                raise EOFError("the compressed file ends before its end mark")
            if data:
                return bytes(data)

    def _refill(self) -> bool:
        self._raw = self._read(PIECE_BYTES)
        return bool(self._raw)


def _find_compressed(stream: IO[bytes]) -> IO[bytes]:
    """The stream as it lies on disk, where it is a gzip file of which nothing was read."""
    if isinstance(stream, gzip.GzipFile) and stream.tell() == 0 and stream.fileobj:
        return cast(IO[bytes], stream.fileobj)
    return stream


def _decompress_start(member: bytes) -> bytes:
    """Decompress the beginning of a member; nothing if it is none."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(member, HEAD_BYTES)
    except zlib.error:
        return b""
