"""Bibles in XML (OSIS, USFX, CES): a document a chapter, a verse a line."""

import re
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import Lines
from emma.collect.formats.xml_events import LANG, End, Records, Start, Text, events, without
from emma.collect.records import RawDocument, Reject

OSIS_SKIPPED = frozenset({"title", "note", "figure", "index", "rdgGroup"})
CHAPTERS = frozenset({"chapter", "div"})
OSIS_RECORDS = Records(CHAPTERS, counted=r"chapter(?![^<>]*\seID)")
OSIS_APART = frozenset({"p", "l", "lg", "lb", "q", "item", "cell", "speech", "speaker", "salute", "signed"})
"""Elements that stand apart on a page, so that words on either side of their tags are two."""


def read_osis(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapters, in order."""
    lines, code, row, in_header, naming = Lines(file.max_row_bytes), "", 1, False, False
    for event in without(events(file, OSIS_RECORDS), lambda start: start.name in OSIS_SKIPPED):
        match event:
            case Reject():
                lines.lose()
                row += 1
                yield event
            case Text(text) if naming:
                code = code or text.strip()
            case Text(text) if not in_header:
                lines.add(text)
            case Start("osisText", attributes):
                code = attributes.get(LANG, "")
            case Start("header") | End("header"):
                in_header = isinstance(event, Start)
            case Start("language") | End("language"):
                naming = in_header and isinstance(event, Start)
            case Start(name) | End(name) if name in CHAPTERS:
                in_header = naming = False  # were it broken, its end may be missing
                if unit := lines.unit(row, code):
                    row += 1
                    yield unit
            case Start("verse") | End("verse"):
                lines.end_line()
            case Start(name) | End(name) if name in OSIS_APART:
                lines.add(" ")
    if unit := lines.unit(row, code):
        yield unit


HEADINGS = re.compile(r"(?:h|toc|toca|mt|mte|ms|mr|s|sr|r|d|sp|cl|cp|cd|id|ide|rem|sts|imt|is|io|iot|ior)\d?")
"""Marks of headings, of running heads and of what is said about the file; elements, or `sfm` of a paragraph."""
NOTES = frozenset({"f", "x", "fe", "ef", "ex", "fig", "xt", "ref", "generated", "va", "vp"})
UNITS = frozenset({"book", "c"})
USFX_RECORDS = Records(UNITS, counted="c")
USFX_APART = frozenset({"p", "q", "b", "optionalLineBreak", "tr", "tc", "th", "li"})
"""Elements that stand apart on a page, so that words on either side of their tags are two."""


def read_usfx(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapters, in order."""
    lines, code, row, naming = Lines(file.max_row_bytes), "", 1, False
    for event in without(events(file, USFX_RECORDS), _skipped):
        match event:
            case Reject():
                lines.lose()
                row += 1
                yield event
            case Text(text) if naming:
                code = text.strip() or code
            case Text(text):
                lines.add(text)
            case Start("languageCode") | End("languageCode"):
                naming = isinstance(event, Start)
            case Start(name) | End(name) if name in UNITS:
                naming = False  # were it broken, its end may be missing
                if unit := lines.unit(row, code):
                    row += 1
                    yield unit
            case Start("v" | "ve"):
                lines.end_line()
            case Start(name) | End(name) if name in USFX_APART:
                lines.add(" ")
    if unit := lines.unit(row, code):
        yield unit


def _skipped(start: Start) -> bool:
    mark = start.attributes.get("sfm", "") if start.name == "p" else start.name
    return start.name in NOTES or HEADINGS.fullmatch(mark) is not None


CES_RECORDS = Records(frozenset({"div"}), counted="div(?=[^<>]*type=.chapter)")


def read_ces(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapters, in order, then what is in none."""
    bible = _Bible(file.max_row_bytes)
    for event in events(file, CES_RECORDS):
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
