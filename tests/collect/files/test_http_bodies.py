"""HTTP undone: chunks and compression, with whatever decoder of Brotli there is."""

import gzip
import types
import zlib

import pytest
import zstandard

from emma.collect.files import http_bodies as transfer
from emma.collect.files.http_bodies import BROTLI_LETTER_A, DECODERS, BodyError, decompress_body, remove_chunk_sizes
from tests.conftest import TEXTS

PAGE = "\n".join(TEXTS.values()).encode() * 50


def chunked(data: bytes, size: int) -> bytes:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [1, 7, 4096, 10**6])
def test_chunks(size: int) -> None:
    assert remove_chunk_sizes(chunked(PAGE, size)) == PAGE
    assert remove_chunk_sizes(PAGE) == PAGE, "the crawler has taken them out"


@pytest.mark.parametrize("data", [chunked(PAGE, 100)[:150], b"3\r\nabcd\r\n0\r\n\r\n", b"3\r\nabc\r\nzz"])
def test_chunks_that_are_wrong(data: bytes) -> None:
    with pytest.raises(BodyError):
        remove_chunk_sizes(data)


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("", PAGE),
        ("identity", PAGE),
        ("gzip", gzip.compress(PAGE)),
        ("x-gzip", gzip.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("gzip", PAGE),
        ("zstd", zstandard.compress(PAGE)),
        ("gzip, Deflate", zlib.compress(gzip.compress(PAGE))),
        ("identity, gzip", gzip.compress(PAGE)),
        ("none", PAGE),
        ("utf-8", PAGE),
    ],
)
def test_compression(encoding: str, data: bytes) -> None:
    assert decompress_body(data, encoding, 10**6) == PAGE
    if encoding not in transfer.IDENTITY_NAMES and data != PAGE:
        assert decompress_body(data, encoding, 1000) == PAGE[:1001], "no more than is asked for"


@pytest.mark.parametrize("encoding", [name for name in DECODERS if name != "br"])
def test_compression_that_is_wrong(encoding: str) -> None:
    with pytest.raises(BodyError):
        decompress_body(b"\xff\xfe\x00\x01" * 50, encoding, 1000)


class Steps:
    """As the decoder of the package `Brotli` since 1.2: it can limit what comes out."""

    def __init__(self) -> None:
        self.left = b"a"

    def process(self, _data: bytes, output_buffer_limit: int) -> bytes:
        piece, self.left = self.left[:output_buffer_limit], self.left[output_buffer_limit:]
        return piece

    def is_finished(self) -> bool:
        return not self.left


class Whole:
    """As older ones."""

    def process(self, _data: bytes) -> bytes:
        return b"a"


class Other:
    """As `brotlicffi` and `brotlipy`."""

    def decompress(self, _data: bytes) -> bytes:
        return b"a"


@pytest.mark.parametrize("decoder", [Steps, Whole, Other])
def test_decoders_of_brotli_go_by_different_names(decoder: type, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.SimpleNamespace(Decompressor=decoder, decompress=lambda _data: b"a")
    monkeypatch.setattr(transfer, "import_module", lambda _name: module)
    assert transfer._find_brotli()["br"](BROTLI_LETTER_A, 10) == b"a"


@pytest.mark.parametrize("module", [types.SimpleNamespace(), types.SimpleNamespace(Decompressor=object), None])
def test_a_decoder_that_does_not_work_counts_as_absent(module: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_name: str) -> object:
        if module is None:
            raise ImportError
        return module

    monkeypatch.setattr(transfer, "import_module", load)
    assert transfer._find_brotli() == {}


def test_brotli_as_its_own_package_writes_it() -> None:
    brotli = pytest.importorskip("brotli")
    packed = brotli.compress(PAGE)
    assert decompress_body(packed, "br", 10**6) == PAGE and len(decompress_body(packed, "br", 1000)) >= 1001
    with pytest.raises(BodyError):
        decompress_body(packed[:-9], "br", 10**6)
