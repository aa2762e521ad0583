"""Archives: each member is read or told, whatever the others are."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from emma.collect.config import SourceConfig
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import FileRange, RangePart
from emma.collect.files.streams import InputFile
from emma.collect.records import Reject


def found(path: Path, reader: str = "text", member: str = "*", limit: int = 10_000) -> list[tuple[str, str]]:
    """Names and texts of members; of what is bad, its kind and reason."""
    source = SourceConfig(name="s", reader=reader, path="f", licence="CC0-1.0", member=member)
    listed = []
    for each in open_range(FileRange(parts=(RangePart(name=path.name, mark="", location=str(path)),)), source, limit):
        text = each.read_bytes() if isinstance(each, InputFile) else each
        listed.append((text.kind, text.detail) if isinstance(text, Reject) else (_name(each), text.decode()))
    return listed


def _name(file: InputFile | Reject) -> str:
    assert isinstance(file, InputFile)
    return file.name.partition("/")[2]


def tar_of(path: Path, members: list[tuple[str, bytes | None, bytes]], **options: object) -> bytes:
    """A tar archive of (name, content, kind); of links the content is where they lead."""
    with tarfile.open(path, "w", **options) as tar:  # type: ignore[call-overload]
        for name, content, kind in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(content or b"")
                tar.addfile(info, io.BytesIO(content or b""))
            else:
                info.linkname = (content or b"").decode()
                tar.addfile(info)
    return path.read_bytes()


FILE = tarfile.REGTYPE


def test_what_has_no_content_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    kinds = [tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
    odd = [(f"{number}.txt", None, kind) for number, kind in enumerate(kinds)]
    tar_of(path, [("a.txt", b"A", FILE), *odd, ("dir", None, tarfile.DIRTYPE), ("z.txt", b"Z", FILE)])
    first, *others, last = found(path)
    assert (first, last) == (("a.txt", "A"), ("z.txt", "Z"))
    assert [kind for kind, _ in others] == ["no file"] * len(kinds) and "a pipe" in others[0][1]
    assert [name for name, _ in found(path, member="[az].txt")] == ["a.txt", "z.txt"]


def test_links_are_members_twice_or_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    links = [
        ("swc/before.txt", b"../swh/a.txt", tarfile.SYMTYPE),
        ("swh/a.txt", b"A", FILE),
        ("swa/a.txt", b"swh/a.txt", tarfile.LNKTYPE),
        ("swb/a.txt", b"swa/a.txt", tarfile.LNKTYPE),
        ("swa/none.txt", b"elsewhere", tarfile.LNKTYPE),
        ("swa/self.txt", b"swa/self.txt", tarfile.LNKTYPE),
    ]
    tar_of(path, links)
    assert [kind for kind, _ in found(path)] == ["swh/a.txt", *["member twice"] * 3, *["unread member"] * 2]
    assert "'swa/a.txt' is a hard link to 'swh/a.txt', which was read" in found(path)[2][1]
    assert [kind for kind, _ in found(path, member="swa/*")] == ["unread member"] * 3


def test_a_damaged_header_costs_its_member(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    for broken in range(3):
        data = bytearray(tar_of(path, [(f"{name}.txt", name.encode() * 600, FILE) for name in "abc"]))
        data[broken * 1536 : broken * 1536 + 8] = b"\xff" * 8
        path.write_bytes(data)
        texts = [name for name, _ in found(path) if name.endswith(".txt")]
        bad = [detail for kind, detail in found(path) if kind == "broken file"]
        assert texts == [f"{name}.txt" for number, name in enumerate("abc") if number != broken]
        assert len(bad) == 1 and bad[0].startswith("1536 bytes")


def test_an_archive_cut_between_members_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    data = tar_of(path, [("a.txt", b"A", FILE), ("b.txt", b"B", FILE)])
    path.write_bytes(data[:1024])
    assert found(path)[0] == ("a.txt", "A") and "end mark" in found(path)[1][1]
    path.write_bytes(data[:1024] + data)
    assert [name for name, _ in found(path)] == ["a.txt", "member twice", "b.txt"], "archives one after the other"


@pytest.mark.parametrize("name", ["a.tar", "a.zip", "a.tgz"])
def test_what_is_no_archive(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"<html>404</html>" * 100)
    assert next(kind for kind, _ in found(path)) == "broken file"


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    names = ["f\udcfcr.txt", "f\udcf6r.txt", "ไทย.txt"]
    tar_of(path, [(name, b"x", FILE) for name in names], format=tarfile.GNU_FORMAT, errors="surrogateescape")
    assert [name for name, _ in found(path)] == ["f\ufffdFCr.txt", "f\ufffdF6r.txt", "ไทย.txt"]


def zip_of(path: Path, names: list[str]) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, name * 3)
    return path.read_bytes()


def patched(data: bytes, at: int, name: bytes, value: bytes) -> bytes:
    """A zip archive with a field changed `at` bytes into the member's header and its directory entry."""
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    while data[local + 30 : local + 30 + len(name)] != name:
        local = data.index(b"PK\x03\x04", local + 4)
    while data[central + 46 : central + 46 + len(name)] != name:
        central = data.index(b"PK\x01\x02", central + 4)
    changed = bytearray(data)
    changed[local + at : local + at + len(value)] = value
    changed[central + at + 2 : central + at + 2 + len(value)] = value
    return bytes(changed)


