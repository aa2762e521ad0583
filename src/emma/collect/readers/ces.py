"""Parallel Bibles in CES XML: a unit a chapter, its verses a line each.

The language is the header's `iso639`; the `lang` of the body holds the corpus's own abbreviations, which collide with
ISO 639 (`az` for Amuzgo).
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit
from emma.collect.xml import parse, words


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """The chapters, in order."""
    root = parse(file)
    if isinstance(root, Bad):
        yield root
        return
    header = root.find(".//langUsage/language")
    code = "" if header is None else (header.get("iso639") or "")
    for row, chapter in enumerate(root.iterfind(".//div[@type='chapter']"), 1):
        verses = (words(verse) for verse in chapter.iter("seg"))
        yield Unit(row, "\n".join(filter(None, verses)), code)
