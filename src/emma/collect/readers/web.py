"""Web pages, one a file or as web archives (WARC, ARC, WET)."""

import io
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import replace

from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader

from emma.collect.config import SourceConfig
from emma.collect.files.binary import SIGNATURE_BYTES
from emma.collect.files.http_bodies import DECODERS, BodyError, decompress_body, list_compressions, remove_chunk_sizes
from emma.collect.files.resumable import ResumableStream
from emma.collect.files.streams import InputFile, describe_error
from emma.collect.files.web_archives import ArchiveRecord, read_records
from emma.collect.formats.pages import decoded, language_in, page
from emma.collect.readers import reader
from emma.collect.records import RawDocument, Reject
from emma.collect.text.expected import expected_language


@reader(options={"main_content": bool})
def read_html(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The page."""
    content = file.read_bytes()
    if isinstance(content, Reject):
        yield content
        return
    told = decoded(content, file.encoding, expected_language(file.name, source, language_in(content)))
    if told.unknown:
        yield Reject(1, "unknown encoding", f"{told.unknown}; set `encoding` of the source", content)
        return
    found = page(told.text, main_content=bool(source.options.get("main_content", True)))
    if found.text:
        yield RawDocument(1, found.text, found.code, alone=True, repair=told.repair)
    else:
        yield Reject(1, "too much markup" if found.too_much else "no main text", found.too_much, content)


CONTENT = frozenset({"response", "resource", "conversion"})
"""Types of records that hold what the web said."""
ABOUT = frozenset({"warcinfo", "request", "metadata", "arc_header"})
"""Types of records about the crawl."""
BEGINNING = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
HTML = ("text/html", "application/xhtml+xml")
TEXT = "text/plain"
TARGET = re.compile(rb"WARC-Target-URI: *(\S+)|^(\S+:\S+) ", re.IGNORECASE)

Parsed = tuple[ArcWarcRecord, bytes]
"""A record and its body."""


@reader(options={"main_content": bool})
def read_warc(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The pages in order, numbered by record. A record that is broken is a reject, and the next one is read."""
    row, limit = 0, file.max_row_bytes
    for row, raw in enumerate(read_records(ResumableStream(file.stream), limit), 1):
        if raw.broken:
            yield _broken(row, raw, f"{raw.broken}; {_said_url(raw)}")
        elif found := _unit(row, raw, limit, source):
            yield found


def _unit(row: int, raw: ArchiveRecord, limit: int, source: SourceConfig) -> RawDocument | Reject | None:
    """What a record holds; None if it is about the crawl."""
    try:
        record, _ = parsed = _parsed(raw)
    except Exception as error:  # warcio has slips of its own over headers that are half there
        return _broken(row, raw, f"{describe_error(error).splitlines()[0]}; {_said_url(raw)}")
    if raw.is_whole and record.digest_checker.passed is False:
        return _broken(row, raw, f"its digest is wrong; {_said_url(raw)}")
    if record.rec_type in ABOUT:
        return None
    if why := _no_page(record, parsed[1]):
        return Reject(row, "no page", f"{why}, {_url(record)}")
    return _page(row, raw, parsed, limit, source)


def _parsed(raw: ArchiveRecord) -> Parsed:
    """The record and its body; what warcio would tell the terminal about them the digests tell us."""
    with redirect_stderr(io.StringIO()):
        record = ArcWarcRecordLoader().parse_record_stream(io.BytesIO(raw.data), None, raw.format, check_digests=True)
        return record, record.raw_stream.read()


def _page(row: int, raw: ArchiveRecord, parsed: Parsed, limit: int, source: SourceConfig) -> RawDocument | Reject:
    record, body = parsed
    url, (kind, charset) = _url(record), _content_type(record)
    if not raw.is_whole:
        return Reject(row, "row too long", f"more than {limit} bytes (max_row_bytes), {url}", body)
    try:
        data = _content(record, body, limit)
    except BodyError as error:
        return _broken(row, raw, f"{error}; {url}")
    if len(data) > limit:
        return Reject(row, "row too long", f"more than {limit} bytes (max_row_bytes), {url}", data)
    code = _identified(record) if kind == TEXT else language_in(data)
    told = decoded(data, charset, expected_language("", source, code))
    if told.unknown:
        return Reject(row, "unknown encoding", f"{told.unknown}, {url}", data)
    if kind == TEXT:
        return RawDocument(row, told.text, code, alone=True, url=url, repair=told.repair)
    return _main_text(RawDocument(row, told.text, alone=True, url=url, repair=told.repair), data, source)


def _main_text(whole: RawDocument, data: bytes, source: SourceConfig) -> RawDocument | Reject:
    """Of a page its main text."""
    found = page(whole.text, main_content=bool(source.options.get("main_content", True)), url=whole.url)
    if found.text:
        return replace(whole, text=found.text, code=found.code)
    why = ("too much markup", f"{found.too_much}, {whole.url}") if found.too_much else ("no main text", whole.url or "")
    return Reject(whole.row, *why, data)


def _broken(row: int, raw: ArchiveRecord, why: str) -> Reject:
    kind = "broken record" if raw.is_whole or not raw.unread else "broken file"
    return Reject(row, kind, f"at byte {raw.at}, {why}", raw.data, raw.units, raw.unread)


def _said_url(raw: ArchiveRecord) -> str:
    """The address that the beginning of a record names, for people to look for."""
    found = TARGET.search(raw.data)
    return (found[1] or found[2]).decode(errors="replace").strip("<>") if found else "no address"


def _url(record: ArcWarcRecord) -> str:
    headers = record.rec_headers
    return str(headers.get_header("WARC-Target-URI") or headers.get_header("uri") or "").strip("<>")


def _content_type(record: ArcWarcRecord) -> tuple[str, str | None]:
    """Type and charset of what a record holds."""
    value = (record.http_headers or record.rec_headers).get_header("Content-Type") or ""
    kind, *parameters = [part.strip() for part in value.split(";")]
    charsets = [part[8:].strip("\"' ") for part in parameters if part.lower().startswith("charset=")]
    return kind.lower(), charsets[0] if charsets else None


def _no_page(record: ArcWarcRecord, body: bytes) -> str:
    """Why a record holds no page; empty if it does. One whose type nobody states is a page if it begins like one."""
    if record.rec_type not in CONTENT:
        return "a page seen before" if record.rec_type == "revisit" else f"a record of type '{record.rec_type}'"
    if record.http_headers and (status := record.http_headers.get_statuscode()) != "200":
        return f"status {status}"
    compression = _compression(record)
    if not DECODERS.keys() >= set(list_compressions(compression)):
        return f"compressed as '{compression}'"
    kind, _ = _content_type(record)
    return "" if kind in (*HTML, TEXT) or (not kind and BEGINNING.search(body[:SIGNATURE_BYTES])) else f"type '{kind}'"


def _content(record: ArcWarcRecord, body: bytes, limit: int) -> bytes:
    """The content, with transfer and compression undone, up to a byte more than `limit`."""
    said = record.http_headers
    if said and (said.get_header("Transfer-Encoding") or "").lower() == "chunked":
        body = remove_chunk_sizes(body)
    return decompress_body(body, _compression(record), limit)


def _compression(record: ArcWarcRecord) -> str:
    said = record.http_headers
    return ((said and said.get_header("Content-Encoding")) or "").strip().lower()


def _identified(record: ArcWarcRecord) -> str:
    """The first language that a WET record names."""
    return (record.rec_headers.get_header("WARC-Identified-Content-Language") or "").split(",")[0]
