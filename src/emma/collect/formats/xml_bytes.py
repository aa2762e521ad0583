"""The bytes of an XML file as UTF-8, piece by piece, whatever its encoding."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import cast

from emma.collect.files.streams import DAMAGE_ERRORS, InputFile

CHUNK_BYTES = 1 << 16
DECLARED = re.compile(rb"""(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")
UTF16_BEGINNINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
"""The first bytes of files in UTF-16, with a byte-order mark or without."""
NO_CHARACTER = "\uffff"
"""Stands for bytes that are no character in the encoding. XML forbids it, so the parser stops there."""


class Utf8Stream:
    """An XML file as UTF-8, to be read once, from which bytes can be pushed back.

    It is read with `read1`, which gives what there is before damage.
    """

    def __init__(self, file: InputFile) -> None:
        self._read = cast(io.BufferedReader, file.stream).read1
        self._declared = file.encoding
        self._pieces = self._decoded()
        self._again: list[bytes] = []
        """Bytes that were pushed back, the next piece last."""
        self._damage: Exception | None = None
        self.encoding = ""
        """The encoding of the file, once its first bytes are read."""

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """Read at least `size` bytes; fewer, or none, only at the end.

        Raises LookupError or UnicodeError for an encoding that is none, and DAMAGE_ERRORS once all bytes before the
        damage are read.
        """
        if self._damage and not self._again:
            raise self._damage
        pieces, count = list[bytes](), 0
        try:
            while count < size and (piece := self._next()):
                pieces.append(piece)
                count += len(piece)
        except DAMAGE_ERRORS as error:
            self._damage = error
            if not count:
                raise
        return b"".join(pieces)

    def _next(self) -> bytes:
        """The next piece; empty at the end."""
        if self._again:
            return self._again.pop()
        return b"" if self._damage else next(self._pieces, b"")

    def push_back(self, data: bytes) -> None:
        """Push bytes back, to be read before all others; in pieces, so that a fault is looked for in one piece only."""
        self._again += [data[at : at + CHUNK_BYTES] for at in reversed(range(0, len(data), CHUNK_BYTES))]

    def read_rest(self) -> Iterator[bytes]:
        """Read all that follows, up to damage; raw bytes where the encoding is unknown."""
        try:
            while piece := self.read():
                yield piece
        except DAMAGE_ERRORS:
            pass

    def _decoded(self) -> Iterator[bytes]:
        """The pieces of the file, recoded to UTF-8."""
        first = self._read(CHUNK_BYTES)
        self.encoding = self._declared or detect_xml_encoding(first)
        try:
            "".encode(self.encoding)  # refuses codecs that are no encoding of text, such as `rot13`
            decoder = codecs.getincrementaldecoder(self.encoding)("emma.forbidden")
        except (LookupError, UnicodeError):
            self._pieces = iter(lambda: self._read(CHUNK_BYTES), b"")
            self.push_back(first)
            raise
        if codecs.lookup(self.encoding).name == "utf-8":  # as it is: the parser itself finds what is no UTF-8
            yield first
            yield from iter(lambda: self._read(CHUNK_BYTES), b"")
            return
        yield decoder.decode(first).encode()
        pieces = iter(lambda: self._read(CHUNK_BYTES), b"")
        yield from filter(None, (decoder.decode(piece).encode() for piece in pieces))
        yield decoder.decode(b"", True).encode()


def detect_xml_encoding(first: bytes) -> str:
    """The encoding of an XML file by its first bytes: those of UTF-16, else what it declares, else UTF-8.

    A declaration of UTF-16 that is not written in UTF-16 itself is wrong.
    """
    for begin, name in UTF16_BEGINNINGS:
        if first.startswith(begin):
            return name
    declared = DECLARED.match(first)
    name = declared[1].decode("ascii") if declared else "utf-8"
    return "utf-8" if name.lower().replace("_", "-").startswith(("utf-16", "ucs-2", "utf-32")) else name


def _forbid(error: UnicodeError) -> tuple[str, int]:
    """A codec error handler that puts NO_CHARACTER where bytes cannot be decoded."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return NO_CHARACTER, error.end


codecs.register_error("emma.forbidden", _forbid)
