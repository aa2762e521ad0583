"""The parts of an XML file as readers see them: events, the elements that hold records, positions and faults."""

import html
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

LANG = "xml:lang"
ATTRIBUTE = re.compile(r"""([\w.:-]+)\s*=\s*("[^"]*"|'[^']*')""")

Attributes = dict[str, str]


@dataclass(slots=True)  # not frozen: that makes one several times as slow
class Start:
    """An element begins. Names are without prefix, attributes with theirs (`xml:lang`)."""

    name: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class End:
    """An element ends."""

    name: str


@dataclass(slots=True)
class Text:
    """Characters; an element's text may come in several of these."""

    text: str


def local_name(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def parse_attributes(data: bytes) -> Attributes:
    """The attributes in the rest of a tag after its name, as far as they can be made out."""
    pairs = ATTRIBUTE.findall(data.decode(errors="replace"))
    return {name: html.unescape(value[1:-1]) for name, value in pairs}


@dataclass(frozen=True)
class RecordElements:
    """The elements that hold a document or stand at its border, where reading goes on after a fault."""

    names: frozenset[str] = frozenset()
    flat: bool = False
    """Whether none of them holds another of its name, so that one that does was not closed."""

    counted: str = ""
    """A regular expression of the tags that are counted as records, from the name on; all `names` if empty."""

    html: bool = False
    """Whether entities of HTML need no declaration, as in browsers."""

    def count(self, data: bytes) -> int:
        """Count the records that begin in some bytes."""
        return len(self._pattern.findall(data)) if self.names else 0

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        counted = self.counted or "|".join(sorted(self.names))
        return re.compile(rf"<(?:[\w.-]+:)?(?:{counted})(?=[\s/>])".encode())


@dataclass(frozen=True, slots=True)
class Position:
    """A line from 1, and the number of characters before this place in it."""

    line: int = 1
    column: int = 0

    def after(self, data: bytes) -> "Position":
        """The position after some bytes that begin here."""
        column = len(data[data.rfind(b"\n") + 1 :].decode(errors="replace"))
        lines = data.count(b"\n")
        return Position(self.line + lines, column if lines else self.column + column)


CDATA: Final = b"<![CDATA["
TAGLESS_SECTIONS: Final = ((b"<!--", b"-->"), (CDATA, b"]]>"), (b"<?", b"?>"))
"""Marks at the beginning and the end of sections that hold no tags."""


class XmlFault(Exception):  # noqa: N818 (it becomes a reject)
    """An error that ends a run of the parser."""

    def __init__(self, kind: str, what: str, at: int, *, in_tag: bool = False, final: bool = False) -> None:
        super().__init__(what)
        self.kind, self.what = kind, what
        self.at = at
        """Bytes of the run before the fault."""
        self.in_tag = in_tag
        """Whether the tag at the fault, if there is one, may be what is broken."""
        self.final = final
        """Whether nothing can be read from here on."""


def find_section_end(data: bytes, at: int) -> int | None:
    """Find where to go on after a fault inside a comment, CDATA section or instruction; None if it is in none.

    That is its end, if it has one before another of its kind begins. Else it was not closed, and has taken in what
    follows it.
    """
    for opening, closing in TAGLESS_SECTIONS:
        begin = data.find(opening, data.rfind(closing, 0, at) + 1, at)
        if begin >= 0:
            inside, end = begin + len(opening), data.find(closing, at)
            return inside if end < 0 or opening in data[inside:end] else end
    return None
