"""Bibles in USFX XML: a unit a chapter, a verse a line; headings, notes and references are left out.

The language is the file's `languageCode`; where files name it instead (`chr-cherokee.usfx.xml`), use the source's
`lang_from`.
"""

import re
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.lines import Lines
from emma.collect.formats.xml_events import End, Records, Start, Text, events, without
from emma.collect.records import RawDocument, Reject

HEADINGS = re.compile(r"(?:h|toc|toca|mt|mte|ms|mr|s|sr|r|d|sp|cl|cp|cd|id|ide|rem|sts|imt|is|io|iot|ior)\d?")
"""Marks of headings, of running heads and of what is said about the file; elements, or `sfm` of a paragraph."""
NOTES = frozenset({"f", "x", "fe", "ef", "ex", "fig", "xt", "ref", "generated", "va", "vp"})
UNITS = frozenset({"book", "c"})
RECORDS = Records(UNITS, counted="c")
APART = frozenset({"p", "q", "b", "optionalLineBreak", "tr", "tc", "th", "li"})
"""Elements that stand apart on a page, so that words on either side of their tags are two."""


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapters, in order."""
    lines, code, row, naming = Lines(file.max_row_bytes), "", 1, False
    for event in without(events(file, RECORDS), _skipped):
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
            case Start(name) | End(name) if name in APART:
                lines.add(" ")
    if unit := lines.unit(row, code):
        yield unit


def _skipped(start: Start) -> bool:
    mark = start.attributes.get("sfm", "") if start.name == "p" else start.name
    return start.name in NOTES or HEADINGS.fullmatch(mark) is not None
