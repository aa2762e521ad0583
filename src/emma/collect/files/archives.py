"""Members of tar and zip archives, one after the other; what is wrong with one of them does not hide the rest."""

import fnmatch
import io
import posixpath
import struct
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Self

from emma.collect.files.binary import is_zip
from emma.collect.files.compression import decompress, without_suffix
from emma.collect.files.locations import escape_name
from emma.collect.files.streams import DAMAGE_ERRORS, InputFile, describe_error
from emma.collect.records import Reject

LIBRARY_ERRORS = (NotImplementedError, RuntimeError, ValueError, IndexError, OverflowError, MemoryError, struct.error)
"""Errors of the libraries, beside DAMAGE_ERRORS, for headers that make no sense, unknown methods and passwords."""
LINK_KINDS = {tarfile.LNKTYPE: "a hard link", tarfile.SYMTYPE: "a link"}
CONTENTLESS_KINDS = {
    tarfile.DIRTYPE: "a folder",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
}
"""Kinds of members that have no content."""

MAX_DEFLATION = 1032
"""Bytes that a byte of deflated data can stand for at most: 258 for two bits (RFC 1951)."""

Members = Iterator[tuple[str, IO[bytes] | Reject]]


def read_members(archive: InputFile, pattern: str) -> Iterator[InputFile | Reject]:
    """Read the members that match, each to be used before the next. Raises what damage raises."""
    with _library_errors_as_damage():
        zipped = archive.plain_name.suffix.lower() == ".zip" or is_zip(archive.read_sample())
    names = set[str]()  # a second member of a name would give the same ids again
    for name, content in _read_zip(archive, pattern) if zipped else _read_tar(archive, pattern):
        if isinstance(content, Reject):
            yield replace(content, file=f"{archive.name}/{name}") if name else content
        elif name in names:
            yield Reject(0, "member twice", f"'{name}' is in {archive.name} again; the first one was read")
        else:
            names.add(name)
            yield _make_file(archive, name, content)


def _make_file(archive: InputFile, name: str, content: IO[bytes]) -> InputFile:
    full = f"{archive.name}/{name}"
    return InputFile(full, decompress(content, name), archive.max_row_bytes, archive.encoding, forward_only=True)


@contextmanager
def _library_errors_as_damage() -> Iterator[None]:
    """Turn what libraries raise for nonsense into OSError, which is among DAMAGE_ERRORS."""
    try:
        yield
    except (*LIBRARY_ERRORS, RecursionError) as error:
        raise OSError(describe_error(error)) from None


def _read_tar(archive: InputFile, pattern: str) -> Members:
    """Read the members of a tar archive. Blocks that are no header are passed over until the next one, and counted."""

    class Header(_Header):
        bad, ended = 0, False

    links, names = dict[str, tarfile.TarInfo](), set[str]()
    with (
        _library_errors_as_damage(),
        # As a stream, since a compressed archive cannot go back; past zeros, which some tools leave between members.
        tarfile.open(fileobj=archive.stream, mode="r|", tarinfo=Header, ignore_zeros=True) as tar,
    ):
        for info in tar:
            yield from _reject_skipped(Header)
            name = escape_name(info.name)
            if info.isdir() or not fnmatch.fnmatchcase(name, pattern):
                continue
            if info.type in LINK_KINDS:
                links[name] = info
            else:
                names.add(name)
                yield name, _open_tar_member(tar, info, name)
        yield from _reject_skipped(Header)
        yield from ((name, _reject_link(name, links, names)) for name in links)
        if not Header.ended:
            yield "", Reject(0, "broken file", "the archive ends without its end mark, so members may be missing")


def _reject_link(name: str, links: Mapping[str, tarfile.TarInfo], read: set[str]) -> Reject:
    """Reject a link: a member a second time if what it leads to was read, else one that cannot be read.

    The archive is read once, front to back, so content that was passed is gone.
    """
    what = f"'{name}' is {LINK_KINDS[links[name].type]} to '{escape_name(links[name].linkname)}'"
    target, passed = _find_target(name, links[name]), {name}
    while target in links and target not in passed:
        passed.add(target)
        target = _find_target(target, links[target])
    if target in read:
        return Reject(0, "member twice", f"{what}, which was read")
    return Reject(0, "unread member", f"{what}, which was not read; name that in `member`, or unpack the archive")


