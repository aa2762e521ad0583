"""Bibles in OSIS XML: a unit a chapter, a verse a line; titles, notes and the header are left out.

Chapters and verses may be elements or pairs of milestones (`sID` … `eID`). Text outside verses, such as an
introduction, has lines of its own. The language is the xml:lang of the text, else the `language` of its work.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.lines import Lines
from emma.collect.formats.xml_events import LANG, End, Records, Start, Text, events, without
from emma.collect.records import RawDocument, Reject

SKIPPED = frozenset({"title", "note", "figure", "index", "rdgGroup"})
CHAPTERS = frozenset({"chapter", "div"})
RECORDS = Records(CHAPTERS, counted=r"chapter(?![^<>]*\seID)")
APART = frozenset({"p", "l", "lg", "lb", "q", "item", "cell", "speech", "speaker", "salute", "signed"})
"""Elements that stand apart on a page, so that words on either side of their tags are two."""


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapters, in order."""
    lines, code, row, in_header, naming = Lines(file.max_row_bytes), "", 1, False, False
    for event in without(events(file, RECORDS), lambda start: start.name in SKIPPED):
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
            case Start(name) | End(name) if name in APART:
                lines.add(" ")
    if unit := lines.unit(row, code):
        yield unit
