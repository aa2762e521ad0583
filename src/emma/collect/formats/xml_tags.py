"""The parts of an XML document as readers see them."""

import html
import re
from dataclasses import dataclass

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


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def attributes(data: bytes) -> Attributes:
    """The attributes in what stands in a tag after its name, as far as they can be made out."""
    found = ATTRIBUTE.findall(data.decode(errors="replace"))
    return {name: html.unescape(value[1:-1]) for name, value in found}
