"""Readers of web pages, one a file or in web archives (WARC, ARC, WET)."""

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
from emma.collect.formats.pages import decode_page, extract_page, find_page_language
from emma.collect.readers.reader import Option, reader
from emma.collect.records import RawDocument, Reject
from emma.collect.text.file_names import expected_language

MAIN_CONTENT = Option(bool, "Whether menus, headers and footers are left out.", True)


@reader(
    options={"main_content": MAIN_CONTENT},
    purpose="web pages (HTML), a file each: the main text of a page",
    language="What the page says of itself: `lang`, its meta tags, or its own `hreflang`.",
    suffixes=(".html", ".htm"),
    metadata={"*": "the name or property of a meta element in small letters, such as og:title", "title": "the title"},
    example="""\
path = "pages/**/*.html"
""",
)
def read_html(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a web page: its main text, a line a paragraph; menus, headers and footers are left out.

    The language is what the page says of itself: `lang`, meta tags, or its own `hreflang`. With the option
    `main_content = false` the whole text of the page is kept.
    """
    content = file.read_bytes()
    if isinstance(content, Reject):
        yield content
        return
    decoded = decode_page(content, file.encoding, expected_language(file.name, source, find_page_language(content)))
    if decoded.unknown:
        yield Reject(1, "unknown encoding", f"{decoded.unknown}; set `encoding` of the source", content)
        return
    is_main = bool(source.options.get("main_content", True))
    page = extract_page(decoded.text, main_content=is_main, with_meta=bool(source.keep))
    if page.text:
        yield RawDocument(1, page.text, page.code, alone=True, repair=decoded.repair, meta=page.meta)
    else:
        yield Reject(1, "too much markup" if page.excess else "no main text", page.excess, content)


CONTENT_TYPES = frozenset({"response", "resource", "conversion"})
"""Types of WARC records that hold what was fetched."""
CRAWL_TYPES = frozenset({"warcinfo", "request", "metadata", "arc_header"})
"""Types of WARC records about the crawl, which are no documents."""
HTML_BEGINNING = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
HTML_TYPES = ("text/html", "application/xhtml+xml")
TEXT_TYPE = "text/plain"
TARGET_ADDRESS = re.compile(rb"WARC-Target-URI: *(\S+)|^(\S+:\S+) ", re.IGNORECASE)

ParsedRecord = tuple[ArcWarcRecord, bytes]
"""A record and its body."""


@reader(
    options={"main_content": MAIN_CONTENT},
    is_binary=True,
    purpose="web archives (WARC, ARC, WET): the main text of every page that was fetched well",
    language="What the page says of itself; of plain text, what the record says was identified.",
    suffixes=(".warc", ".arc", ".wet"),
    metadata={"*": "a header of the record or of the server's answer, such as WARC-Date or Last-Modified"},
    example="""\
path = "crawl/*.warc.gz"
""",
)
def read_warc(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a web archive, WARC, ARC or WET: a document a page that was fetched well, numbered by record.

    HTML gives its main text and its language as `read_html` does, with the same option; the address is the document's
    url. Records about the crawl (requests, `warcinfo`, metadata) are no documents. Responses that are no pages are
    rejected, so that they count; a record that is broken is rejected, and the next one is read.
    """
    row, limit = 0, file.max_row_bytes
    for row, raw in enumerate(read_records(ResumableStream(file.stream), limit), 1):
        if raw.broken:
            yield _reject_record(row, raw, f"{raw.broken}; {_find_address(raw)}")
        elif document := _read_record(row, raw, limit, source):
            yield document


def _read_record(row: int, raw: ArchiveRecord, limit: int, source: SourceConfig) -> RawDocument | Reject | None:
    """The document in a record, or a reject; None if the record is about the crawl."""
    try:
        record, _ = parsed = _parse_record(raw)
    except Exception as error:  # warcio has slips of its own over headers that are half there
        return _reject_record(row, raw, f"{describe_error(error).splitlines()[0]}; {_find_address(raw)}")
    if raw.is_whole and record.digest_checker.passed is False:
        return _reject_record(row, raw, f"its digest is wrong; {_find_address(raw)}")
    if record.rec_type in CRAWL_TYPES:
        return None
    if why := _why_no_page(record, parsed[1]):
        return Reject(row, "no page", f"{why}, {_record_url(record)}")
    return _read_page(row, raw, parsed, limit, source)


def _parse_record(raw: ArchiveRecord) -> ParsedRecord:
    """The record and its body."""
    with redirect_stderr(io.StringIO()):  # warcio writes of wrong digests to the terminal; they are checked here
        record = ArcWarcRecordLoader().parse_record_stream(io.BytesIO(raw.data), None, raw.format, check_digests=True)
        return record, record.raw_stream.read()


def _read_page(
    row: int, raw: ArchiveRecord, parsed: ParsedRecord, limit: int, source: SourceConfig
) -> RawDocument | Reject:
    """The document of a page or a text, or a reject that says why there is none."""
    record, body = parsed
    url, (kind, charset) = _record_url(record), _content_type(record)
    if not raw.is_whole:
        return Reject(row, "row too long", f"more than {limit} bytes (max_row_bytes), {url}", body)
    try:
        data = _read_content(record, body, limit)
    except BodyError as error:
        return _reject_record(row, raw, f"{error}; {url}")
    if len(data) > limit:
        return Reject(row, "row too long", f"more than {limit} bytes (max_row_bytes), {url}", data)
    # Text has no markup to name its language: WET records name what the crawler identified.
    code = _identified_language(record) if kind == TEXT_TYPE else find_page_language(data)
    decoded = decode_page(data, charset, expected_language("", source, code))
    if decoded.unknown:
        return Reject(row, "unknown encoding", f"{decoded.unknown}, {url}", data)
    meta = _read_headers(record, source) if source.keep else None
    page = RawDocument(row, decoded.text, alone=True, url=url, repair=decoded.repair, meta=meta)
    return replace(page, code=code) if kind == TEXT_TYPE else _extract_main_text(page, data, source)


def _extract_main_text(markup: RawDocument, data: bytes, source: SourceConfig) -> RawDocument | Reject:
    """The page with its main text in place of its markup, or a reject where it has none."""
    page = extract_page(markup.text, main_content=bool(source.options.get("main_content", True)), url=markup.url)
    if page.text:
        return replace(markup, text=page.text, code=page.code)
    why = ("too much markup", f"{page.excess}, {markup.url}") if page.excess else ("no main text", markup.url or "")
    return Reject(markup.row, *why, data)


def _reject_record(row: int, raw: ArchiveRecord, why: str) -> Reject:
    """The reject of a record that cannot be read, with its place in the file."""
    # where bytes were passed over to find the next record, more may be lost than this one
    kind = "broken record" if raw.is_whole or not raw.unread else "broken file"
    return Reject(row, kind, f"at byte {raw.at}, {why}", raw.data, raw.units, raw.unread)


def _find_address(raw: ArchiveRecord) -> str:
    """The address that the beginning of a record names, for people to look for."""
    match = TARGET_ADDRESS.search(raw.data)
    return (match[1] or match[2]).decode(errors="replace").strip("<>") if match else "no address"


def _record_url(record: ArcWarcRecord) -> str:
    """The address of a record, in WARC or ARC."""
    headers = record.rec_headers
    return str(headers.get_header("WARC-Target-URI") or headers.get_header("uri") or "").strip("<>")


def _read_headers(record: ArcWarcRecord, source: SourceConfig) -> dict[str, str]:
    """The headers of a record and of the server's answer, under their names as the source's `keep` spells them.

    Names are the same in any case, and the record's own come first.
    """
    spelt = {name.lower(): name for name in source.keep}
    headers: dict[str, str] = {}
    for name, value in (*record.rec_headers.headers, *(record.http_headers.headers if record.http_headers else ())):
        headers.setdefault(spelt.get(name.lower(), name), value)
    return headers


def _content_type(record: ArcWarcRecord) -> tuple[str, str | None]:
    """The media type of a record's content, and its charset if one is stated."""
    value = (record.http_headers or record.rec_headers).get_header("Content-Type") or ""
    kind, *parameters = [part.strip() for part in value.split(";")]
    charsets = [part[8:].strip("\"' ") for part in parameters if part.lower().startswith("charset=")]
    return kind.lower(), charsets[0] if charsets else None


def _why_no_page(record: ArcWarcRecord, body: bytes) -> str:
    """Why a record holds no page; empty if it does. Content without a media type is a page if it begins like one."""
    if record.rec_type not in CONTENT_TYPES:
        return "a page seen before" if record.rec_type == "revisit" else f"a record of type '{record.rec_type}'"
    if record.http_headers and (status := record.http_headers.get_statuscode()) != "200":
        return f"status {status}"
    compression = _compression(record)
    if not DECODERS.keys() >= set(list_compressions(compression)):
        return f"compressed as '{compression}'"
    kind, _ = _content_type(record)
    is_page = kind in (*HTML_TYPES, TEXT_TYPE) or (not kind and HTML_BEGINNING.search(body[:SIGNATURE_BYTES]))
    return "" if is_page else f"type '{kind}'"


def _read_content(record: ArcWarcRecord, body: bytes, limit: int) -> bytes:
    """The content, with transfer and compression undone, up to a byte more than `limit`."""
    headers = record.http_headers
    if headers and (headers.get_header("Transfer-Encoding") or "").lower() == "chunked":
        body = remove_chunk_sizes(body)
    return decompress_body(body, _compression(record), limit)


def _compression(record: ArcWarcRecord) -> str:
    """The compression that the server stated; empty if none."""
    headers = record.http_headers
    return ((headers and headers.get_header("Content-Encoding")) or "").strip().lower()


def _identified_language(record: ArcWarcRecord) -> str:
    """The first language that a WET record names."""
    return (record.rec_headers.get_header("WARC-Identified-Content-Language") or "").split(",")[0]