def _find_target(name: str, link: tarfile.TarInfo) -> str:
    to = escape_name(link.linkname)
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), to)) if link.issym() else to


class _Header(tarfile.TarInfo):
    """A header that counts those that are none, and knows whether the archive's end was seen."""

    bad: int
    ended: bool

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The header in a block."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            cls.ended = True
            raise
        except tarfile.HeaderError:
            cls.bad += bool(buf)
            raise


def _reject_skipped(header: type[_Header]) -> Members:
    if size := header.bad * tarfile.BLOCKSIZE:
        header.bad = 0
        what = f"{size} bytes are no member: a damaged header and what follows it, up to the next"
        yield "", Reject(0, "broken file", what, unread=size)


def _open_tar_member(tar: tarfile.TarFile, info: tarfile.TarInfo, name: str) -> IO[bytes] | Reject:
    if info.type in CONTENTLESS_KINDS:
        return Reject(0, "no file", f"member '{name}' is {CONTENTLESS_KINDS[info.type]}")
    content = None if info.issparse() else tar.extractfile(info)  # holes could be of any size
    return content or Reject(0, "unread member", f"'{name}' is of a kind that is not read; unpack the archive")


def _read_zip(archive: InputFile, pattern: str) -> Members:
    with _library_errors_as_damage(), zipfile.ZipFile(archive.seekable_stream()) as packed:
        for info in packed.infolist():
            name = escape_name(info.filename)
            if name.endswith("/") or not fnmatch.fnmatchcase(name, pattern):
                continue
            yield name, _open_zip_member(packed, info, name)


def _open_zip_member(packed: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> IO[bytes] | Reject:
    if not name:
        return Reject(0, "broken file", "a member has no name", unread=claimed_bytes(packed, info))
    try:
        return io.BufferedReader(_MemberStream(packed.open(info)))
    except (*DAMAGE_ERRORS, *LIBRARY_ERRORS) as error:
        return Reject(0, "broken file", f"member '{name}': {describe_error(error)}", unread=claimed_bytes(packed, info))


def claimed_bytes(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """The size that a header gives a member, as far as the bytes before the directory can hold it."""
    # A header may claim any size, and the sum of such claims would be the loss that is reported.
    return min(info.file_size, MAX_DEFLATION * min(info.compress_size, packed.start_dir))


class _MemberStream(io.RawIOBase):
    """A member in which the errors of libraries are damage."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end."""
        with _library_errors_as_damage():
            piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the member."""
        self._content.close()
        super().close()


def read_member_pairs(archive: InputFile, pattern: str) -> Iterator[InputFile | Reject]:
    """Read the members of a zip archive that are two and two the same but for their last suffix, side by side."""
    with _library_errors_as_damage(), zipfile.ZipFile(archive.seekable_stream()) as packed:
        # reversed, so that of two members of a name the first is read, as in `read_members`
        named = {escape_name(info.filename): info for info in reversed(packed.infolist())}
        names = [name for name in named if name and not name.endswith("/") and fnmatch.fnmatchcase(name, pattern)]
        for stem, two in group_by_stem(names).items():
            if len(two) != 2:
                yield Reject(0, "no pair", f"of '{stem}.*' there are {len(two)} files, not 2; narrow `member`")
                continue
            halves = [(name, _open_zip_member(packed, named[name], name)) for name in two]
            if rejects := [half for _, half in halves if isinstance(half, Reject)]:
                yield from rejects
                continue
            file, companion = (_make_file(archive, name, half) for name, half in halves if not isinstance(half, Reject))
            file.companions = (companion,)
            yield file


def group_by_stem(names: list[str]) -> dict[str, list[str]]:
    """Group names, sorted, by what they have in common before the last suffix (their compression aside)."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(without_suffix(name).with_suffix("").as_posix(), []).append(name)
    return groups
