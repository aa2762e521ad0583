"""Readers of Bibles in XML (OSIS, USFX, CES): a document a chapter, a verse a line."""

import re
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import TextBuilder
from emma.collect.formats.xml_events import LANG, End, RecordElements, Start, Text, read_events, skip_elements
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

OSIS_SKIPPED = frozenset({"title", "note", "figure", "index", "rdgGroup"})
CHAPTERS = frozenset({"chapter", "div"})
OSIS_RECORDS = RecordElements(CHAPTERS, counted=r"chapter(?![^<>]*\seID)")
OSIS_APART = frozenset({"p", "l", "lg", "lb", "q", "item", "cell", "speech", "speaker", "salute", "signed"})
"""Elements that stand apart on a page, so that words on either side of their tags are two."""


@reader(
    purpose="Bibles in OSIS: a document a chapter, a verse a line, without titles and notes",
    language="The xml:lang of the text, else the `language` of its header.",
    suffixes=(".osis", ".xml"),
    example="""\
path = "bibles/*.osis.xml"
""",
)
def read_osis(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a Bible in OSIS; titles, notes and the header are left out.

    Chapters and verses may be elements or pairs of milestones (`sID` … `eID`). Text outside verses, such as an
    introduction, has lines of its own. The language is the xml:lang of the text, else the `language` of its work.
    """
    builder, code, row, in_header, naming = TextBuilder(file.max_row_bytes), "", 1, False, False
    for event in skip_elements(read_events(file, OSIS_RECORDS), lambda start: start.name in OSIS_SKIPPED):
        match event:
            case Reject():
                builder.discard()
                row += 1
                yield event
            case Text(text) if naming:
                code = code or text.strip()
            case Text(text) if not in_header:
                builder.add(text)
            case Start("osisText", attributes):
                code = attributes.get(LANG, "")
            case Start("header") | End("header"):
                in_header = isinstance(event, Start)
            case Start("language") | End("language"):
                naming = in_header and isinstance(event, Start)
            case Start(name) | End(name) if name in CHAPTERS:
                in_header = naming = False  # a broken header may have lost its end tag
                if document := builder.close(row, code):
                    row += 1
                    yield document
            case Start("verse") | End("verse"):
                builder.end_line()
            case Start(name) | End(name) if name in OSIS_APART:
                builder.add(" ")  # a verse stays a line, however it is set
    if document := builder.close(row, code):
        yield document


HEADINGS = re.compile(r"(?:h|toc|toca|mt|mte|ms|mr|s|sr|r|d|sp|cl|cp|cd|id|ide|rem|sts|imt|is|io|iot|ior)\d?")
"""Marks of headings, of running heads and of what is said about the file; elements, or `sfm` of a paragraph."""
NOTES = frozenset({"f", "x", "fe", "ef", "ex", "fig", "xt", "ref", "generated", "va", "vp"})
BORDERS = frozenset({"book", "c"})
USFX_RECORDS = RecordElements(BORDERS, counted="c")
USFX_APART = frozenset({"p", "q", "b", "optionalLineBreak", "tr", "tc", "th", "li"})
"""Elements that stand apart on a page, so that words on either side of their tags are two."""


@reader(
    purpose="Bibles in USFX: a document a chapter, a verse a line, without headings and notes",
    language="The file's `languageCode`, else an unmistakable part of its path, or what `lang_from` finds there.",
    suffixes=(".usfx", ".xml"),
    example="""\
path = "bibles/*.usfx.xml"
lang_from = "([a-z]{3})-[^/]*$"          # bibles/chr-cherokee.usfx.xml
""",
)
def read_usfx(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a Bible in USFX; headings, notes and references are left out.

    The language is the file's `languageCode`; where files name it instead (`chr-cherokee.usfx.xml`), use the source's
    `lang_from`.
    """
    builder, code, row, naming = TextBuilder(file.max_row_bytes), "", 1, False
    for event in skip_elements(read_events(file, USFX_RECORDS), _is_skipped_usfx):
        match event:
            case Reject():
                builder.discard()
                row += 1
                yield event
            case Text(text) if naming:
                code = text.strip() or code
            case Text(text):
                builder.add(text)
            case Start("languageCode") | End("languageCode"):
                naming = isinstance(event, Start)
            case Start(name) | End(name) if name in BORDERS:
                naming = False  # a broken `languageCode` may have lost its end tag
                if document := builder.close(row, code):
                    row += 1
                    yield document
            case Start("v" | "ve"):
                builder.end_line()
            case Start(name) | End(name) if name in USFX_APART:
                builder.add(" ")
    if document := builder.close(row, code):
        yield document


def _is_skipped_usfx(start: Start) -> bool:
    """Whether an element holds no verses: a note, or a heading by its name or its `sfm`."""
    mark = start.attributes.get("sfm", "") if start.name == "p" else start.name
    return start.name in NOTES or HEADINGS.fullmatch(mark) is not None


CES_RECORDS = RecordElements(frozenset({"div"}), counted="div(?=[^<>]*type=.chapter)")


@reader(
    purpose="Bibles in CES, as in the Bible corpus of Christodouloupoulos: a document a chapter, a verse a line",
    language="The header's `iso639`.",
    suffixes=(".xml",),
    example="""\
path = "bibles/*-NT.xml"
""",
)
def read_ces(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a Bible in CES. Verses that are in no chapter follow the chapters, a document for each element with some.

    The language is the header's `iso639`; the `lang` of the body holds the corpus's own abbreviations, which collide
    with ISO 639 (`az` for Amuzgo).
    """
    bible = _CesBible(file.max_row_bytes)
    for event in read_events(file, CES_RECORDS):
        match event:
            case Reject():
                bible.discard()
                yield event
            case Start(name, attributes):
                if document := bible.start(name, attributes):
                    yield document
            case Text(text):
                bible.add(text)
            case End(name):
                if document := bible.end(name):
                    yield document
    yield from bible.close_loose()


class _CesBible:
    """The chapter and verse of a Bible that are open, as its events come."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._code: str | None = None
        self._in_usage = False
        self._row = self._count = 0
        self._path = [0]
        """Every element that is open, by its number in the file."""
        self._chapter: TextBuilder | None = None
        self._depth = 0
        """The number of elements around the chapter."""
        self._verse: TextBuilder | None = None
        """The document to which the open verse belongs."""
        self._loose: list[tuple[int, TextBuilder]] = []
        """Groups of verses outside chapters, with the number of the element around them."""

    def start(self, name: str, attributes: dict[str, str]) -> RawDocument | Reject | None:
        """Take a start tag; the document of a chapter that was not closed before the next one begins."""
        document = None
        if name == "seg" and self._verse is None:
            self._verse = self._chapter or self._loose_group(self._path[-1])
        elif name == "langUsage":
            self._in_usage = True
        elif name == "language" and self._in_usage and self._code is None:
            self._code = attributes.get("iso639", "")
        elif name == "div" and attributes.get("type") == "chapter":
            document = self._close_document(self._chapter) if self._chapter else None
            self._chapter, self._depth = TextBuilder(self._max_bytes), len(self._path)
        self._count += 1
        self._path.append(self._count)
        return document

    def add(self, text: str) -> None:
        """Add text, if a verse is open."""
        if self._verse:
            self._verse.add(text)

    def end(self, name: str) -> RawDocument | Reject | None:
        """Take an end tag; the document of the chapter that it closes."""
        self._path.pop()
        if name == "seg" and self._verse:
            self._verse.end_line()
            self._verse = None
        elif name == "langUsage":
            self._in_usage = False
        elif self._chapter and len(self._path) == self._depth:
            chapter, self._chapter = self._chapter, None
            return self._close_document(chapter)
        return None

    def discard(self) -> None:
        """Give up the chapter that is open, or the group of verses."""
        if builder := self._chapter or self._verse:
            builder.discard()

    def close_loose(self) -> Iterator[RawDocument | Reject]:
        """The documents of verses outside chapters."""
        yield from filter(None, (self._close_document(lines) for _, lines in self._loose))

    def _close_document(self, builder: TextBuilder) -> RawDocument | Reject | None:
        """The document that was gathered, even if it is empty; None if it was given up."""
        self._row += 1
        if builder.is_discarded:
            return None
        return builder.close(self._row, self._code or "") or RawDocument(self._row, "", self._code or "")

    def _loose_group(self, parent: int) -> TextBuilder:
        """The group of verses in one element; verses of another element between them begin a new group."""
        if not self._loose or self._loose[-1][0] != parent:
            self._loose.append((parent, TextBuilder(self._max_bytes)))
        return self._loose[-1][1]
