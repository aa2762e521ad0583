"""Reader of Bibles in CES, the Corpus Encoding Standard: a document a chapter, a verse a line."""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import TextBuilder
from emma.collect.formats.xml_events import End, RecordElements, Start, Text, read_events
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

CES_RECORDS = RecordElements(frozenset({"div"}), counted="div(?=[^<>]*type=.chapter)")


@reader(
    purpose="Bibles in CES, as in the Bible corpus of Christodouloupoulos: a document a chapter, a verse a line",
    language="The header's `iso639`.",
    suffixes=(".xml",),
    metadata={"chapter": "the id of the chapter, such as b.MAT.1"},
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
        self._chapter_id = ""
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
            document = self._close_document(self._chapter, self._chapter_id) if self._chapter else None
            self._chapter, self._depth = TextBuilder(self._max_bytes), len(self._path)
            self._chapter_id = attributes.get("id", "")
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
            return self._close_document(chapter, self._chapter_id)
        return None

    def discard(self) -> None:
        """Give up the chapter that is open, or the group of verses."""
        if builder := self._chapter or self._verse:
            builder.discard()

    def close_loose(self) -> Iterator[RawDocument | Reject]:
        """The documents of verses outside chapters."""
        yield from filter(None, (self._close_document(lines) for _, lines in self._loose))

    def _close_document(self, builder: TextBuilder, chapter: str = "") -> RawDocument | Reject | None:
        """The document that was gathered, even if it is empty; None if it was given up."""
        self._row += 1
        if builder.is_discarded:
            return None
        code, meta = self._code or "", {"chapter": chapter}
        return builder.close(self._row, code, meta=meta) or RawDocument(self._row, "", code)

    def _loose_group(self, parent: int) -> TextBuilder:
        """The group of verses in one element; verses of another element between them begin a new group."""
        if not self._loose or self._loose[-1][0] != parent:
            self._loose.append((parent, TextBuilder(self._max_bytes)))
        return self._loose[-1][1]
