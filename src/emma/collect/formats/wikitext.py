"""Wikitext as prose: the text that a reader of the article sees, without the output of templates."""

import re
from collections.abc import Iterable, Iterator, Sequence

from emma.collect.formats.wikimarkup import LITERAL, SEAM, MarkupReader

SWITCH = re.compile(r"__([^\s_|=<>\[\]{}\"']++(?:_[^\s_|=<>\[\]{}\"']++)*+)__")
"""`__NOTOC__` and its translations, which have no small letters: `__init__` is text."""
LIST = " \t*#:;"
"""Characters that lines of lists and indented lines begin with."""
RULE = re.compile(r"-{4,}")
ROW = re.compile(r"\|(?:[-+}\s]|$)")
"""A line of a table that a template began; without the space it may be a word of a language with clicks, as `|Xam`."""
SIGNATURE = re.compile(r"~{3,5}")
MARK = "\x00"
"""Stands before a heading and its level until the text is put together; XML cannot hold this character."""
TEXT_LEVEL = 7
"""The level of text, below that of any heading."""


def extract_prose(wikitext: str, hidden_prefixes: Iterable[str] = ()) -> str:
    """Extract the prose of an article, with empty lines around headings and between paragraphs.

    Links with one of `hidden_prefixes` (files, categories, other languages; in lower case) are left out, and so are
    templates, whose text lies elsewhere, except those that only show a word of theirs. Raises RecursionError where
    more is open at once than any article needs. The time is proportional to the length.
    """
    text = MarkupReader(wikitext, hidden_prefixes).read_prose()
    lines = [shown for line in text.split("\n") for shown in _show_line(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_drop_empty_sections(lines))).strip()


def _show_line(line: str) -> Iterator[str]:
    """A line as it is shown; a heading with MARK and its level before it, and an empty line on both sides."""
    line = strip_quotes(line)
    if "__" in line:
        # no letter is small: `__init__` and `__Name__` are text
        line = SWITCH.sub(lambda match: match[0] if match[1] != match[1].upper() else "", line)
    line = SIGNATURE.sub("", line).replace(LITERAL, "'").replace(SEAM, "").strip(" \t")
    if level := _heading_level(line):
        yield from ("", f"{MARK}{level}{line[level:-level].strip()}", "")
    elif match := RULE.match(line):  # MediaWiki shows text behind a rule
        yield line[match.end() :].strip()
    elif not ROW.match(line):
        yield line.lstrip(LIST)


def _heading_level(line: str) -> int:
    """The level of a heading, 0 for other lines: the number of equals signs on both sides, six at most."""
    if not (line.startswith("=") and line.endswith("=") and line.strip("= \t")):
        return 0
    return min(6, len(line) - len(line.lstrip("=")), len(line) - len(line.rstrip("=")))


def _drop_empty_sections(lines: list[str]) -> list[str]:
    """Drop headings that have no text under them (that of the references, say), and the marks of the others."""
    shown: list[str] = []
    following = 0  # the level of the heading that follows, 0 at the end, TEXT_LEVEL where text follows
    for line in reversed(lines):  # from the end, where it is known what follows a heading
        if not line.startswith(MARK):
            shown.append(line)
            following = TEXT_LEVEL if line else following
        elif following > (level := int(line[1])):
            shown.append(line[2:].strip())
            following = level
    return shown[::-1]


RUN = re.compile("''+")
BOLD, ITALIC, BOTH = 3, 2, 5
"""Apostrophes of the marks that turn bold, italics or both on and off."""


def strip_quotes(line: str) -> str:
    """A line without the marks of italics and bold; apostrophes that are text stay.

    Two are italics, three bold, five both; of four the first is a letter, and so are all beyond five. Lines are
    balanced one by one: where italics and bold are both left open, one bold mark was an apostrophe before italics,
    namely the one behind a single letter, else behind a longer word, else behind a space (MediaWiki's manual,
    Help:Formatting, and the description of its parser's quotes).
    """
    texts = RUN.split(line)
    if len(texts) == 1:
        return line
    runs = [len(run) for run in RUN.findall(line)]
    letters = [_count_letters(run) for run in runs]
    marks = [run - extra for run, extra in zip(runs, letters, strict=True)]
    for place in list(_find_elisions(texts, marks)):  # a list, since the marks change
        marks[place], letters[place] = ITALIC, letters[place] + 1
    if _is_odd(marks, ITALIC) and _is_odd(marks, BOLD) and (at := _find_apostrophe(texts, marks, letters)) is not None:
        letters[at] += 1
    return "".join(text + "'" * extra for text, extra in zip(texts, [*letters, 0], strict=True))


def _count_letters(run: int) -> int:
    """Count the apostrophes of a run that are text."""
    return 1 if run == BOLD + 1 else max(0, run - BOTH)


def _is_odd(marks: Sequence[int], kind: int) -> bool:
    """Whether marks of a kind, alone or with the other kind, leave it open at the end of the line."""
    return sum(mark in (kind, BOTH) for mark in marks) % 2 == 1


def _find_elisions(texts: Sequence[str], marks: Sequence[int]) -> Iterator[int]:
    """The marks of bold inside a word that are followed by the end of italics: `L'''Iliade'' and d'''are''`.

    MediaWiki, which only counts, finds this line balanced and shows no apostrophe.
    """
    is_italic = is_bold = False
    for at, mark in enumerate(marks):
        if not (is_italic or is_bold) and marks[at : at + 2] == [BOLD, ITALIC] and _is_within_word(*texts[at : at + 3]):
            yield at
            is_italic = not is_italic
        else:
            is_italic, is_bold = is_italic ^ (mark != BOLD), is_bold ^ (mark != ITALIC)


def _is_within_word(before: str, between: str, after: str) -> bool:
    """Whether one mark opens within a word, and the next ends where a word ends."""
    ends = not between[-1:].isspace() and not after[:1].isalpha()
    return before[-1:].isalpha() and between[:1].isalpha() and ends


def _find_apostrophe(texts: Sequence[str], marks: Sequence[int], letters: Sequence[int]) -> int | None:
    """The bold mark whose first apostrophe is a letter; None where all bold comes with italics."""
    places: dict[str, int] = {}
    for at in (at for at, mark in enumerate(marks) if mark == BOLD):
        before = texts[at] + "'" * letters[at]
        where = "space" if before[-1:] == " " else "letter" if before[-2:-1] == " " else "word"
        places.setdefault(where, at)
    return next((places[where] for where in ("letter", "word", "space") if where in places), None)
