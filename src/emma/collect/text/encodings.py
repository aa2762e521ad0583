"""Character encodings: those that a source declares, and those that bytes show when it declares none."""

import codecs
import io
from dataclasses import dataclass
from typing import IO

from emma.collect.text.codepages import PAGES, decode_readable, judge_code_page
from emma.lang.language import Lang
from emma.lang.scripts import script_evidence
from emma.lang.spelling import find_spellings, fold_case, is_letter

SAMPLE_BYTES = 1 << 16
"""Bytes that are looked at."""
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


WIDE_ENCODINGS = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
CONTROL_BYTES = bytes(sorted({*range(0x20), 0x7F} - set(b"\t\n\v\f\r\x1b")))
"""Bytes that no text has in the encodings that ASCII is a part of; an escape may switch alphabets, or colours."""
CONTROL_SHARE = 0.01
"""Share of them from which bytes are no text in such an encoding."""
ESCAPE_ENCODINGS = ("iso2022_jp_2", "iso2022_jp_3", "iso2022_kr")
"""Encodings that are ASCII but for escapes that switch to other alphabets."""
PLAUSIBLE_SHARE = 0.9
"""Share of the letters that must be of one script, or used by the language, for UTF-16 without a mark."""


@dataclass(frozen=True)
class Encoding:
    """An encoding and how it became known."""

    name: str
    guessed: bool = False
    """Whether it was inferred from how the language is spelled, so may be wrong."""


UTF8 = Encoding("utf-8")


@dataclass(frozen=True)
class UnknownEncoding:
    """That no encoding can be told, and why."""

    reason: str


def is_wide(encoding: str | None) -> bool:
    """Whether bytes do not show where lines end: in UTF-16 and UTF-32 a newline is part of other letters too."""
    return encoding is not None and encoding.replace("_", "-").startswith(("utf-16", "utf-32"))


def detect_encoding(sample: bytes, lang: Lang | None = None) -> Encoding | UnknownEncoding:
    """The encoding of the first bytes of a text: what Unicode tells, else the code page in which it is its language."""
    return detect_mark(sample) or infer_encoding(sample, lang)


def infer_encoding(sample: bytes, lang: Lang | None = None) -> Encoding | UnknownEncoding:
    """The encoding of bytes from anywhere in a text, so that a byte-order mark means nothing."""
    if encoding := _detect_unmarked(sample, lang):
        return encoding
    if has_controls(sample):
        return UnknownEncoding("it is full of control characters, so no text in any encoding that is known")
    verdict = judge_code_page(sample, *((lang.iso639_3, lang.script) if lang else ()))
    if verdict.encoding:
        return Encoding(verdict.encoding, guessed=True)
    language = f"as {lang.label}" if lang else "as any language"
    if len(verdict.plausible) > 1:
        return UnknownEncoding(f"it reads {language} about as well in {', '.join(verdict.plausible)}")
    doubted = f", {verdict.plausible[0]} not surely enough" if verdict.plausible else ""
    return UnknownEncoding(f"no UTF-8, and in none of {len(PAGES)} code pages does it read {language}{doubted}")


def detect_unicode(sample: bytes, lang: Lang | None = None) -> Encoding | None:
    """The encoding, where it is one of Unicode's or tells itself: byte-order mark, UTF-8, escapes, zero bytes."""
    return detect_mark(sample) or _detect_unmarked(sample, lang)


def detect_mark(sample: bytes) -> Encoding | None:
    """The encoding that a byte-order mark names; None without one."""
    return next((Encoding(name) for mark, name in BYTE_ORDER_MARKS if sample.startswith(mark)), None)


def _detect_unmarked(sample: bytes, lang: Lang | None) -> Encoding | None:
    if is_escaped(sample) and (escaped := next((name for name in ESCAPE_ENCODINGS if _decodes(sample, name)), None)):
        return Encoding(escaped, guessed=True)
    if is_utf8(sample) and not has_controls(sample):
        return UTF8
    # UTF-16 of Latin letters is full of zero bytes; of other scripts it is no UTF-8.
    if any(byte in sample for byte in CONTROL_BYTES) or not is_mostly_utf8(sample):
        for name in WIDE_ENCODINGS:
            if is_plausible(sample, name, lang):
                return Encoding(name, guessed=True)
    return UTF8 if is_mostly_utf8(sample) and not has_controls(sample) else None


def has_controls(sample: bytes) -> bool:
    """Whether there are control characters in bulk."""
    return len(sample) - len(sample.translate(None, CONTROL_BYTES)) > CONTROL_SHARE * len(sample)


def is_escaped(sample: bytes) -> bool:
    """Whether there are escapes that switch to another alphabet (ISO 2022)."""
    return sample.isascii() and (b"\x1b$" in sample or b"\x1b(" in sample)


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        return not codecs.getincrementaldecoder(encoding)().decode(sample).isascii()
    except UnicodeDecodeError:
        return False


def is_utf8(sample: bytes) -> bool:
    """Whether bytes are UTF-8, whose last character may be cut; that alone, at the end of a file, is no UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(sample)
    except UnicodeDecodeError:
        return False
    # At the end of a sample a character may be cut; at the end of a file that is all ASCII it is another encoding.
    return not decoder.getstate()[0] or not text.isascii() or len(sample) >= SAMPLE_BYTES


def is_mostly_utf8(sample: bytes) -> bool:
    """Whether more than half of the lines that are not ASCII are UTF-8, so that the others are damaged."""
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    return 2 * sum(map(is_utf8, lines)) > len(lines)


def is_plausible(sample: bytes, encoding: str, lang: Lang | None) -> bool:
    """Whether a text in UTF-16 or UTF-32, without a mark, is letters of its language; of any, if it has zero bytes."""
    if not (text := decode_readable(sample, encoding)):
        return False
    letters = [char for char in fold_case(text) if is_letter(char)]
    if not letters or (lang is None and b"\0" not in sample):
        return False
    share = script_evidence("".join(letters))[1]
    known = find_spellings(lang.iso639_3, lang.script) if lang else ()
    used = max((sum(char.isascii() or char in spelling.letters for char in letters) for spelling in known), default=0)
    return used >= PLAUSIBLE_SHARE * len(letters) or (b"\0" in sample and share >= PLAUSIBLE_SHARE)


def recode_to_utf8(stream: IO[bytes], encoding: str) -> IO[bytes]:
    """The stream in UTF-8, so that its lines can be read as bytes. What cannot be decoded raises OSError."""
    return io.BufferedReader(_RecodedStream(stream, encoding), SAMPLE_BYTES)


class _RecodedStream(io.RawIOBase):
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
            piece = self._raw.read(SAMPLE_BYTES)
            self._over = not piece
            try:
                self._ready = self._decoder.decode(piece, self._over).encode()
            except UnicodeError as error:
                raise OSError(f"not {getattr(error, 'encoding', 'valid text')}: {error}") from None
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count
