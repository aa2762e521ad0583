"""Readers of Bibles in XML (OSIS, USFX): a document a chapter, a verse a line."""

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
    metadata={"chapter": "the osisID of the chapter, such as Matt.1"},
    example="""\
path = "bibles/*.osis.xml"
""",
)
def read_osis(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a Bible in OSIS; titles, notes and the header are left out.

    Chapters and verses may be elements or pairs of milestones (`sID` … `eID`). Text outside verses, such as an
    introduction, has lines of its own. The language is the xml:lang of the text, else the `language` of its work.
    """
    builder, code, chapter, row, in_header, naming = TextBuilder(file.max_row_bytes), "", ("", False), 1, False, False
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
                if document := builder.close(row, code, meta={"chapter": chapter[0]}):
                    row += 1
                    yield document
                chapter = open_chapter(event, chapter)
            case Start("verse") | End("verse"):
                builder.end_line()
            case Start(name) | End(name) if name in OSIS_APART:
                builder.add(" ")  # a verse stays a line, however it is set
    if document := builder.close(row, code, meta={"chapter": chapter[0]}):
        yield document


def open_chapter(border: Start | End, before: tuple[str, bool]) -> tuple[str, bool]:
    """The chapter that is open after a border, and whether a milestone opened it (`sID` … `eID`): its tag ends at once,
    and says nothing by that."""
    if isinstance(border, Start):
        return border.attributes.get("osisID", ""), "sID" in border.attributes
    return before if before[1] else ("", False)


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
    metadata={"chapter": "the book and the chapter, such as MAT 1"},
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
    builder, code, book, chapter, row, naming = TextBuilder(file.max_row_bytes), "", "", "", 1, False
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
                if document := builder.close(row, code, meta={"chapter": chapter}):
                    row += 1
                    yield document
                if isinstance(event, Start):
                    number = event.attributes.get("id", "")
                    book, chapter = (book, f"{book} {number}".strip()) if name == "c" else (number, number)
            case Start("v" | "ve"):
                builder.end_line()
            case Start(name) | End(name) if name in USFX_APART:
                builder.add(" ")
    if document := builder.close(row, code, meta={"chapter": chapter}):
        yield document


def _is_skipped_usfx(start: Start) -> bool:
    """Whether an element holds no verses: a note, or a heading by its name or its `sfm`."""
    mark = start.attributes.get("sfm", "") if start.name == "p" else start.name
    return start.name in NOTES or HEADINGS.fullmatch(mark) is not None
