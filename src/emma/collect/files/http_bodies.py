"""Undo what HTTP does to a body on its way: transfer in chunks, and compression."""

import io
import re
import zlib
from importlib import import_module
from types import ModuleType
from typing import Final, Protocol

from emma.collect.files.compression import ZstdReader
from emma.collect.text.encodings import SAMPLE_BYTES, is_utf8

CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
BROTLI_LETTER_A: Final = b"\x0b\x00\x80a\x03"
IDENTITY_NAMES: Final = frozenset(
    {"", "identity", "none", "utf-8", "utf8", "iso-8859-1", "windows-1252", "8bit", "binary"}
)
"""Names under which servers send bodies as they are: the first two by the standard."""


class BodyError(Exception):
    """A body is not what its headers say."""


class _Decoder(Protocol):
    def __call__(self, data: bytes, limit: int, /) -> bytes: ...


def remove_chunk_sizes(data: bytes) -> bytes:
    """Remove the sizes of chunks from a body; it stays as it is where the crawler has taken them out already.

    Raises BodyError where it breaks off or a size is wrong.
    """
    pieces, at = list[bytes](), 0
    while size := CHUNK_SIZE.match(data, at):
        begin, end = size.end(), size.end() + int(size[1], 16)
        if begin == end:
            return b"".join(pieces)
        if data[end : end + 2] != b"\r\n":
            raise BodyError(f"the chunk at byte {at} has not the {end - begin} bytes that it says")
        pieces.append(data[begin:end])
        at = end + 2
    if at:
        raise BodyError(f"no chunk begins at byte {at}")
    return data


def decompress_body(data: bytes, encoding: str, limit: int) -> bytes:
    """Decompress a body, up to a byte more than `limit`; it stays as it is if it is text all the same.

    Raises BodyError where it is neither.
    """
    try:
        # The last one done is the first to be undone (RFC 9110, 8.4).
        for step in reversed(list_compressions(encoding)):
            # Never more than the limit: a page of a few kilobytes may hold gigabytes of zeros.
            data = DECODERS[step](data, limit + 1)
    except Exception as error:  # decoders have errors of their own
        # crawlers often store the text and keep the header that says how it was compressed on its way
        if not is_utf8(data[:SAMPLE_BYTES]) or b"\0" in data[:SAMPLE_BYTES]:
            raise BodyError(f"it cannot be decompressed as {encoding} ({error})") from None
    return data


def list_compressions(encoding: str) -> list[str]:
    """List the compressions that a header names, in the order of doing, without those that do nothing."""
    return [name for part in encoding.split(",") if (name := part.strip().lower()) not in IDENTITY_NAMES]


def _decompress_zstd(data: bytes, limit: int) -> bytes:
    return io.BufferedReader(ZstdReader(io.BytesIO(data))).read(limit)


def _inflate(bits: int) -> _Decoder:
    def inflate(data: bytes, limit: int) -> bytes:
        stream = zlib.decompressobj(bits)
        text = stream.decompress(data, limit)
        if len(text) < limit and not stream.eof:
            raise EOFError("it ends early")
        return text

    return inflate


def _inflate_either(data: bytes, limit: int) -> bytes:
    """Decompress deflate with the header that the standard asks for, or without, as many servers send it."""
    try:
        return _inflate(zlib.MAX_WBITS)(data, limit)
    except zlib.error:
        return _inflate(-zlib.MAX_WBITS)(data, limit)


def _brotli_decoder(module: ModuleType) -> _Decoder:
    """A decoder by a package, whose functions go by different names: in steps where it can limit what comes out."""

    def decode(data: bytes, limit: int) -> bytes:
        decoder = module.Decompressor()
        step = getattr(decoder, "process", None) or decoder.decompress
        try:
            text = bytes(step(data, output_buffer_limit=limit))
        except TypeError:
            return bytes(module.decompress(data))
        while len(text) < limit and not decoder.is_finished():
            if not (more := step(b"", output_buffer_limit=limit - len(text))):
                raise EOFError("it ends early")
            text += more
        return text

    return decode


def _find_brotli() -> dict[str, _Decoder]:
    """Find a decoder of Brotli that works; nothing if no package brings one."""
    for name in ("brotli", "brotlicffi"):
        try:
            decode = _brotli_decoder(import_module(name))
            if decode(BROTLI_LETTER_A, 10) == b"a":
                return {"br": decode}
        except Exception:  # whatever is wrong with it, it is as if it were absent
            continue
    return {}


_decompress_gzip = _inflate(16 + zlib.MAX_WBITS)
DECODERS: Final[dict[str, _Decoder]] = {
    "gzip": _decompress_gzip,
    "x-gzip": _decompress_gzip,
    "deflate": _inflate_either,
    "zstd": _decompress_zstd,
}
DECODERS.update(_find_brotli())
"""Compressions that can be undone."""
