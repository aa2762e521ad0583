"""The bytes of an XML file as UTF-8, piece by piece, whatever it is written in."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import cast

from emma.collect.files.streams import DAMAGE_ERRORS, InputFile

CHUNK_BYTES = 1 << 16
DECLARED = re.compile(rb"""(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")
UTF16_BEGINNINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
"""How a file in UTF-16 begins."""
NO_CHARACTER = "\uffff"
"""Stands for bytes that are no character; XML forbids it, so the parser stops there."""


class Utf8Stream:
    """A file, to be read once.

    Read with `read1`, which gives what there is before damage.
    """

    def __init__(self, file: InputFile) -> None:
        self._read = cast(io.BufferedReader, file.stream).read1
        self._declared = file.encoding
        self._pieces = self._decoded()
        self._again: list[bytes] = []
        """What is to be read again, the last piece first."""
        self._damage: Exception | None = None
        self.encoding = ""
        """What the file is written in, once known."""

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """At least `size` bytes, fewer only at the end; none there.

        Raises LookupError or UnicodeError for an encoding that is none, and what damage raises, once all before it
        is read.
        """
        if self._damage and not self._again:
            raise self._damage
        held, got = list[bytes](), 0
        try:
            while got < size and (piece := self._next()):
                held.append(piece)
                got += len(piece)
        except DAMAGE_ERRORS as error:
            self._damage = error
            if not got:
                raise
        return b"".join(held)

    def _next(self) -> bytes:
        if self._again:
            return self._again.pop()
        return b"" if self._damage else next(self._pieces, b"")

    def push_back(self, data: bytes) -> None:
        """Bytes to be read again, before all others; in pieces, so that a fault in each costs no more than its own."""
        self._again += [data[at : at + CHUNK_BYTES] for at in reversed(range(0, len(data), CHUNK_BYTES))]

    def read_rest(self) -> Iterator[bytes]:
        """All that follows, up to damage; as it is where the encoding is unknown."""
        try:
            while piece := self.read():
                yield piece
        except DAMAGE_ERRORS:
            pass

    def _decoded(self) -> Iterator[bytes]:
        first = self._read(CHUNK_BYTES)
        self.encoding = self._declared or detect_xml_encoding(first)
        try:
            "".encode(self.encoding)  # some codecs are no encoding of text
            decoder = codecs.getincrementaldecoder(self.encoding)("emma.forbidden")
        except (LookupError, UnicodeError):
            self._pieces = iter(lambda: self._read(CHUNK_BYTES), b"")
            self.push_back(first)
            raise
        if codecs.lookup(self.encoding).name == "utf-8":
            yield first
            yield from iter(lambda: self._read(CHUNK_BYTES), b"")
            return
        yield decoder.decode(first).encode()
        yield from filter(
            None, (decoder.decode(piece).encode() for piece in iter(lambda: self._read(CHUNK_BYTES), b""))
        )
        yield decoder.decode(b"", True).encode()


def detect_xml_encoding(first: bytes) -> str:
    """The encoding of a file by its first bytes: byte-order mark or pattern of UTF-16, else as it declares, else UTF-8.

    A declaration of UTF-16 that is not in UTF-16 itself is wrong.
    """
    for begin, name in UTF16_BEGINNINGS:
        if first.startswith(begin):
            return name
    declared = DECLARED.match(first)
    name = declared[1].decode("ascii") if declared else "utf-8"
    return "utf-8" if name.lower().replace("_", "-").startswith(("utf-16", "ucs-2", "utf-32")) else name


def _forbid(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return NO_CHARACTER, error.end


codecs.register_error("emma.forbidden", _forbid)
