"""Compression, archives and damage: everything before the damage is read, and the damage is reported."""

import bz2
import gzip
import io
import lzma
import tarfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from emma.collect.config import SourceConfig
from emma.collect.files.compression import ZstdReader, compression_suffix, decompress, without_suffix
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import FileRange, RangePart
from emma.collect.files.streams import InputFile, decode
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument, Reject

PACK = {".txt": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard.compress}
PACK[".lzma"] = lambda data: lzma.compress(data, lzma.FORMAT_ALONE)
LINES = [f"satır {number} ไทย".encode() for number in range(20_000)]
TEXT = b"\n".join(LINES) + b"\n"


def open_file(path: Path, name: str, member: str | None, limit: int) -> Iterator[InputFile | Reject]:
    source = SourceConfig(name="s", reader="jsonl", path="f", licence="CC0-1.0", member=member)
    return open_range(FileRange(parts=(RangePart(name=name, mark="", location=str(path)),)), source, limit)


def only(path: Path, member: str | None = None, limit: int = 1_000_000) -> InputFile | Reject:
    """The first file; its stream is good only while the generator lives."""
    return next(open_file(path, path.name, member, limit))


@pytest.mark.parametrize("suffix", PACK)
def test_lines_of_every_compression(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"f.jsonl{suffix}"
    path.write_bytes(PACK[suffix](TEXT))
    for file in open_file(path, path.name, None, 1_000_000):
        assert isinstance(file, InputFile)
        assert list(file.read_lines()) == list(enumerate(LINES, 1))
        assert file.plain_name.name == ("f.jsonl.txt" if suffix == ".txt" else "f.jsonl")


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_truncated_file_keeps_the_rows_before(suffix: str, tmp_path: Path) -> None:
    path, packed = tmp_path / f"f{suffix}", PACK[suffix](TEXT)
    path.write_bytes(packed[: len(packed) * 3 // 4])
    for file in open_file(path, path.name, None, 1_000_000):
        assert isinstance(file, InputFile)
        *rows, last = file.read_lines()
        assert rows == list(enumerate(LINES, 1))[: len(rows)]
        assert rows or suffix == ".bz2", "bzip2 has one block here"
        assert isinstance(last, Reject) and last.kind == "broken file" and last.row == len(rows) + 1


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_what_is_no_archive_at_all(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"f{suffix}"
    path.write_bytes(b"<html>404</html>")
    for file in open_file(path, path.name, None, 1_000_000):
        whole = file.read_bytes() if isinstance(file, InputFile) else file
        assert isinstance(whole, Reject) and (whole.row, whole.kind) == (0, "broken file")


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 50))
def test_frames_one_after_the_other(frames: list[bytes], size: int) -> None:
    reader = io.BufferedReader(ZstdReader(io.BytesIO(b"".join(map(zstandard.compress, frames)))), size)
    assert reader.read() == b"".join(frames)


def test_a_huge_line_is_skipped_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "f.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(b"first\n")
        for _ in range(50):
            stream.write(b"x" * 1_000_000)
        stream.write(b"\nlast")
    tracemalloc.start()
    for file in open_file(path, path.name, None, 1_000_000):
        assert isinstance(file, InputFile)
        first, huge, last = file.read_lines()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (first, last) == ((1, b"first"), (3, b"last"))
    assert isinstance(huge, Reject) and (huge.row, huge.kind) == (2, "row too long")
    assert peak < 8_000_000


def test_a_line_of_exactly_the_limit_is_read() -> None:
    assert list(InputFile("f", io.BytesIO(b"1234\n123\n"), 4).read_lines()) == [(1, b"1234"), (2, b"123")]


def test_whole_file_over_the_limit() -> None:
    found = InputFile("f", io.BytesIO(b"12345"), 4).read_bytes()
    assert isinstance(found, Reject) and found.kind == "row too long" and "max_row_bytes" in found.reason
    assert InputFile("f", io.BytesIO(b"1234"), 4).read_bytes() == b"1234"


def archive(path: Path, members: list[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    path.write_bytes(zstandard.compress(packed.getvalue()))
    return path.read_bytes()


def test_members_that_match(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.zst"
    archive(path, [("x/b.md", b"B"), ("x/a.md.gz", gzip.compress(b"A")), ("x/c.txt", b"C"), ("x/b.md", b"again")])
    found = []
    for file in open_file(path, path.name, "*.md*", 100):
        found.append((file.name, file.read_bytes()) if isinstance(file, InputFile) else file.kind)
    assert found == [("a.tar.zst/x/b.md", b"B"), ("a.tar.zst/x/a.md.gz", b"A"), "member twice"]


def test_truncated_archive_keeps_the_members_before(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.zst"
    noise = b"".join(bytes([number * 37 % 251]) * 3 for number in range(200_000))
    packed = archive(path, [("a.md", b"A"), ("b.md", noise)])
    path.write_bytes(packed[:-40])
    found = []
    for file in open_file(path, path.name, "*.md", 1_000_000):
        found.append(file.read_bytes() if isinstance(file, InputFile) else file)
    assert found[0] == b"A"
    assert found[1:] and all(isinstance(each, Reject) and each.kind == "broken file" for each in found[1:])


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    found = only(tmp_path / "gone.txt")
    assert isinstance(found, Reject) and (found.row, found.kind) == (0, "broken file")


def test_decode() -> None:
    assert decode("\ufeffⵜⴰ".encode(), 3) == "ⵜⴰ"
    found = decode(b"ab\xff", 3)
    assert isinstance(found, Reject) and (found.row, found.kind, found.raw) == (3, "invalid UTF-8", b"ab\xff")


@pytest.mark.parametrize(
    ("name", "packed", "inner"),
    [
        ("a.tgz", ".gz", "a.tar"),
        ("a.TBZ2", ".bz2", "a.tar"),
        ("a.txz", ".xz", "a.tar"),
        ("a.tzst", ".zst", "a.tar"),
        ("a.tar.lzma", ".lzma", "a.tar"),
        ("a.tlz", ".lzma", "a.tar"),
        ("A.TAR.GZ", ".gz", "A.TAR"),
        ("am.md.Zst", ".zst", "am.md"),
        ("am.md", "", "am.md"),
        ("x/v1.2", "", "x/v1.2"),
    ],
)
def test_what_names_say_of_compression(name: str, packed: str, inner: str) -> None:
    assert (compression_suffix(name), without_suffix(name).as_posix()) == (packed, inner)


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_a_sample_of_what_is_cut_keeps_what_is_whole(suffix: str) -> None:
    packed = PACK[suffix](TEXT)
    file = InputFile("f", decompress(io.BytesIO(packed[:-8]), f"f{suffix}"), 1_000_000)
    head = file.read_sample()
    assert TEXT.startswith(head) and file.read_sample() == head
    *rows, last = file.read_lines()
    assert rows == list(enumerate(LINES, 1))[: len(rows)] and isinstance(last, Reject) and last.kind == "broken file"


def test_marks_of_utf16_are_known_to_every_reader_of_text() -> None:
    assert decode("ⵜⴰ".encode("utf-16"), 3) == "ⵜⴰ" and decode("ⵜⴰ".encode("utf-32"), 3) == "ⵜⴰ"


@pytest.mark.parametrize(("reader", "content"), [("jsonl", '{"text": "ไทย"}\n'), ("csv", "text\nไทย\n")])
def test_lines_in_utf16_with_a_mark(reader: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(content.encode("utf-16"))
    source = SourceConfig(name="s", reader=reader, path="f", licence="CC0-1.0", lang="tha_Thai")
    for file in open_range(FileRange(parts=(RangePart(name="f", mark="", location=str(path)),)), source, 1000):
        assert isinstance(file, InputFile)
        assert [each.text for each in find_reader(source).read(file, source) if isinstance(each, RawDocument)] == [
            "ไทย"
        ]


def test_quotes_of_spreadsheets_are_seen_in_utf16(tmp_path: Path) -> None:
    path = tmp_path / "f.tsv"
    path.write_bytes('text\tx\n"a ""b"""\t1\n"c\nd"\t2\n'.encode("utf-16"))
    source = SourceConfig(name="s", reader="csv", path="f", licence="CC0-1.0", lang="tha_Thai")
    for file in open_range(FileRange(parts=(RangePart(name="f.tsv", mark="", location=str(path)),)), source, 1000):
        assert isinstance(file, InputFile)
        assert [each.text for each in find_reader(source).read(file, source) if isinstance(each, RawDocument)] == [
            'a "b"',
            "c\nd",
        ]


@pytest.mark.parametrize("suffix", PACK)
def test_lines_that_end_with_carriage_returns_alone(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(PACK[suffix](b"\r".join(LINES) + b"\r"))
    for found in open_file(path, path.name, None, 100):
        assert isinstance(found, InputFile) and list(found.read_lines()) == list(enumerate(LINES, 1))


def test_carriage_returns_within_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"one\rtwo\nthree\r\n")
    for found in open_file(path, path.name, None, 100):
        assert isinstance(found, InputFile) and list(found.read_lines()) == [(1, b"one\rtwo"), (2, b"three")]
