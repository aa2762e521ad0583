"""Electronic books: EPUB 2 and 3, and their chapters as XHTML files."""

import struct
from collections.abc import Iterator
from dataclasses import replace

from emma.collect.config import SourceConfig
from emma.collect.files.streams import DAMAGE_ERRORS, InputFile, describe_error
from emma.collect.formats.epub import Archive, Book, Chapter
from emma.collect.formats.text_builder import Lines, names
from emma.collect.formats.xml_events import LANG, End, Records, Start, Text, events, without
from emma.collect.records import RawDocument, Reject

SKIPPED = names("head script style nav svg math audio video object form button rt rp")
NOTES = names("noteref footnote footnotes endnote endnotes rearnote rearnotes pagebreak toc backlink")
"""Of epub:type, the vocabulary of EPUB for structures."""
RECORDS = Records(names("html"), html=True)
INLINE = names(
    "a abbr b bdi bdo big cite code data del dfn em font i img ins kbd mark q ruby rb s samp small span strong sub sup "
    "time u var wbr"
)


def read_xhtml(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapter, or what is broken in it."""
    if file.plain_name.suffix == ".epub":
        yield Reject(
            0, "wrong reader", "an EPUB is a zip archive of chapters; use reader = 'epub'", unread=file.count_unread()
        )
        return
    lines, code = Lines(file.max_row_bytes), ""
    for event in without(events(file, RECORDS), _skipped):
        match event:
            case Reject():
                lines.lose()
                yield event
            case Text(text):
                lines.add(text)
            case Start("html" | "body" | "section", attributes):
                code = code or attributes.get(LANG) or attributes.get("lang", "")
                lines.end_line()
            case Start("br"):
                lines.add(" ")
            case Start(name) | End(name) if name not in INLINE and name != "br":
                lines.end_line()
    if unit := lines.unit(1, code, alone=True):
        yield unit


def _skipped(start: Start) -> bool:
    return start.name in SKIPPED or not NOTES.isdisjoint(start.attributes.get("epub:type", "").split())


TYPES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
UNREADABLE = (KeyError, RuntimeError, NotImplementedError, ValueError, struct.error, *DAMAGE_ERRORS)
"""What opening raises: a member is not there, has a password or an unknown method, or its place makes no sense."""


def read_epub(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapters, numbered as in the spine, after what is broken in the package."""
    try:
        archive = Archive(file)
    except UNREADABLE as error:
        yield Reject(0, "broken file", f"no zip archive, as an EPUB is ({describe_error(error)})", unread=_size(file))
        return
    try:
        yield from _chapters(archive, source)
    except UNREADABLE as error:
        yield _refused(archive, f"its package cannot be read ({describe_error(error)})")


def _chapters(archive: Archive, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    if not (package := archive.package()):
        yield _refused(archive, "META-INF/container.xml is not there or names no package")
        return
    *bad, book = archive.book(package)
    yield from (replace(each, detail=f"{package}, {each.detail}") for each in bad if isinstance(each, Reject))
    if not isinstance(book, Book) or not book.chapters:
        yield _refused(archive, f"the package {package} has no spine")
        return
    encrypted, seen = archive.encrypted(), set[Chapter]()
    for row, chapter in enumerate(book.chapters, 1):
        why = _no_chapter(chapter, archive, encrypted) or ("it is in the spine again" if chapter in seen else "")
        seen.add(chapter)
        if why:
            yield Reject(row, "encrypted" if chapter.name in encrypted else "no chapter", f"'{chapter.name}': {why}")
        else:
            yield from _read(row, chapter, archive, book.language, source)


def _no_chapter(chapter: Chapter, archive: Archive, encrypted: dict[str, str]) -> str:
    """Why an entry of the spine cannot be read; empty if it can."""
    if not chapter.type:
        return "the manifest does not have it"
    if chapter.name in encrypted:
        return f"protected by {encrypted[chapter.name]}; only a copy without protection can be read"
    if chapter.name not in archive.names:
        return "it is not in the archive"
    return "" if chapter.type in TYPES else f"its type is {chapter.type}"


def _read(
    row: int, chapter: Chapter, archive: Archive, language: str, source: SourceConfig
) -> Iterator[RawDocument | Reject]:
    try:
        for each in read_xhtml(archive.member(chapter.name), source):
            if isinstance(each, RawDocument):
                yield replace(each, row=row, code=each.code or language)
            else:
                yield replace(each, row=row, detail=f"{chapter.name}, {each.detail}")
    except UNREADABLE as error:
        yield Reject(row, "broken file", f"member '{chapter.name}': {describe_error(error)}")


def _refused(archive: Archive, why: str) -> Reject:
    units, unread = archive.pages()
    return Reject(0, "broken EPUB", why, units=max(1, units), unread=unread)


def _size(file: InputFile) -> int:
    if not file.forward_only and file.stream.seekable():
        file.stream.seek(0)
    return file.count_unread()
