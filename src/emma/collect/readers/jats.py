"""Scientific articles in JATS XML: a unit an article, with title, abstract and body, a paragraph a line.

References, formulas, tables and what is said about the article are left out. A translated title or abstract
(`trans-abstract`) and a sub-article are units of their own. The language is the nearest xml:lang.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import Lines, names
from emma.collect.formats.xml_events import LANG, End, Records, Start, Text, events, without
from emma.collect.records import RawDocument, Reject

SKIPPED = names(
    "ref-list fn-group table-wrap table disp-formula disp-formula-group inline-formula tex-math math chem-struct "
    "graphic inline-graphic media object-id alternatives product related-article related-object journal-meta "
    "contrib-group aff author-notes permissions kwd-group funding-group custom-meta-group history glossary "
    "supplementary-material attrib copyright-statement license"
)
KEPT = names("article-title subtitle abstract trans-title-group trans-abstract body back")
"""Where text is; elsewhere it is about the article."""
OWN = names("article sub-article response trans-title-group trans-abstract")
"""Elements that are units of their own."""
RECORDS = Records(OWN)
LINES = names(
    "p title article-title subtitle trans-title trans-subtitle label caption list-item def-item term def disp-quote "
    "verse-line speech boxed-text"
)


def read_jats(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The articles and translations, each where it ends."""
    open_units: list[tuple[Lines, str]] = []
    row, kept = 1, 0
    for event in without(events(file, RECORDS), lambda start: start.name in SKIPPED):
        if isinstance(event, Reject):
            if open_units:
                open_units[-1][0].lose()
            row += 1
            yield event
            continue
        if isinstance(event, Text):
            if kept and open_units:
                open_units[-1][0].add(event.text)
            continue
        kept += (event.name in KEPT) * (1 if isinstance(event, Start) else -1)
        for lines, code in _ended(event, open_units):
            if unit := lines.unit(row, code, alone=True):
                row += 1
                yield unit
        if event.name in OWN and isinstance(event, Start):
            above = open_units[-1][1] if open_units else ""
            open_units.append((Lines(file.max_row_bytes), event.attributes.get(LANG) or above))
        elif event.name in LINES and open_units:
            open_units[-1][0].end_line()
        elif event.name == "break" and open_units:
            open_units[-1][0].add(" ")


def _ended(event: Start | End, open_units: list[tuple[Lines, str]]) -> Iterator[tuple[Lines, str]]:
    """The units that end with an event. An article that begins in another shows that the other was not closed."""
    if isinstance(event, Start) and event.name == "article":
        while open_units:
            yield open_units.pop()
    elif isinstance(event, End) and event.name in OWN and open_units:
        yield open_units.pop()
