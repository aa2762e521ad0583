"""Reader of the Universal Declaration of Human Rights in the XML of "UDHR in Unicode": a document an article.

The preamble is a document too. The language is the root's xml:lang (BCP 47) with its iso15924 script put in, else its
iso639-3.
"""

from collections.abc import Iterator, Mapping

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import TextBuilder, split_names
from emma.collect.formats.xml_events import LANG, End, RecordElements, Start, Text, read_events
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

SECTIONS = split_names("preamble article")
RECORDS = RecordElements(SECTIONS, flat=True)
LINES = split_names("title para")


@reader(
    purpose="the Universal Declaration of Human Rights in the XML of UDHR in Unicode: the preamble, and each article",
    language="The root's xml:lang with its script, else its ISO 639-3 code.",
    suffixes=(".xml",),
    metadata={
        "article": "the number of the article; the preamble has none",
        "n": "what the collection calls the language",
        "key": "the collection's name for the translation",
    },
    example="""\
path = "udhr/udhr_*.xml"
""",
)
def read_udhr(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read the sections of the declaration, their titles and paragraphs a line each."""
    builder, code, row, root, meta = TextBuilder(file.max_row_bytes), None, 0, dict[str, str](), dict[str, str]()
    in_section, in_line = False, 0
    for event in read_events(file, RECORDS):
        match event:
            case Reject():
                builder.discard()
                yield event
            case Text(text) if in_section and in_line:
                builder.add(text)
            case Start(name, attributes):
                if code is None:  # the root comes first
                    code, root = _language_tag(attributes), attributes
                in_section |= name in SECTIONS
                if name in SECTIONS:  # anew, so that damage between two sections costs neither
                    builder = TextBuilder(file.max_row_bytes)
                    meta = {"article": attributes.get("number", ""), "n": root.get("n", ""), "key": root.get("key", "")}
                in_line += name in LINES
            case End(name) if name in SECTIONS:
                row, in_section = row + 1, False
                if not builder.is_discarded:
                    yield builder.close(row, code or "", meta=meta) or RawDocument(row, "", code or "")
            case End(name) if name in LINES:
                in_line -= 1
                builder.end_line()


def _language_tag(root: Mapping[str, str]) -> str:
    """The BCP 47 tag of the root element, with its script where the tag has none; `und` where nothing is named."""
    tag = root.get(LANG) or "und"
    if tag == "und":
        tag = root.get("iso639-3") or "und"
    language, *rest = tag.split("-")
    script = root.get("iso15924")
    has_script = any(len(part) == 4 and part.isalpha() for part in rest)
    return tag if has_script or not script else "-".join([language, script, *rest])
