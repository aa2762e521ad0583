"""Chapters of electronic books as XHTML: a unit a file, a paragraph or heading a line. Whole books: reader `epub`.

Nothing is guessed, since a book has no menus: all that is left out is marked as a note or as navigation. The language
is the nearest xml:lang or `lang` above the text.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.lines import Lines, names
from emma.collect.formats.xml_events import LANG, End, Records, Start, Text, events, without
from emma.collect.records import RawDocument, Reject

SKIPPED = names("head script style nav svg math audio video object form button rt rp")
NOTES = names("noteref footnote footnotes endnote endnotes rearnote rearnotes pagebreak toc backlink")
"""Of epub:type, the vocabulary of EPUB for structures."""
RECORDS = Records(names("html"), html=True)
INLINE = names(
    "a abbr b bdi bdo big cite code data del dfn em font i img ins kbd mark q ruby rb s samp small span strong sub sup "
    "time u var wbr"
)


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The chapter, or what is broken in it."""
    if file.plain_name.suffix == ".epub":
        yield Reject(
            0, "wrong reader", "an EPUB is a zip archive of chapters; use reader = 'epub'", unread=file.count_unread()
        )
        return
    lines, code = Lines(file.max_row_bytes), ""
    for event in without(events(file, RECORDS), _skipped):
        match event:
            case Reject():
                lines.lose()
                yield event
            case Text(text):
                lines.add(text)
            case Start("html" | "body" | "section", attributes):
                code = code or attributes.get(LANG) or attributes.get("lang", "")
                lines.end_line()
            case Start("br"):
                lines.add(" ")
            case Start(name) | End(name) if name not in INLINE and name != "br":
                lines.end_line()
    if unit := lines.unit(1, code, alone=True):
        yield unit


def _skipped(start: Start) -> bool:
    return start.name in SKIPPED or not NOTES.isdisjoint(start.attributes.get("epub:type", "").split())
