"""Electronic books (EPUB 2 and 3): a unit a chapter, in the order of reading, read as the reader `xhtml` does.

The language is the chapter's own, else the package's only `dc:language`. Chapters that are encrypted, of another type
or not in the archive are rejected.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace

from emma.collect.config import SourceConfig
from emma.collect.files.streams import DAMAGE, InputFile, in_words
from emma.collect.formats.epub import Archive, Book, Chapter
from emma.collect.readers import xhtml
from emma.collect.unit import Bad, Unit

TYPES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
UNREADABLE = (KeyError, RuntimeError, NotImplementedError, ValueError, struct.error, *DAMAGE)
"""What opening raises: a member is not there, has a password or an unknown method, or its place makes no sense."""


def read(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """The chapters, numbered as in the spine, after what is broken in the package."""
    try:
        archive = Archive(file)
    except UNREADABLE as error:
        yield Bad(0, "broken file", f"no zip archive, as an EPUB is ({in_words(error)})", unread=_size(file))
        return
    try:
        yield from _chapters(archive, source)
    except UNREADABLE as error:
        yield _refused(archive, f"its package cannot be read ({in_words(error)})")


def _chapters(archive: Archive, source: SourceConfig) -> Iterator[Unit | Bad]:
    if not (package := archive.package()):
        yield _refused(archive, "META-INF/container.xml is not there or names no package")
        return
    *bad, book = archive.book(package)
    yield from (replace(each, detail=f"{package}, {each.detail}") for each in bad if isinstance(each, Bad))
    if not isinstance(book, Book) or not book.chapters:
        yield _refused(archive, f"the package {package} has no spine")
        return
    encrypted, seen = archive.encrypted(), set[Chapter]()
    for row, chapter in enumerate(book.chapters, 1):
        why = _no_chapter(chapter, archive, encrypted) or ("it is in the spine again" if chapter in seen else "")
        seen.add(chapter)
        if why:
            yield Bad(row, "encrypted" if chapter.name in encrypted else "no chapter", f"'{chapter.name}': {why}")
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


def _read(row: int, chapter: Chapter, archive: Archive, language: str, source: SourceConfig) -> Iterator[Unit | Bad]:
    try:
        for each in xhtml.read(archive.member(chapter.name), source):
            if isinstance(each, Unit):
                yield replace(each, row=row, code=each.code or language)
            else:
                yield replace(each, row=row, detail=f"{chapter.name}, {each.detail}")
    except UNREADABLE as error:
        yield Bad(row, "broken file", f"member '{chapter.name}': {in_words(error)}")


def _refused(archive: Archive, why: str) -> Bad:
    units, unread = archive.pages()
    return Bad(0, "broken EPUB", why, units=max(1, units), unread=unread)


def _size(file: InputFile) -> int:
    if not file.forward_only and file.stream.seekable():
        file.stream.seek(0)
    return file.unread()
