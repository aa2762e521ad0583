"""Records of web archives (WARC, ARC), one after the other; what is wrong with one does not hide the rest.

A record ends where its length says if it looks like an end. Else the length is wrong, or the bytes are, and reading
goes on where the next record begins, or in the next member of a gzip file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from emma.collect.files.resumable import PIECE_BYTES, ResumableStream
from emma.collect.records import MAX_RAW_BYTES

MAX_HEADER_BYTES: Final = 1 << 16
"""Bytes that the header of a record may have, and what HTTP says before the content."""
LOOKAHEAD_BYTES: Final = 1 << 12
"""Bytes that are looked at behind a record."""
BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
NEWLINES: Final = b"\r\n"


@dataclass(frozen=True)
class ArchiveFormat:
    """The format of records in a kind of archive."""

    name: str
    begin: re.Pattern[bytes]
    """The beginning of a record."""
    length: re.Pattern[bytes]
    """The field of its header with the length of the rest."""
    ends: tuple[bytes, ...]
    """Bytes that follow a record."""

    def is_begin(self, data: bytes | bytearray) -> bool:
        """Whether a record begins here."""
        return self.begin.match(data) is not None

    def find_next(self, data: bytearray, start: int) -> int:
        """Find where the next record begins; -1 if none does."""
        match = self.begin.search(data, start)
        return match.start() if match else -1


WARC: Final = ArchiveFormat(
    "warc",
    re.compile(rb"^WARC/\d\.\d+\r?\n(?=[\w-]+:)", re.MULTILINE),
    re.compile(rb"^Content-Length:[ \t]*(\d{1,18})[ \t]*\r?$", re.MULTILINE | re.IGNORECASE),
    (b"\r\n\r\n", b"\n\n"),
)
ARC: Final = ArchiveFormat(
    "arc",
    re.compile(rb"^[a-z][a-z0-9+.-]{1,20}:[^\n]{1,4000} \d{8,14} [^\n]{1,200} \d{1,18}\r?\n", re.MULTILINE),
    re.compile(rb" (\d{1,18})\r?\n"),
    (b"\n", b"\r\n"),
)


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """A record as it lies in an archive without compression."""

    format: str
    at: int
    """Bytes of the archive before it."""
    data: bytes
    """Header and content, or their beginning."""
    broken: str = ""
    """A description of what is wrong with it; empty if nothing is."""
    is_whole: bool = True
    """Whether `data` holds all of it."""
    units: int = 1
    """Records that are not read because of it, itself among them, as far as they can be counted."""
    unread: int = 0
    """Bytes that are not read because of it, compressed where they cannot be decompressed."""


def read_records(plain: ResumableStream, limit: int) -> Iterator[ArchiveRecord]:
    """The records in order; of those that are longer than `limit` the beginning."""
    kind = WARC
    while _is_at_record(plain):
        kind = next((other for other in (kind, WARC, ARC) if other.find_next(plain.held, 0) >= 0), kind)
        yield _read_next(plain, kind, limit)


def _is_at_record(plain: ResumableStream) -> bool:
    """Pass over empty lines; whether anything follows, were it damage."""
    while plain.need(MAX_HEADER_BYTES) and plain.held[0] in NEWLINES:
        first = plain.held[:LOOKAHEAD_BYTES]  # of all that is held there may be megabytes, and records without number
        plain.take(len(first) - len(first.lstrip(NEWLINES)))
    return bool(plain.held or (plain.damage and not plain.is_over))


def _read_next(plain: ResumableStream, kind: ArchiveFormat, limit: int) -> ArchiveRecord:
    begin = kind.begin.match(plain.held)
    if begin is None:
        return _skip_broken(plain, kind, plain.damage or "no record begins here", 0)
    end = begin if kind is ARC else BLANK_LINE.search(plain.held, 0, MAX_HEADER_BYTES)
    length = end and kind.length.search(plain.held, 0, end.end())
    if not end or not length:
        return _skip_broken(plain, kind, plain.damage or "its header is garbled", begin.end())
    size = end.end() + int(length[1])
    if size > limit + 2 * MAX_HEADER_BYTES:
        return _skip_large(plain, kind, size, limit + 2 * MAX_HEADER_BYTES)
    if why := _find_fault(plain, kind, size):
        broken = _skip_broken(plain, kind, why, end.end())
        return broken if plain.damage else replace(broken, unread=0)
    return ArchiveRecord(kind.name, plain.at, plain.take(size))


def _find_fault(plain: ResumableStream, kind: ArchiveFormat, size: int) -> str:
    """Describe what is wrong with a record of `size` bytes that the header promises; empty if nothing is."""
    size_held = plain.need(size + LOOKAHEAD_BYTES)
    if plain.damage and (size_held < size or (plain.verified is not None and plain.at + size > plain.verified)):
        return plain.damage
    if size_held < size:
        return "the file ends inside it"
    return "" if _is_record_end(plain, kind, size) else "its length is wrong"


def _is_record_end(plain: ResumableStream, kind: ArchiveFormat, at: int) -> bool:
    """Whether a record may end here: at the end of the file, at an empty line, or where the next one begins."""
    rest = bytes(plain.held[at : at + LOOKAHEAD_BYTES])
    return not rest.strip(NEWLINES) or rest.startswith(kind.ends) or kind.is_begin(rest.lstrip(NEWLINES))


def _skip_large(plain: ResumableStream, kind: ArchiveFormat, size: int, limit: int) -> ArchiveRecord:
    """Pass over a record without holding it; if it does not end as it should, it has swallowed others."""
    plain.need(limit)
    at, data, begun = plain.at, bytes(plain.held[:limit]), 0
    while (left := at + size - plain.at) and plain.need(min(left, PIECE_BYTES)):
        begun += len(kind.begin.findall(plain.take(min(left, PIECE_BYTES))))
    if not left and plain.need(LOOKAHEAD_BYTES) >= 0 and _is_record_end(plain, kind, 0):
        return ArchiveRecord(kind.name, at, data, is_whole=False)
    why, passed = plain.damage or "its length is wrong", plain.at - at
    broken = _skip_broken(plain, kind, why, 0)
    return replace(broken, at=at, data=data[:MAX_RAW_BYTES], units=begun, unread=passed + broken.unread)


def _skip_broken(plain: ResumableStream, kind: ArchiveFormat, why: str, start: int) -> ArchiveRecord:
    """Go to where the next record begins, after `start`."""
    at, data, passed = plain.at, bytes(plain.held[:MAX_RAW_BYTES]), 0
    while (begin := kind.find_next(plain.held, start)) < 0:
        passed += len(plain.take(max(0, len(plain.held) - LOOKAHEAD_BYTES)))
        start = 1
        if plain.damage:
            passed += len(plain.take(len(plain.held)))
            goes_on, skipped = plain.resume(lambda data: WARC.is_begin(data) or ARC.is_begin(data))
            return ArchiveRecord(kind.name, at, data, why, is_whole=False, unread=skipped + (0 if goes_on else passed))
        if plain.is_over:
            passed += len(plain.take(len(plain.held)))
            return ArchiveRecord(kind.name, at, data, why, is_whole=False, unread=passed)
        plain.need(len(plain.held) + PIECE_BYTES)
    plain.take(begin)
    return ArchiveRecord(kind.name, at, data, why, is_whole=False)
