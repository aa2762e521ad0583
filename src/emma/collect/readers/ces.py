"""Parallel Bibles in CES XML: a unit a chapter, its verses a line each.

Verses that are in no chapter follow the chapters, a unit for each element that holds some.
The language is the header's `iso639`; the `lang` of the body holds the corpus's own abbreviations, which collide with
ISO 639 (`az` for Amuzgo).
"""

from collections.abc import Iterable, Iterator
from itertools import chain, groupby

from lxml import etree

from emma.collect.config import SourceConfig
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit
from emma.collect.xml import parse, words


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """The chapters, in order, then what is in none."""
    root = parse(file)
    if isinstance(root, Bad):
        yield root
        return
    header = root.find(".//langUsage/language")
    code = "" if header is None else (header.get("iso639") or "")
    chapters = (chapter.iter("seg") for chapter in root.iterfind(".//div[@type='chapter']"))
    for row, verses in enumerate(chain(chapters, _outside(root)), 1):
        yield Unit(row, "\n".join(filter(None, map(words, verses))), code)


def _outside(root: etree._Element) -> Iterator[Iterable[etree._Element]]:
    verses = (verse for verse in root.iter("seg") if not _in_chapter(verse))
    yield from (group for _, group in groupby(verses, key=lambda verse: verse.getparent()))


def _in_chapter(verse: etree._Element) -> bool:
    return any(above.get("type") == "chapter" for above in verse.iterancestors("div"))
