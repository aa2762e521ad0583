"""Character encodings: those that a source declares, and what bytes say of theirs when it declares none."""

import codecs
import io
from dataclasses import dataclass
from typing import IO

SAMPLE = 1 << 16
"""Bytes that are looked at."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Encoding:
    """An encoding and how it became known."""

    name: str
    guessed: bool = False
    """Whether it was inferred from the frequency of characters, so may be wrong."""


def is_wide(encoding: str | None) -> bool:
    """Whether lines cannot be told from bytes: UTF-16 and UTF-32."""
    return encoding is not None and encoding.replace("_", "-").startswith(("utf-16", "utf-32"))


def detected(sample: bytes) -> Encoding | None:
    """The encoding of the first bytes of a text: byte-order mark, UTF-8, else the best guess; None if there is none."""
    for mark, name in MARKS:
        if sample.startswith(mark):
            return Encoding(name)
    if is_utf8(sample):
        return Encoding("utf-8")
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return None if best is None else Encoding(best.encoding, guessed=True)


def is_utf8(sample: bytes) -> bool:
    """Whether bytes are UTF-8, whose last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def as_utf8(stream: IO[bytes], encoding: str) -> IO[bytes]:
    """The stream in UTF-8, so that its lines can be read as bytes. What cannot be decoded raises OSError."""
    return io.BufferedReader(_Recoded(stream, encoding), SAMPLE)


class _Recoded(io.RawIOBase):
    """A stream in UTF-8, whatever it was in."""

    def __init__(self, raw: IO[bytes], encoding: str) -> None:
        self._raw, self._decoder = raw, codecs.getincrementaldecoder(encoding)()
        self._ready, self._over = b"", False

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end."""
        while not self._ready and not self._over:
            piece = self._raw.read(SAMPLE)
            self._over = not piece
            try:
                self._ready = self._decoder.decode(piece, self._over).encode()
            except UnicodeError as error:
                raise OSError(f"not {getattr(error, 'encoding', 'valid text')}: {error}") from None
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count
