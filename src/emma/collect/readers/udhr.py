"""The Universal Declaration of Human Rights as XML of the "UDHR in Unicode" project: a unit a preamble or article.

The language is the root's xml:lang (BCP 47) with its iso15924 script put in, else its iso639-3.
"""

from collections.abc import Iterator, Mapping

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import Lines, names
from emma.collect.formats.xml_events import LANG, End, Records, Start, Text, events
from emma.collect.records import RawDocument, Reject

SECTIONS = names("preamble article")
RECORDS = Records(SECTIONS, flat=True)
LINES = names("title para")


def read_udhr(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The sections of the declaration, their titles and paragraphs a line each."""
    lines, code, row = Lines(file.max_row_bytes), None, 0
    in_section, in_line = False, 0
    for event in events(file, RECORDS):
        match event:
            case Reject():
                lines.lose()
                yield event
            case Text(text) if in_section and in_line:
                lines.add(text)
            case Start(name, attributes):
                code = _code(attributes) if code is None else code
                in_section |= name in SECTIONS
                if name in SECTIONS:
                    lines = Lines(file.max_row_bytes)
                in_line += name in LINES
            case End(name) if name in SECTIONS:
                row, in_section = row + 1, False
                if not lines.is_lost:
                    yield lines.unit(row, code or "") or RawDocument(row, "", code or "")
            case End(name) if name in LINES:
                in_line -= 1
                lines.end_line()


def _code(root: Mapping[str, str]) -> str:
    tag = root.get(LANG) or "und"
    if tag == "und":
        tag = root.get("iso639-3") or "und"
    language, *rest = tag.split("-")
    script = root.get("iso15924")
    has_script = any(len(part) == 4 and part.isalpha() for part in rest)
    return tag if has_script or not script else "-".join([language, script, *rest])
