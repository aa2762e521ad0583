"""Children's stories of the African Storybook as Markdown: a title, pages under `##`, and a block about the story.

The language is the block's, else an unmistakable folder (`tw/0001_agupi.md`). Lines were broken to fit a page, so they
are joined again.
"""

import re
from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.stories import story
from emma.collect.records import RawDocument, Reject

LANGUAGE = re.compile(r"^\* Language: *(\S+) *$", re.MULTILINE)


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The story as one unit, a line a paragraph and an empty line between pages."""
    content = file.read_text()
    if isinstance(content, Reject):
        yield content
        return
    pages = [_paragraphs(page) for page in re.split(r"(?m)^##?(?!#)", story(content))]
    found = LANGUAGE.search(content)
    yield RawDocument(1, "\n\n".join(filter(None, pages)), found[1] if found else "", alone=True)


def _paragraphs(page: str) -> str:
    lines = [line.strip() for line in page.splitlines()]
    paragraphs = re.split(r"\n{2,}", "\n".join(lines).strip())
    return "\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)
