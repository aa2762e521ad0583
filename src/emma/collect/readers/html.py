"""Web pages, one a file: the main text as one unit, a line a paragraph; menus, headers and footers are left out.

The language is what the page says of itself: `lang`, meta tags, or its own `hreflang`. With the option
`main_content = false` the whole text of the page is kept.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.pages import decoded, language_in, page
from emma.collect.records import RawDocument, Reject
from emma.collect.text.expected import expected_language

OPTIONS = {"main_content": bool}


def read(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The page."""
    content = file.read_bytes()
    if isinstance(content, Reject):
        yield content
        return
    told = decoded(content, file.encoding, expected_language(file.name, source, language_in(content)))
    if told.unknown:
        yield Reject(1, "unknown encoding", f"{told.unknown}; set `encoding` of the source", content)
        return
    found = page(told.text, main_content=bool(source.options.get("main_content", True)))
    if found.text:
        yield RawDocument(1, found.text, found.code, alone=True, repair=told.repair)
    else:
        yield Reject(1, "too much markup" if found.too_much else "no main text", found.too_much, content)
