"""What is in an EPUB: its package names the chapters in the order of reading, and the languages (EPUB 3.3, OCF)."""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from emma.collect.files.archives import claimed_bytes
from emma.collect.files.streams import InputFile
from emma.collect.formats.xml_events import End, Start, Text, events
from emma.collect.records import Reject

CONTAINER: Final = "META-INF/container.xml"
ENCRYPTION: Final = "META-INF/encryption.xml"
PACKAGE: Final = "application/oebps-package+xml"
SCHEMES: Final = {
    "META-INF/rights.xml": "Adobe ADEPT",
    "META-INF/license.lcpl": "Readium LCP",
    "META-INF/sinf.xml": "Apple FairPlay",
}
"""Files that tell which kind of protection a book has."""


@dataclass(frozen=True)
class Chapter:
    """An entry of the spine."""

    name: str
    """Where it is in the archive."""
    type: str
    """Its media type; empty if the manifest does not have it."""


@dataclass
class Book:
    """What a package says."""

    languages: list[str] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)

    @property
    def language(self) -> str:
        """The language if there is only one."""
        return self.languages[0] if len(set(self.languages)) == 1 else ""


class Archive:
    """The zip archive that an EPUB is. Raises what damage raises."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file.seekable_stream())
        self.names = frozenset(self._zip.namelist())

    def member(self, name: str) -> InputFile:
        """A member as a file. KeyError if there is none, RuntimeError if it has a password."""
        stream = self._zip.open(name)
        return InputFile(f"{self._file.name}/{name}", stream, self._file.max_row_bytes)

    def pages(self) -> tuple[int, int]:
        """How many members may be chapters, and their bytes."""
        pages = (each for each in self._zip.infolist() if each.filename.endswith(("html", "htm")))
        sizes = [claimed_bytes(self._zip, each) for each in pages]
        return len(sizes), sum(sizes)

    def package(self) -> str | None:
        """The name of the package that the container names first; without a container, of the only one."""
        if CONTAINER not in self.names:
            packages = [name for name in self.names if name.endswith(".opf")]
            return packages[0] if len(packages) == 1 else None
        for event in events(self.member(CONTAINER)):
            if isinstance(event, Start) and event.name == "rootfile" and event.attributes.get("media-type") == PACKAGE:
                return event.attributes.get("full-path")
        return None

    def encrypted(self) -> dict[str, str]:
        """Members that are encrypted, with the scheme's name. Obfuscated fonts are among them."""
        scheme = next((scheme for name, scheme in SCHEMES.items() if name in self.names), "")
        found, algorithm = dict[str, str](), ""
        for event in events(self.member(ENCRYPTION)) if ENCRYPTION in self.names else ():
            if isinstance(event, Start) and event.name == "EncryptionMethod":
                algorithm = event.attributes.get("Algorithm", "")
            elif isinstance(event, Start) and event.name == "CipherReference":
                found[unquote(event.attributes.get("URI", ""))] = scheme or algorithm or "an unknown scheme"
        return found

    def book(self, package: str) -> Iterator[Reject | Book]:
        """What is broken in the package, then what it says."""
        book, items, spine, runs = Book(), dict[str, Chapter](), list[str](), list[str]()
        for event in events(self.member(package)):
            match event:
                case Reject():
                    yield event
                case Start("language"):
                    runs = []
                case Text(text):
                    runs.append(text)
                case End("language") if code := "".join(runs).strip():
                    book.languages.append(code)
                case Start("item", facts):
                    items[facts.get("id", "")] = _chapter(package, facts)
                case Start("itemref", facts):
                    spine.append(facts.get("idref", ""))
        book.chapters = [items.get(name, Chapter(name, "")) for name in spine]
        yield book


def _chapter(package: str, facts: dict[str, str]) -> Chapter:
    place = posixpath.join(posixpath.dirname(package), unquote(facts.get("href", "")))
    return Chapter(posixpath.normpath(place), facts.get("media-type", "unknown"))
