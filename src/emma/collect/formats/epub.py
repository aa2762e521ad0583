"""The structure of an EPUB: its package lists the chapters in the order of reading, and the languages (EPUB 3.3)."""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from emma.collect.config import SourceConfig
from emma.collect.files.archives import claimed_bytes
from emma.collect.files.streams import InputFile
from emma.collect.formats.header import Header, HeaderFields
from emma.collect.formats.xml_events import End, Start, Text, read_events
from emma.collect.records import Reject

CONTAINER: Final = "META-INF/container.xml"
ENCRYPTION: Final = "META-INF/encryption.xml"
PACKAGE: Final = "application/oebps-package+xml"
SCHEMES: Final = {
    "META-INF/rights.xml": "Adobe ADEPT",
    "META-INF/license.lcpl": "Readium LCP",
    "META-INF/sinf.xml": "Apple FairPlay",
}
"""Protection schemes, by the file that a book under each of them has."""

DUBLIN_CORE: Final = (
    "title", "creator", "contributor", "publisher", "date", "identifier", "rights", "source", "subject", "description",
    "type", "format", "relation", "coverage", "language",
)  # fmt: skip
"""Elements of the metadata of a package (DCMES 1.1)."""
HEADER: Final = Header(frozenset({"package"}), "metadata", {name: name for name in DUBLIN_CORE})


@dataclass(frozen=True)
class Chapter:
    """An entry of the spine."""

    name: str
    """Its name in the archive."""
    type: str
    """Its media type; empty if the manifest does not have it."""


@dataclass
class Package:
    """The languages and chapters of a book, from its package document."""

    languages: list[str] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    meta: dict[str, str] | None = None
    """What it says of the book, by the names of Dublin Core; None where nothing is kept."""

    @property
    def language(self) -> str:
        """The language, if the package names only one."""
        return self.languages[0] if len(set(self.languages)) == 1 else ""


class EpubArchive:
    """The zip archive that an EPUB is. Raises DAMAGE_ERRORS."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file.seekable_stream())
        self.names = frozenset(self._zip.namelist())

    def open_member(self, name: str) -> InputFile:
        """Open a member as a file. KeyError if there is none, RuntimeError if it has a password."""
        stream = self._zip.open(name)
        return InputFile(f"{self._file.name}/{name}", stream, self._file.max_row_bytes)

    def count_pages(self) -> tuple[int, int]:
        """Count the members that may be chapters, and their bytes."""
        pages = (info for info in self._zip.infolist() if info.filename.endswith(("html", "htm")))
        sizes = [claimed_bytes(self._zip, info) for info in pages]
        return len(sizes), sum(sizes)

    def find_package(self) -> str | None:
        """The name of the package document: the container's first, or without a container the only one."""
        if CONTAINER not in self.names:
            packages = [name for name in self.names if name.endswith(".opf")]
            return packages[0] if len(packages) == 1 else None
        for event in read_events(self.open_member(CONTAINER)):
            if isinstance(event, Start) and event.name == "rootfile" and event.attributes.get("media-type") == PACKAGE:
                return event.attributes.get("full-path")
        return None

    def find_encrypted(self) -> dict[str, str]:
        """The encrypted members, obfuscated fonts among them, with the name of the scheme."""
        scheme = next((scheme for name, scheme in SCHEMES.items() if name in self.names), "")
        encrypted, algorithm = dict[str, str](), ""
        for event in read_events(self.open_member(ENCRYPTION)) if ENCRYPTION in self.names else ():
            if isinstance(event, Start) and event.name == "EncryptionMethod":
                algorithm = event.attributes.get("Algorithm", "")
            elif isinstance(event, Start) and event.name == "CipherReference":
                encrypted[unquote(event.attributes.get("URI", ""))] = scheme or algorithm or "an unknown scheme"
        return encrypted

    def read_package(self, package: str, source: SourceConfig) -> Iterator[Reject | Package]:
        """Read the package document: a reject for each fault in it, then the package."""
        book, items, spine, runs = Package(), dict[str, Chapter](), list[str](), list[str]()
        header = HeaderFields(HEADER, source)
        for event in header.watch(read_events(self.open_member(package))):
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
                    items[facts.get("id", "")] = _manifest_item(package, facts)
                case Start("itemref", facts):
                    spine.append(facts.get("idref", ""))
        book.meta = header.meta
        book.chapters = [items.get(name, Chapter(name, "")) for name in spine]
        yield book


def _manifest_item(package: str, facts: dict[str, str]) -> Chapter:
    """An item of the manifest, by its place in the archive."""
    # addresses in a package are relative to the package itself
    place = posixpath.join(posixpath.dirname(package), unquote(facts.get("href", "")))
    return Chapter(posixpath.normpath(place), facts.get("media-type", "unknown"))
