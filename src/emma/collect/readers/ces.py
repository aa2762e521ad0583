"""Parallel Bibles in CES XML: a unit a chapter, its verses a line each.

Verses that are in no chapter follow the chapters, a unit for each element that holds some.
The language is the header's `iso639`; the `lang` of the body holds the corpus's own abbreviations, which collide with
ISO 639 (`az` for Amuzgo).
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.lines import Lines
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit
from emma.collect.xml_events import End, Records, Start, Text, events

RECORDS = Records(frozenset({"div"}), counted="div(?=[^<>]*type=.chapter)")


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """The chapters, in order, then what is in none."""
    bible = _Bible(file.max_row_bytes)
    for event in events(file, RECORDS):
        match event:
            case Bad():
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
        self._row = 0
        self._path: list[tuple[int, Lines | None]] = [(0, None)]
        """A number for every element that is open, and of a chapter its verses."""
        self._count = 0
        self._verses: Lines | None = None
        """Where the verse goes that is open."""
        self._in_usage = False
        self._loose: list[tuple[int, Lines]] = []

    def start(self, name: str, attributes: dict[str, str]) -> Unit | Bad | None:
        """An element begins; the unit if it is a chapter in another, which was not closed then."""
        self._count += 1
        if name == "langUsage":
            self._in_usage = True
        elif name == "language" and self._in_usage and self._code is None:
            self._code = attributes.get("iso639", "")
        elif name == "seg" and self._verses is None:
            self._verses = self._chapter() or self._outside(self._path[-1][0])
        is_chapter = name == "div" and attributes.get("type") == "chapter"
        above = self._chapter() if is_chapter else None
        self._path = (
            [(number, None if lines is above else lines) for number, lines in self._path] if above else self._path
        )
        self._path.append((self._count, Lines(self._max_bytes) if is_chapter else None))
        return self._unit(above) if above else None

    def add(self, text: str) -> None:
        """Text of a verse."""
        if self._verses:
            self._verses.add(text)

    def end(self, name: str) -> Unit | Bad | None:
        """An element ends; the unit if it is a chapter."""
        _, chapter = self._path.pop()
        if name == "langUsage":
            self._in_usage = False
        elif name == "seg" and self._verses:
            self._verses.end_line()
            self._verses = None
        return self._unit(chapter) if chapter else None

    def lose(self) -> None:
        """Give up the chapter that is open, or the group of verses."""
        if lines := self._chapter() or self._verses:
            lines.lose()

    def loose(self) -> Iterator[Unit | Bad]:
        """What is in no chapter."""
        yield from filter(None, (self._unit(lines) for _, lines in self._loose))

    def _unit(self, lines: Lines) -> Unit | Bad | None:
        self._row += 1
        if lines.is_lost:
            return None
        return lines.unit(self._row, self._code or "") or Unit(self._row, "", self._code or "")

    def _chapter(self) -> Lines | None:
        return next((lines for _, lines in reversed(self._path) if lines), None)

    def _outside(self, parent: int) -> Lines:
        """The verses of one element; those of another between them end a group."""
        if not self._loose or self._loose[-1][0] != parent:
            self._loose.append((parent, Lines(self._max_bytes)))
        return self._loose[-1][1]
