"""Parallel Bibles in CES XML: a unit a chapter, its verses a line each.

Verses that are in no chapter follow the chapters, a unit for each element that holds some.
The language is the header's `iso639`; the `lang` of the body holds the corpus's own abbreviations, which collide with
ISO 639 (`az` for Amuzgo).
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.lines import Lines
from emma.collect.formats.xml_events import End, Records, Start, Text, events
from emma.collect.records import RawDocument, Reject

RECORDS = Records(frozenset({"div"}), counted="div(?=[^<>]*type=.chapter)")


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapters, in order, then what is in none."""
    bible = _Bible(file.max_row_bytes)
    for event in events(file, RECORDS):
        match event:
            case Reject():
                bible.lose()
                yield event
            case Start(name, attributes):
                if unit := bible.start(name, attributes):
                    yield unit
            case Text(text):
                bible.add(text)
            case End(name):
                if unit := bible.end(name):
                    yield unit
    yield from bible.loose()


class _Bible:
    """What of a Bible is open."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._code: str | None = None
        self._in_usage = False
        self._row = self._count = 0
        self._path = [0]
        """A number for every element that is open."""
        self._chapter: Lines | None = None
        self._depth = 0
        """Elements around the chapter."""
        self._verse: Lines | None = None
        """Where the verse goes that is open."""
        self._loose: list[tuple[int, Lines]] = []

    def start(self, name: str, attributes: dict[str, str]) -> RawDocument | Reject | None:
        """An element begins; the unit if it is a chapter in another, which was not closed then."""
        unit = None
        if name == "seg" and self._verse is None:
            self._verse = self._chapter or self._outside(self._path[-1])
        elif name == "langUsage":
            self._in_usage = True
        elif name == "language" and self._in_usage and self._code is None:
            self._code = attributes.get("iso639", "")
        elif name == "div" and attributes.get("type") == "chapter":
            unit = self._unit(self._chapter) if self._chapter else None
            self._chapter, self._depth = Lines(self._max_bytes), len(self._path)
        self._count += 1
        self._path.append(self._count)
        return unit

    def add(self, text: str) -> None:
        """Text of a verse."""
        if self._verse:
            self._verse.add(text)

    def end(self, name: str) -> RawDocument | Reject | None:
        """An element ends; the unit if it is a chapter."""
        self._path.pop()
        if name == "seg" and self._verse:
            self._verse.end_line()
            self._verse = None
        elif name == "langUsage":
            self._in_usage = False
        elif self._chapter and len(self._path) == self._depth:
            chapter, self._chapter = self._chapter, None
            return self._unit(chapter)
        return None

    def lose(self) -> None:
        """Give up the chapter that is open, or the group of verses."""
        if lines := self._chapter or self._verse:
            lines.lose()

    def loose(self) -> Iterator[RawDocument | Reject]:
        """What is in no chapter."""
        yield from filter(None, (self._unit(lines) for _, lines in self._loose))

    def _unit(self, lines: Lines) -> RawDocument | Reject | None:
        self._row += 1
        if lines.is_lost:
            return None
        return lines.unit(self._row, self._code or "") or RawDocument(self._row, "", self._code or "")

    def _outside(self, parent: int) -> Lines:
        """The verses of one element; those of another between them end a group."""
        if not self._loose or self._loose[-1][0] != parent:
            self._loose.append((parent, Lines(self._max_bytes)))
        return self._loose[-1][1]
