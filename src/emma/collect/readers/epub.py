"""Readers of electronic books: EPUB 2 and 3, and their chapters as XHTML files."""

import struct
from collections.abc import Iterator
from dataclasses import replace

from emma.collect.config import SourceConfig
from emma.collect.files.streams import DAMAGE_ERRORS, InputFile, describe_error
from emma.collect.formats.epub import DUBLIN_CORE, Chapter, EpubArchive, Package
from emma.collect.formats.header import Header, HeaderFields
from emma.collect.formats.text_builder import TextBuilder, split_names
from emma.collect.formats.xml_events import LANG, End, RecordElements, Start, Text, read_events, skip_elements
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

SKIPPED = split_names("head script style nav svg math audio video object form button rt rp")
NOTES = split_names("noteref footnote footnotes endnote endnotes rearnote rearnotes pagebreak toc backlink")
"""Values of epub:type (EPUB 3 Structural Semantics Vocabulary) whose elements are no running text."""
RECORDS = RecordElements(split_names("html"), html=True)
INLINE = split_names(
    "a abbr b bdi bdo big cite code data del dfn em font i img ins kbd mark q ruby rb s samp small span strong sub sup "
    "time u var wbr"
)

HEADER = Header(split_names("html"), "head", {"title": "title", "meta": "@name @property"})


@reader(
    purpose="chapters of books as XHTML files: a document a file, a paragraph or heading a line",
    language="The nearest xml:lang or `lang` above the text.",
    suffixes=(".xhtml",),
    metadata={"*": "the name of a meta element in small letters, such as author", "title": "the chapter's title"},
    example="""\
path = "books/**/*.xhtml"
""",
)
def read_xhtml(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a chapter as XHTML: a document a file, a paragraph or heading a line.

    Nothing is guessed, since a book has no menus: all that is left out is marked as a note or as navigation. The
    language is the nearest xml:lang or `lang` above the text.
    """
    if file.plain_name.suffix == ".epub":
        why = "an EPUB is a zip archive of chapters; use reader = 'epub'"
        yield Reject(0, "wrong reader", why, unread=file.count_unread())
        return
    builder, code, header = TextBuilder(file.max_row_bytes), "", HeaderFields(HEADER, source)
    for event in skip_elements(header.watch(read_events(file, RECORDS)), _is_skipped):
        match event:
            case Reject():
                builder.discard()
                yield event
            case Text(text):
                builder.add(text)
            case Start("html" | "body" | "section", attributes):
                code = code or attributes.get(LANG) or attributes.get("lang", "")
                builder.end_line()
            case Start("br"):
                builder.add(" ")
            case Start(name) | End(name) if name not in INLINE and name != "br":
                builder.end_line()
    if document := builder.close(1, code, alone=True, meta=header.meta):
        yield document


def _is_skipped(start: Start) -> bool:
    """Whether an element is no running text, by its name or its epub:type."""
    return start.name in SKIPPED or not NOTES.isdisjoint(start.attributes.get("epub:type", "").split())


TYPES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
UNREADABLE = (KeyError, RuntimeError, NotImplementedError, ValueError, struct.error, *DAMAGE_ERRORS)
"""Errors of opening a member: it is not there, has a password or an unknown method, or its place makes no sense."""


@reader(
    is_binary=True,
    purpose="electronic books (EPUB 2 and 3): a document a chapter, in the order of the book",
    language="The chapter's own, else the book's only `dc:language`.",
    suffixes=(".epub",),
    metadata={
        **{name: f"the book's {name}, as its package has it (Dublin Core)" for name in DUBLIN_CORE},
        "chapter": "the name of the chapter's file in the book",
    },
    example="""\
path = "books/*.epub"
""",
)
def read_epub(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a book (EPUB 2 or 3): a document a chapter, numbered as in the spine, after what is broken in the package.

    Chapters are read as `read_xhtml` does. The language is the chapter's own, else the package's only `dc:language`.
    Chapters that are encrypted, of another type or not in the archive are rejected.
    """
    try:
        archive = EpubArchive(file)
    except UNREADABLE as error:
        why = f"no zip archive, as an EPUB is ({describe_error(error)})"
        yield Reject(0, "broken file", why, unread=_count_bytes(file))
        return
    try:
        yield from _read_chapters(archive, source)
    except UNREADABLE as error:
        yield _reject_book(archive, f"its package cannot be read ({describe_error(error)})")


def _read_chapters(archive: EpubArchive, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapters of the spine, or the reject of a book without one."""
    if not (package := archive.find_package()):
        yield _reject_book(archive, "META-INF/container.xml is not there or names no package")
        return
    *rejects, book = archive.read_package(package, source)
    yield from (
        replace(reject, detail=f"{package}, {reject.detail}") for reject in rejects if isinstance(reject, Reject)
    )
    if not isinstance(book, Package) or not book.chapters:
        yield _reject_book(archive, f"the package {package} has no spine")
        return
    encrypted, seen = archive.find_encrypted(), set[Chapter]()
    for row, chapter in enumerate(book.chapters, 1):
        why = _why_unreadable(chapter, archive, encrypted) or ("it is in the spine again" if chapter in seen else "")
        seen.add(chapter)
        if why:
            yield Reject(row, "encrypted" if chapter.name in encrypted else "no chapter", f"'{chapter.name}': {why}")
        else:
            yield from _read_chapter(row, chapter, archive, book, source)


def _why_unreadable(chapter: Chapter, archive: EpubArchive, encrypted: dict[str, str]) -> str:
    """Why an entry of the spine cannot be read; empty if it can."""
    if not chapter.type:
        return "the manifest does not have it"
    if chapter.name in encrypted:
        return f"protected by {encrypted[chapter.name]}; only a copy without protection can be read"
    if chapter.name not in archive.names:
        return "it is not in the archive"
    return "" if chapter.type in TYPES else f"its type is {chapter.type}"


def _read_chapter(
    row: int, chapter: Chapter, archive: EpubArchive, book: Package, source: SourceConfig
) -> Iterator[RawDocument | Reject]:
    """A chapter's document, under its place in the spine and with the book's language where it has none."""
    try:
        for document in read_xhtml.read(archive.open_member(chapter.name), source):
            if isinstance(document, RawDocument):
                meta = {**(book.meta or {}), "chapter": chapter.name}
                yield replace(document, row=row, code=document.code or book.language, meta=meta)
            else:
                yield replace(document, row=row, detail=f"{chapter.name}, {document.detail}")
    except UNREADABLE as error:
        yield Reject(row, "broken file", f"member '{chapter.name}': {describe_error(error)}")


def _reject_book(archive: EpubArchive, why: str) -> Reject:
    """The reject of a book whose chapters are not known, which counts the members that may be chapters."""
    units, unread = archive.count_pages()
    return Reject(0, "broken EPUB", why, units=max(1, units), unread=unread)


def _count_bytes(file: InputFile) -> int:
    """The bytes of a file, of which zipfile has read a part."""
    if not file.forward_only and file.stream.seekable():
        file.stream.seek(0)
    return file.count_unread()
