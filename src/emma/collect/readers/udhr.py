"""The Universal Declaration of Human Rights as XML of the "UDHR in Unicode" project: a unit a preamble or article.

The language is the root's xml:lang (BCP 47) with its iso15924 script put in, else its iso639-3.
"""

from collections.abc import Iterator

from lxml import etree

from emma.collect.config import SourceConfig
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit
from emma.collect.xml import parse, words

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SECTIONS = ("preamble", "article")


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """The sections of the declaration, their titles and paragraphs a line each."""
    root = parse(file)
    if isinstance(root, Bad):
        yield root
        return
    code = _code(root)
    for row, section in enumerate(root.iter(*(f"{{*}}{name}" for name in SECTIONS)), 1):
        lines = [words(each) for each in section.iter("{*}title", "{*}para")]
        yield Unit(row, "\n".join(filter(None, lines)), code)


def _code(root: etree._Element) -> str:
    tag = root.get(XML_LANG) or "und"
    if tag == "und":
        tag = root.get("iso639-3") or "und"
    language, *rest = tag.split("-")
    script = root.get("iso15924")
    has_script = any(len(part) == 4 and part.isalpha() for part in rest)
    return tag if has_script or not script else "-".join([language, script, *rest])
