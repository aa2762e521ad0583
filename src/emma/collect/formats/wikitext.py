"""Wikitext to text: what a reader of the article sees as prose, without what templates would have put there."""

import re
from collections.abc import Iterable, Iterator

from emma.collect.formats.wikimarkup import LITERAL, SEAM, MarkupReader
from emma.collect.formats.wikiquotes import without_quotes

SWITCH = re.compile(r"__([^\s_|=<>\[\]{}\"']++(?:_[^\s_|=<>\[\]{}\"']++)*+)__")
"""`__NOTOC__` and its translations, which have no small letters: `__init__` is text."""
LIST = " \t*#:;"
"""What lines of lists and indented lines begin with."""
RULE = re.compile(r"-{4,}")
ROW = re.compile(r"\|(?:[-+}\s]|$)")
"""A line of a table that a template began; without the space it may be a word of a language with clicks, as `|Xam`."""
SIGNATURE = re.compile(r"~{3,5}")
MARK = "\x00"
"""Before a heading and its level, while the text is put together; XML cannot hold this character."""
TEXT_LEVEL = 7


def plain(wikitext: str, unseen: Iterable[str] = ()) -> str:
    """The prose of an article, paragraphs and headings apart.

    `unseen`: prefixes of links to leave out (files, categories, other languages), in lower case. Templates are left
    out, since their text lies elsewhere, but for those that only show a word of theirs. Raises RecursionError where
    more is open at once than any article needs. The time is proportional to the length.
    """
    text = MarkupReader(wikitext, unseen).prose()
    lines = [shown for line in text.split("\n") for shown in _lines(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_without_empty_sections(lines))).strip()


def _lines(line: str) -> Iterator[str]:
    """A line as it is shown; a heading with MARK, its level, and room around."""
    line = without_quotes(line)
    if "__" in line:
        line = SWITCH.sub(lambda match: match[0] if match[1] != match[1].upper() else "", line)
    line = SIGNATURE.sub("", line).replace(LITERAL, "'").replace(SEAM, "").strip(" \t")
    if level := _heading(line):
        yield from ("", f"{MARK}{level}{line[level:-level].strip()}", "")
    elif match := RULE.match(line):
        yield line[match.end() :].strip()
    elif not ROW.match(line):
        yield line.lstrip(LIST)


def _heading(line: str) -> int:
    """The level of a heading, 0 for other lines: as many equals signs as stand on both sides, six at most."""
    if not (line.startswith("=") and line.endswith("=") and line.strip("= \t")):
        return 0
    return min(6, len(line) - len(line.lstrip("=")), len(line) - len(line.rstrip("=")))


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
