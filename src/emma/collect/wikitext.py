"""Wikitext to text: what a reader of the article sees as prose, without what templates would have put there."""

import html
import re
from collections.abc import Iterable

import mwparserfromhell as mw
from mwparserfromhell.nodes import Comment, ExternalLink, Heading, HTMLEntity, Node, Tag, Template, Text, Wikilink
from mwparserfromhell.wikicode import Wikicode

from emma.collect.lines import names

SKIPPED = names(
    "ref references table gallery math chem score timeline syntaxhighlight source pre code imagemap hiero graph "
    "mapframe maplink templatestyles style script nowiki-block ce inputbox indicator section categorytree"
)
"""Tags whose content is no prose."""
BREAKS = names("br p div blockquote li dd dt hr h1 h2 h3 h4 h5 h6 poem center")
SWITCH = re.compile(r"__[^\W\d_]+__")
"""`__NOTOC__` and its translations."""
MEDIA = frozenset({"file", "image", "media", "category"})
"""Canonical prefixes of links that are no text; a wiki's own names for them come beside."""
MARK = "\x00"
"""Before a heading and its level, while the text is put together; XML cannot hold this character."""
TEXT_LEVEL = 7


def plain(wikitext: str, unseen: Iterable[str] = ()) -> str:
    """The prose of an article, paragraphs and headings apart.

    `unseen`: prefixes of links to leave out (files, categories, other languages), in lower case. Templates are left
    out, since their text lies elsewhere.
    """
    prefixes = MEDIA | frozenset(unseen)
    pieces: list[str] = []
    _write(mw.parse(wikitext, skip_style_tags=True), prefixes, pieces)
    text = SWITCH.sub("", "".join(pieces)).replace("'''", "").replace("''", "")
    lines = [line.strip(" \t*#:;") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_without_empty_sections(lines))).strip()


def _without_empty_sections(lines: list[str]) -> list[str]:
    """The lines without headings that have no text under them (lists of references, say), and without their marks."""
    kept: list[str] = []
    following = 0
    """Level of the heading that follows, 0 at the end, more than any where text follows."""
    for line in reversed(lines):
        if not line.startswith(MARK):
            kept.append(line)
            following = TEXT_LEVEL if line else following
        elif following > (level := int(line[1])):
            kept.append(line[2:].strip())
            following = level
    return kept[::-1]


def _write(code: Wikicode | None, prefixes: frozenset[str], pieces: list[str]) -> None:
    for node in code.nodes if code is not None else ():
        _node(node, prefixes, pieces)


def _node(node: Node, prefixes: frozenset[str], pieces: list[str]) -> None:
    match node:
        case Text():
            pieces.append(str(node.value))
        case Wikilink():
            _link(node, prefixes, pieces)
        case Tag():
            _tag(node, prefixes, pieces)
        case Heading():
            pieces.append(f"\n\n{MARK}{node.level}")
            _write(node.title, prefixes, pieces)
            pieces.append("\n\n")
        case ExternalLink():
            _write(node.title if node.brackets else node.url, prefixes, pieces)
        case HTMLEntity():
            pieces.append(node.normalize() or "")
        case Template() | Comment():
            pass


def _link(link: Wikilink, prefixes: frozenset[str], pieces: list[str]) -> None:
    """A link's words, unless it shows a picture, sets a category or leads to another language."""
    target = str(link.title).strip()
    prefix, colon, _ = target.partition(":")
    if colon and prefix and prefix.strip().lower().replace("_", " ") in prefixes:
        return
    if link.text is not None:
        _write(link.text, prefixes, pieces)
    else:
        pieces.append(html.unescape(target.removeprefix(":")))


def _tag(tag: Tag, prefixes: frozenset[str], pieces: list[str]) -> None:
    name = str(tag.tag).strip().lower()
    if name in SKIPPED:
        return
    if name in BREAKS and not tag.wiki_markup:
        pieces.append("\n")
    _write(tag.contents, prefixes, pieces)
    if name in BREAKS and not tag.wiki_markup and not tag.self_closing:
        pieces.append("\n")
