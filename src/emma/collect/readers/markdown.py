"""Markdown, with or without metadata, and the stories of the African Storybook."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import squeezed
from emma.collect.records import RawDocument, Reject

METADATA = re.compile(r"---[ \t]*+\n(.*?)\n---[ \t]*+(?:\n|$)", re.DOTALL)
KEY = re.compile(r"\w[\w-]*+")
LANGUAGE_KEYS = ("lang", "language", "locale")


def read_markdown(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The file."""
    content = file.read_text()
    if isinstance(content, Reject):
        yield content
        return
    facts, body = metadata(content.replace("\r\n", "\n"))
    code = next((facts[key] for key in LANGUAGE_KEYS if facts.get(key)), "")
    lines = [facts.get("title", ""), *prose(story(body))]
    yield RawDocument(1, "\n".join(filter(None, lines)), code, alone=True)


def metadata(content: str) -> tuple[dict[str, str], str]:
    """The simple facts of the block at the top, and what stands below it."""
    found = METADATA.match(content)
    if not found:
        return {}, content
    pairs = (line.partition(":") for line in found[1].split("\n"))
    return {key.lower(): value.strip(" \t\"'") for key, _, value in pairs if KEY.fullmatch(key)}, content[found.end() :]


def prose(body: str) -> Iterator[str]:
    """The text of every block that has some, as it would be shown."""
    for block in MarkdownIt("commonmark").enable("table").parse(body):
        if block.type == "inline":
            yield from map(squeezed, "".join(map(_shown, block.children or [])).split("\v"))


def _shown(token: Token) -> str:
    match token.type:
        case "text" | "code_inline":
            return token.content
        case "softbreak":
            return "\n"
        case "hardbreak":
            return "\v"
    return ""


STORY_LANGUAGE = re.compile(r"^\* Language: *(\S+) *$", re.MULTILINE)


def read_storybook(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The story as one unit, a line a paragraph and an empty line between pages."""
    content = file.read_text()
    if isinstance(content, Reject):
        yield content
        return
    pages = [_paragraphs(page) for page in re.split(r"(?m)^##?(?!#)", story(content))]
    found = STORY_LANGUAGE.search(content)
    yield RawDocument(1, "\n\n".join(filter(None, pages)), found[1] if found else "", alone=True)


def _paragraphs(page: str) -> str:
    lines = [line.strip() for line in page.splitlines()]
    paragraphs = re.split(r"\n{2,}", "\n".join(lines).strip())
    return "\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)


FACT = re.compile(r"[*+-][ \t]+\W*(\w[\w \t]*?)\W{0,4}:")
"""A line of such a block, with the name of the fact."""
NEEDED = "license"
"""What makes a list of names and values one: other lists of this form may be text."""


def story(content: str) -> str:
    """The text without its blocks: lines one after the other, but for empty ones, that all are facts.

    A line without a bullet goes on with the fact before it, as in any list of Markdown.
    """
    kept: list[str] = []
    block: list[str] = []
    told: set[str] = set()
    for line in [*content.split("\n"), "#"]:
        is_more = bool(block) and (not line.strip() or (block[-1].strip() and NEEDED in told and line[0] != "#"))
        if (fact := FACT.match(line[:200])) or is_more:
            block.append(line)
            told.add(fact[1].lower() if fact else "")
            continue
        kept += [] if NEEDED in told else block
        kept.append(line)
        block, told = [], set()
    return "\n".join(kept[:-1])
