"""Web archives, WARC and ARC: a unit a page that was fetched well, and of WET files a unit a text.

HTML gives its main text and its language as the reader `html` does, with the same option; the address is the unit's
url. Records about the crawl (requests, `warcinfo`, metadata) are no units. Responses that are no pages are rejected,
so that they count.
"""

import gzip
import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from importlib.util import find_spec
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from emma.collect.config import SourceConfig
from emma.collect.pages import decoded, page
from emma.collect.streams import DAMAGE, InputFile, in_words
from emma.collect.unit import Bad, Unit

OPTIONS = {"main_content": bool}
CONTENT = frozenset({"response", "resource", "conversion", "revisit"})
"""Types of records that hold what the web said."""
HTML = ("text/html", "application/xhtml+xml")
PLAIN = "text/plain"
GZIP = b"\x1f\x8b"
LENGTH = "Content-Length"
"""Every WARC record has it; one without was cut in its header."""
ENDS = (b"\r\n\r\n", b"\n\n")
"""What follows every WARC record, the last one too."""
BROKEN = (*DAMAGE, ArchiveLoadFailed, AttributeError, ValueError, LookupError)
"""What warcio raises for archives that are cut or garbled; the last three are its own slips over headers half there."""
READABLE = {"", "identity", "gzip", "x-gzip", "deflate", *(["br"] if find_spec("brotli") else [])}
"""Compressions of a response that can be undone."""


def read(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """The pages in order, numbered by record. An archive that is broken ends with a Bad."""
    row, stream, format_ = 0, _Plain(file.stream), ""
    try:
        archive = ArchiveIterator(stream, check_digests=True)
        while record := _next(archive):
            row, format_ = row + 1, record.format
            why = _no_page(record)
            if not why:
                yield _unit(row, record, archive, file.max_row_bytes, source)
            elif _cut(record):
                yield Bad(row, "broken record", f"at byte {_offset(archive)}, {record.rec_type}")
            elif record.rec_type in CONTENT:
                yield Bad(row, "no page", f"{why}, {_url(record)}")
    except BROKEN as error:
        stream.damage = stream.damage or error
    if stream.damage or (format_ == "warc" and not stream.end.endswith(ENDS)):
        why = in_words(stream.damage).splitlines()[0] if stream.damage else "it ends inside the next"
        yield Bad(row + 1, "broken file", f"it cannot be read after record {row} ({why})")


class _Plain:
    """A stream without gzip, whatever the file is called, that gives what there is before damage and then ends.

    So all records before the damage are read.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream if hasattr(stream, "peek") else io.BufferedReader(stream)
        self._known = False
        self.damage: Exception | None = None
        """What is wrong with the file."""
        self.end = b""
        """The last bytes, four at most."""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end."""
        try:
            piece = b"" if self.damage else self._piece(size)
        except DAMAGE as error:
            self.damage, piece = error, b""
        self.end = (self.end + piece)[-4:]
        return piece

    def _piece(self, size: int) -> bytes:
        if not self._known and self._stream.peek(2).startswith(GZIP):
            self._stream = gzip.GzipFile(fileobj=self._stream)
        self._known = True
        return bytes(self._stream.read1(size))


def _cut(record: ArcWarcRecord) -> bool:
    """Whether the file ends inside the record; goes to where it ends."""
    while record.raw_stream.read(1 << 16):
        pass
    return bool(record.raw_stream.limit) or not (record.format == "arc" or record.rec_headers.get_header(LENGTH))


def _next(archive: ArchiveIterator) -> ArcWarcRecord | None:
    """The next record. What warcio would tell the terminal about it, the digests tell us."""
    with redirect_stderr(io.StringIO()):
        return next(archive, None)


def _offset(archive: ArchiveIterator) -> int:
    """Where the last record begins, in bytes of the archive without compression."""
    with redirect_stderr(io.StringIO()):
        return int(archive.get_record_offset())


def _unit(row: int, record: ArcWarcRecord, archive: ArchiveIterator, limit: int, source: SourceConfig) -> Unit | Bad:
    url, (kind, charset) = _url(record), _content_type(record)
    data = _content(record, limit)
    if _cut(record) or record.digest_checker.passed is False:
        return Bad(row, "broken record", f"at byte {_offset(archive)}, {url}", data)
    if len(data) > limit:
        return Bad(row, "row too long", f"more than {limit} bytes (max_row_bytes), {url}", data)
    text = decoded(data, charset)
    if kind == PLAIN:
        return Unit(row, text, _identified(record), alone=True, url=url)
    found = page(text, main_content=bool(source.options.get("main_content", True)), url=url)
    return Unit(row, found.text, found.code, alone=True, url=url) if found.text else Bad(row, "no main text", url, data)


def _url(record: ArcWarcRecord) -> str:
    headers = record.rec_headers
    return str(headers.get_header("WARC-Target-URI") or headers.get_header("uri") or "").strip("<>")


def _content_type(record: ArcWarcRecord) -> tuple[str, str | None]:
    """Type and charset of what a record holds."""
    value = (record.http_headers or record.rec_headers).get_header("Content-Type") or ""
    kind, *parameters = [part.strip() for part in value.split(";")]
    charsets = [part[8:].strip("\"' ") for part in parameters if part.lower().startswith("charset=")]
    return kind.lower(), charsets[0] if charsets else None


def _no_page(record: ArcWarcRecord) -> str:
    """Why a record holds no page; empty if it does."""
    if record.rec_type not in CONTENT or record.rec_type == "revisit":
        return "a page seen before" if record.rec_type == "revisit" else "about the crawl"
    if record.http_headers and (status := record.http_headers.get_statuscode()) != "200":
        return f"status {status}"
    compression = (record.http_headers and record.http_headers.get_header("Content-Encoding")) or ""
    if compression.lower() not in READABLE:
        return f"compressed as '{compression}'"
    kind, _ = _content_type(record)
    return "" if kind in (*HTML, PLAIN) else f"type '{kind}'"


def _content(record: ArcWarcRecord, limit: int) -> bytes:
    """The content, with transfer and compression undone, up to a byte more than `limit`."""
    stream, pieces, size = record.content_stream(), list[bytes](), 0
    while size <= limit and (piece := stream.read(min(1 << 16, limit + 1 - size))):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _identified(record: ArcWarcRecord) -> str:
    """The first language that a WET record names."""
    return (record.rec_headers.get_header("WARC-Identified-Content-Language") or "").split(",")[0]
