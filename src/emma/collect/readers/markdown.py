"""Markdown, with or without a metadata block: a unit a file, a paragraph, heading or item a line.

Code blocks, raw HTML and the block that tells a story's licence are left out. The language is `lang`, `language` or
`locale` of the metadata (`key: value` lines between `---` at the top); where files name it instead, use the source's
`lang_from`.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.lines import squeezed
from emma.collect.formats.stories import story
from emma.collect.records import RawDocument, Reject

METADATA = re.compile(r"---[ \t]*+\n(.*?)\n---[ \t]*+(?:\n|$)", re.DOTALL)
KEY = re.compile(r"\w[\w-]*+")
LANGUAGE = ("lang", "language", "locale")


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The file."""
    content = file.read_text()
    if isinstance(content, Reject):
        yield content
        return
    facts, body = metadata(content.replace("\r\n", "\n"))
    code = next((facts[key] for key in LANGUAGE if facts.get(key)), "")
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
