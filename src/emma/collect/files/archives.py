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

SLIPS = (NotImplementedError, RuntimeError, ValueError, IndexError, OverflowError, MemoryError, struct.error)
"""What the libraries raise, beside DAMAGE, for headers that make no sense, unknown methods and passwords."""
LINKS = {tarfile.LNKTYPE: "a hard link", tarfile.SYMTYPE: "a link"}
NO_FILES = {
    tarfile.DIRTYPE: "a folder",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
}
"""Kinds of members that have no content."""

MOST_TIMES = 1032
"""How much larger deflation can make bytes at most."""

Found = Iterator[tuple[str, IO[bytes] | Reject]]


def read_members(archive: InputFile, pattern: str) -> Iterator[InputFile | Reject]:
    """The members that match, each to be read before the next. Raises what damage raises."""
    with _told():
        zipped = archive.plain_name.suffix.lower() == ".zip" or is_zip(archive.read_sample())
    seen = set()
    for name, content in _of_zip(archive, pattern) if zipped else _of_tar(archive, pattern):
        if isinstance(content, Reject):
            yield replace(content, file=f"{archive.name}/{name}") if name else content
        elif name in seen:
            yield Reject(0, "member twice", f"'{name}' is in {archive.name} again; the first one was read")
        else:
            seen.add(name)
            yield _member(archive, name, content)


def _member(archive: InputFile, name: str, content: IO[bytes]) -> InputFile:
    full = f"{archive.name}/{name}"
    return InputFile(full, decompress(content, name), archive.max_row_bytes, archive.encoding, forward_only=True)


@contextmanager
def _told() -> Iterator[None]:
    """The slips of libraries as damage."""
    try:
        yield
    except (*SLIPS, RecursionError) as error:
        raise OSError(describe_error(error)) from None


def _of_tar(archive: InputFile, pattern: str) -> Found:
    """The members of a tar archive. Blocks that are no header are passed over until the next one, and counted."""

    class Header(_Header):
        bad, ended = 0, False

    links, given = dict[str, tarfile.TarInfo](), set[str]()
    with _told(), tarfile.open(fileobj=archive.stream, mode="r|", tarinfo=Header, ignore_zeros=True) as tar:
        for info in tar:
            yield from _passed_over(Header)
            name = escape_name(info.name)
            if info.isdir() or not fnmatch.fnmatchcase(name, pattern):
                continue
            if info.type in LINKS:
                links[name] = info
            else:
                given.add(name)
                yield name, _content(tar, info, name)
        yield from _passed_over(Header)
        yield from ((name, _of_link(name, links, given)) for name in links)
        if not Header.ended:
            yield "", Reject(0, "broken file", "the archive ends without its end mark, so members may be missing")


def _of_link(name: str, links: Mapping[str, tarfile.TarInfo], given: set[str]) -> Reject:
    """What a link is: a member a second time if what it leads to was given, else one that cannot be read.

    The archive is read once, so content that was passed is gone.
    """
    what = f"'{name}' is {LINKS[links[name].type]} to '{escape_name(links[name].linkname)}'"
    target, met = _target(name, links[name]), {name}
    while target in links and target not in met:
        met.add(target)
        target = _target(target, links[target])
    if target in given:
        return Reject(0, "member twice", f"{what}, which was read")
    return Reject(0, "unread member", f"{what}, which was not read; name that in `member`, or unpack the archive")


def _target(name: str, link: tarfile.TarInfo) -> str:
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


def _passed_over(header: type[_Header]) -> Found:
    if size := header.bad * tarfile.BLOCKSIZE:
        header.bad = 0
        what = f"{size} bytes are no member: a damaged header and what follows it, up to the next"
        yield "", Reject(0, "broken file", what, unread=size)


def _content(tar: tarfile.TarFile, info: tarfile.TarInfo, name: str) -> IO[bytes] | Reject:
    if info.type in NO_FILES:
        return Reject(0, "no file", f"member '{name}' is {NO_FILES[info.type]}")
    content = None if info.issparse() else tar.extractfile(info)  # holes could be of any size
    return content or Reject(0, "unread member", f"'{name}' is of a kind that is not read; unpack the archive")


def _of_zip(archive: InputFile, pattern: str) -> Found:
    with _told(), zipfile.ZipFile(archive.seekable_stream()) as packed:
        for info in packed.infolist():
            name = escape_name(info.filename)
            if name.endswith("/") or not fnmatch.fnmatchcase(name, pattern):
                continue
            yield name, _opened(packed, info, name)


def _opened(packed: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> IO[bytes] | Reject:
    if not name:
        return Reject(0, "broken file", "a member has no name", unread=claimed_bytes(packed, info))
    try:
        return io.BufferedReader(_Careful(packed.open(info)))
    except (*DAMAGE_ERRORS, *SLIPS) as error:
        return Reject(0, "broken file", f"member '{name}': {describe_error(error)}", unread=claimed_bytes(packed, info))


def claimed_bytes(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """The size that a header gives a member, as far as the bytes before the directory can hold it."""
    return min(info.file_size, MOST_TIMES * min(info.compress_size, packed.start_dir))


class _Careful(io.RawIOBase):
    """A member whose library slips are damage."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer`; 0 at the end."""
        with _told():
            piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the member."""
        self._content.close()
        super().close()


def read_member_pairs(archive: InputFile, pattern: str) -> Iterator[InputFile | Reject]:
    """The members of a zip archive that are two and two the same but for their last suffix, side by side."""
    with _told(), zipfile.ZipFile(archive.seekable_stream()) as packed:
        named = {escape_name(info.filename): info for info in reversed(packed.infolist())}
        names = [name for name in named if name and not name.endswith("/") and fnmatch.fnmatchcase(name, pattern)]
        for stem, two in group_by_stem(names).items():
            if len(two) != 2:
                yield Reject(0, "no pair", f"of '{stem}.*' there are {len(two)} files, not 2; narrow `member`")
                continue
            halves = [(name, _opened(packed, named[name], name)) for name in two]
            if bad := [half for _, half in halves if isinstance(half, Reject)]:
                yield from bad
                continue
            file, beside = (_member(archive, name, half) for name, half in halves if not isinstance(half, Reject))
            file.companions = (beside,)
            yield file


def group_by_stem(names: list[str]) -> dict[str, list[str]]:
    """Names, sorted, under what they have in common before the last suffix (their compression aside)."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(without_suffix(name).with_suffix("").as_posix(), []).append(name)
    return groups
