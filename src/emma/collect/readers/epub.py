"""Electronic books (EPUB 2 and 3): a unit a chapter, in the order of reading, read as the reader `xhtml` does.

The language is the chapter's own, else the package's only `dc:language`. Chapters that are encrypted, of another type
or not in the archive are rejected.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace

from emma.collect.config import SourceConfig
from emma.collect.files.streams import DAMAGE_ERRORS, InputFile, describe_error
from emma.collect.formats.epub import Archive, Book, Chapter
from emma.collect.readers import xhtml
from emma.collect.records import RawDocument, Reject

TYPES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
UNREADABLE = (KeyError, RuntimeError, NotImplementedError, ValueError, struct.error, *DAMAGE_ERRORS)
"""What opening raises: a member is not there, has a password or an unknown method, or its place makes no sense."""


def read(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
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
        for each in xhtml.read(archive.member(chapter.name), source):
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
