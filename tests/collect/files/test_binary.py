"""What is no text is called by its name, in every reader of text; and text that begins like it is text."""

import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from emma.collect.config import SourceConfig
from emma.collect.files.binary import SIGNATURE_BYTES, is_tar, recognise_binary
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import FileRange, RangePart
from emma.collect.readers.registry import BUILT_IN
from emma.collect.records import Reject
from tests.conftest import TEXTS

TEXT = "\n".join(TEXTS.values()).encode()


def made(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def zipped(*names: str) -> bytes:
    def write(stream: io.BytesIO) -> None:
        with zipfile.ZipFile(stream, "w") as packed:
            for name in names:
                packed.writestr(name, "application/epub+zip" if name == "mimetype" else "x")

    return made(write)


def tarred(form: int) -> bytes:
    def write(stream: io.BytesIO) -> None:
        with tarfile.open(fileobj=stream, mode="w", format=form) as tar:
            info = tarfile.TarInfo("a.txt")
            info.size = 3
            tar.addfile(info, io.BytesIO(b"abc"))

    return made(write)


def database(folder: Path) -> bytes:
    path = folder / "x.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("create table t (x text)")
    return path.read_bytes()


TABLE = pa.table({"text": ["a"]})
MADE = {
    "a PDF": b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n",
    "a PDF;": b"\xef\xbb\xbf%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n",
    "a Rich Text": rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Watoto}",
    "gzip": gzip.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "bzip2": bz2.compress(TEXT),
    "Zstandard": zstandard.compress(TEXT),
    "a zip archive": zipped("a.txt"),
    "an electronic book": zipped("mimetype", "OPS/a.xhtml"),
    "an Office file": zipped("[Content_Types].xml", "word/document.xml"),
    "a tar archive": tarred(tarfile.PAX_FORMAT),
    "a Parquet file": made(lambda stream: pq.write_table(TABLE, stream)),
    "a NumPy array": made(lambda stream: np.save(stream, np.arange(3))),
    "a Python pickle": pickle.dumps({"a": 1}),
    "a PNG": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "a JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "a GIF": b"GIF89a\x01\x00\x01\x00\x80\x00",
    "a program": b"\x7fELF\x02\x01\x01\x00",
    "a program for Windows": b"MZ\x90\x00\x03\x00\x00\x00",
    "an old Office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "a 7-Zip": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "a RAR": b"Rar!\x1a\x07\x00",
    "a DjVu": b"AT&TFORM\x00\x00\x01\x00DJVU",
    "an e-book": b"Title".ljust(60, b"\0") + b"BOOKMOBI" + bytes(20),
    "a PostScript": b"%!PS-Adobe-3.0\n%%Pages: 1\n",
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
}


@pytest.mark.parametrize("what", MADE)
def test_named(what: str) -> None:
    assert what in recognise_binary(MADE[what][:SIGNATURE_BYTES])


def test_a_database(tmp_path: Path) -> None:
    assert "SQLite" in recognise_binary(database(tmp_path)[:SIGNATURE_BYTES])


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_of_any_form(form: int) -> None:
    assert is_tar(tarred(form)) and not is_tar(tarred(form)[:500]) and not is_tar(b" " * 148 + b"000020 " + TEXT)


def test_an_empty_zip() -> None:
    assert "zip" in recognise_binary(zipped())


BEGINNINGS = (
    "PK is short for many things.",
    "%PDF is how a PDF begins.",
    "BZh1 is a plate number.",
    "GIF89a is a format of images.",
    "MZuri sana, asante.",
    "BM ni kifupi.",
    "RIFF raff.",
    "ID3 tags are old.",
    "PAR1 comes before PAR2.",
    "Rar! he cried.",
    "7z is a program.",
    "SQLite format 3 is a format.",
    "{\\rtfm} is rude.",
    "AT&T is a company.",
    "ORC said the hobbit.",
    "version https://example.org/",
)


@pytest.mark.parametrize("text", [*BEGINNINGS, *TEXTS.values()])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_no_binary(text: str, encoding: str) -> None:
    assert recognise_binary((text * 40).encode(encoding)[:SIGNATURE_BYTES]) == ""


@pytest.mark.parametrize("reader", sorted(set(BUILT_IN) - {"parquet", "huggingface", "warc", "epub"}))
@pytest.mark.parametrize("what", ["a PDF", "gzip", "a Parquet file", "an Office file"])
def test_every_reader_of_text_refuses_it(reader: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "swh.txt"
    path.write_bytes(MADE[what])
    source = SourceConfig(name="s", reader=reader, path="f", licence="CC0-1.0")
    (found,) = open_range(FileRange(parts=(RangePart(name=path.name, mark="", location=str(path)),)), source, 1000)
    assert isinstance(found, Reject) and found.kind == "not text" and what in found.detail
    assert found.unread == len(MADE[what])