@pytest.mark.parametrize(
    ("at", "value", "why"),
    [
        (8, struct.pack("<H", 99), "compression"),
        (6, b"\x01\x00", "encrypted"),
        (4, b"\xff\x00", "version"),
        (14, b"abcd", "CRC"),
    ],
)
def test_one_member_of_a_zip(at: int, value: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(patched(zip_of(path, ["a.txt", "b.txt", "c.txt"]), at, b"b.txt", value))
    if why == "version":  # concerns the whole directory
        assert [kind for kind, _ in found(path)] == ["broken file"]
        return
    first, (kind, detail), last = found(path)
    assert (first[0], last[0], kind) == ("a.txt", "c.txt", "broken file") and why in detail


def test_a_member_without_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of(path, ["a.txt", "b.txt"]).replace(b"b.txt", b"\0.txt"))
    assert found(path) == [("a.txt", "a.txta.txta.txt"), ("broken file", "a member has no name")]


def test_pairs_with_a_bad_half(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = zip_of(path, ["x.en", "x.sw", "y.en", "y.sw"])
    path.write_bytes(patched(data, 8, b"x.sw", struct.pack("<H", 99)))
    assert [name for name, _ in found(path, "moses")] == ["broken file", "y.en"]


def test_directories_and_names_that_lead_outside_are_only_names(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    zip_of(path, ["d/", "../up.txt", "/abs.txt"])
    assert [name for name, _ in found(path)] == ["../up.txt", "/abs.txt"]
    assert not (tmp_path.parent / "up.txt").exists()


def test_a_zip_by_another_name(tmp_path: Path) -> None:
    path = tmp_path / "words.jar"
    zip_of(path, ["a.txt"])
    assert [name for name, _ in found(path)] == ["a.txt"]


def test_a_size_that_no_member_can_have_is_none(tmp_path: Path) -> None:
    """What counts as not read is what the archive can hold, whatever its directory says."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.txt", "ጤና")
        packed.writestr("b.txt", "ሰላም")
        packed.filelist[1].file_size, packed.filelist[1].compress_type = (1 << 64) - 1, 99
    source = SourceConfig(name="s", reader="text", path="f", licence="CC0-1.0", member="*")
    piece = FileRange(parts=(RangePart(name="x.zip", mark="", location=str(path)),))
    bad = [each for each in open_range(piece, source, 10_000) if isinstance(each, Reject)]
    assert [each.kind for each in bad] == ["broken file"] and 0 < bad[0].unread <= 1032 * path.stat().st_size


@pytest.mark.parametrize("name", ["a.tgz", "a.tar.bz2", "a.tar.gz"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_an_archive_is_what_it_begins_as(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / name
    path.write_bytes(pack(tar_of(tmp_path / "plain", [("swh.txt", b"A", FILE)])))
    assert found(path) == [("swh.txt", "A")]
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("swh.txt", "B")
    assert found(path) == [("swh.txt", "B")]
