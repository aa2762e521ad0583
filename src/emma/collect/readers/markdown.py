"""Readers of Markdown, with or without metadata, and of the African Storybook's stories."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import collapse_layout
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

METADATA = re.compile(r"---[ \t]*+\n(.*?)\n---[ \t]*+(?:\n|$)", re.DOTALL)
KEY = re.compile(r"\w[\w-]*+")
LANGUAGE_KEYS = ("lang", "language", "locale")


@reader(
    purpose="Markdown: a document a file, a paragraph, heading or item a line, without code and raw HTML",
    language="`lang`, `language` or `locale` of the metadata above the text, else an unmistakable part of the path.",
    suffixes=(".md", ".markdown"),
    metadata={"*": "a key of the metadata above the text, in small letters"},
    example="""\
path = "blog/**/*.md"
""",
)
def read_markdown(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a Markdown file as one document, a paragraph, heading or item a line.

    Code blocks, raw HTML and the block that tells a story's licence are left out. The language is `lang`, `language`
    or `locale` of the metadata (`key: value` lines between `---` at the top); where files name it instead, use the
    source's `lang_from`.
    """
    content = file.read_text()
    if isinstance(content, Reject):
        yield content
        return
    facts, body = split_metadata(content.replace("\r\n", "\n"))
    code = next((facts[key] for key in LANGUAGE_KEYS if facts.get(key)), "")
    lines = [facts.get("title", ""), *iterate_blocks(strip_story_facts(body))]
    yield RawDocument(1, "\n".join(filter(None, lines)), code, alone=True, meta=facts)


def split_metadata(content: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines of the block at the top, if there is one, and the text below it."""
    block = METADATA.match(content)
    if not block:
        return {}, content
    pairs = (line.partition(":") for line in block[1].split("\n"))
    return {key.lower(): value.strip(" \t\"'") for key, _, value in pairs if KEY.fullmatch(key)}, content[block.end() :]


def iterate_blocks(body: str) -> Iterator[str]:
    """The text of every block that has some, as a reader of the page sees it."""
    for block in MarkdownIt("commonmark").enable("table").parse(body):
        if block.type == "inline":
            yield from map(collapse_layout, "".join(map(_show_token, block.children or [])).split("\v"))


def _show_token(token: Token) -> str:
    """The text of an inline token; empty for images, raw HTML and marks."""
    match token.type:
        case "text" | "code_inline":
            return token.content
        case "softbreak":
            return "\n"
        case "hardbreak":
            return "\v"  # ends a line of text, where a soft break is only layout
    return ""


STORY_LANGUAGE = re.compile(r"^\* Language: *(\S+) *$", re.MULTILINE)


@reader(
    purpose="stories of the African Storybook in Markdown: a document a story, without the facts about it",
    language="What the block of facts about the story says, else an unmistakable folder (tw/0001_agupi.md).",
    suffixes=(".md",),
    metadata={"*": "a fact about the story in small letters, such as `text`, its author"},
    example="""\
path = "stories/**/*.md"
""",
)
def read_storybook(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a story of the African Storybook: a title, pages under `##`, and a block of facts about the story.

    It is one document, a paragraph a line, with an empty line between pages. The language is the block's, else an
    unmistakable folder (`tw/0001_agupi.md`). Lines were broken to fit a page, so they are joined again.
    """
    content = file.read_text()
    if isinstance(content, Reject):
        yield content
        return
    pages = [_join_lines(page) for page in re.split(r"(?m)^##?(?!#)", strip_story_facts(content))]
    language = STORY_LANGUAGE.search(content)
    code, facts = language[1] if language else "", read_story_facts(content)
    yield RawDocument(1, "\n\n".join(filter(None, pages)), code, alone=True, meta=facts)


def _join_lines(page: str) -> str:
    """The paragraphs of a page, a line each."""
    lines = [line.strip() for line in page.splitlines()]
    paragraphs = re.split(r"\n{2,}", "\n".join(lines).strip())
    return "\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)


STORY_FACT = re.compile(r"[*+-][ \t]+\W*(\w[\w \t]*?)\W{0,4}:")
"""A line of the block about a story (`* License: CC BY`, `* Text: Letta Machoga`), with the name of the fact."""
LICENCE_FACT = "license"
"""The fact that every such block has; other lists of names and values may be text."""


def read_story_facts(content: str) -> dict[str, str]:
    """The names and values of lines that are facts about the story."""
    found = ((STORY_FACT.match(line[:200]), line) for line in content.split("\n"))
    return {match[1].lower(): line[match.end() :].strip(" *_\t") for match, line in found if match}


def strip_story_facts(content: str) -> str:
    """The text without blocks of facts about the story: lines in a row, empty ones aside, that are all facts.

    A line without a bullet goes on with the fact before it, as in any list of Markdown.
    """
    lines: list[str] = []
    block: list[str] = []
    facts: set[str] = set()
    for line in [*content.split("\n"), "#"]:
        is_more = bool(block) and (not line.strip() or (block[-1].strip() and LICENCE_FACT in facts and line[0] != "#"))
        if (fact := STORY_FACT.match(line[:200])) or is_more:
            block.append(line)
            facts.add(fact[1].lower() if fact else "")
            continue
        lines += [] if LICENCE_FACT in facts else block
        lines.append(line)
        block, facts = [], set()
    return "\n".join(lines[:-1])
