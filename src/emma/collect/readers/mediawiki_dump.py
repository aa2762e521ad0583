"""Reader of dumps of MediaWiki (`…-pages-articles.xml.bz2`): a document an article, its wikitext as prose.

The language is the wiki's: its name in the dump without the project (`zh_min_nanwiki` is `zh-min-nan`), else the
dump's xml:lang; the source should say `scheme = "wiki"`. Redirects, pages outside the main namespace and pages of
other content (CSS, JSON) are rejected without their text, so that they count. Of several revisions the last is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.wikitext import extract_prose
from emma.collect.formats.xml_events import LANG, End, RecordElements, Start, Text, read_events
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

PROJECT = re.compile(r"(wiki|wiktionary|wikibooks|wikinews|wikiquote|wikisource|wikiversity|wikivoyage|wikimedia)$")
NO_LANGUAGE_WIKIS = frozenset(
    {"commons", "meta", "wikidata", "species", "mediawiki", "incubator", "sources", "foundation"}
)
"""Wikis whose names are not those of languages."""
RECORDS = RecordElements(frozenset({"page"}), flat=True)
FIELDS = frozenset({"title", "ns", "model", "text", "timestamp"})
METADATA = {
    "title": "the title of the article",
    "id": "the number of the page in its wiki",
    "timestamp": "when the revision that is read was made",
}
HEAD_FIELDS = frozenset({"dbname", "base", "namespace"})
HIDDEN_NAMESPACES = frozenset({"-2", "6", "14"})
"""Numbers of the namespaces of media, files and categories."""
INTERWIKI = re.compile(r"^\[\[([a-z]{2,3}(?:-[a-z]+)*):[^\]|\n]+\]\][ \t]*$", re.MULTILINE)
"""A line that is nothing but a link to the article in another language."""


@dataclass
class _Wiki:
    """The wiki of a dump, as its head describes it."""

    code: str = ""
    base: str = ""
    hidden_prefixes: set[str] = field(default_factory=set)
    """Names of namespaces whose links show nothing of the article: media, files, categories."""

    def url(self, title: str) -> str | None:
        """The address of an article."""
        place = self.base.rpartition("/")[0]
        return f"{place}/{quote(title.replace(' ', '_'), safe=':/()!,@')}" if place else None


@reader(
    purpose="dumps of MediaWiki (pages-articles.xml.bz2): an article as prose, without redirects and other pages",
    language='The wiki\'s own, by its name in the dump; give `scheme = "wiki"`, since some of its codes are its own.',
    suffixes=(".xml",),
    metadata=METADATA,
    example="""\
path = "dumps/*-pages-articles.xml.bz2"
scheme = "wiki"
""",
)
def read_mediawiki_dump(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read the articles in order, numbered by page. A broken page is rejected, and so is the end of a cut dump."""
    wiki, row, is_lost = _Wiki(), 0, False
    page: dict[str, str] = {}
    runs: list[str] = []
    key, size = "", 0
    for event in read_events(file, RECORDS):
        match event:
            case Reject():
                yield replace(event, row=row + 1, detail=f"{event.detail}; after page {row}")
                row, is_lost = row + 1, True
            case Text(text):
                size += len(text)
                # What is longer is only counted, so that a page of any length costs no memory.
                if size <= file.max_row_bytes:
                    runs.append(text)
            case Start(name, attributes):
                runs, size, key = [], 0, attributes.get("key", "")
                if name == "page":
                    page, is_lost = {}, False
                elif name in ("redirect", "mediawiki"):
                    _read_start(wiki, page, event)
            case End("page") if not is_lost:
                row += 1
                yield _read_article(row, page, wiki)
            case End("text") if size > file.max_row_bytes:
                page["too long"] = f"more than {file.max_row_bytes} bytes (max_row_bytes)"
            case End(name) if name in FIELDS:  # the last revision of a page overwrites those before
                page[name] = "".join(runs)
            case End("id"):  # the page's own comes before those of its revisions and their authors
                page.setdefault("id", "".join(runs))
            case End(name) if name in HEAD_FIELDS:
                _read_head(wiki, name, "".join(runs), key)


def _read_start(wiki: _Wiki, page: dict[str, str], event: Start) -> None:
    """Take what the attributes of a tag say of the dump or the page."""
    if event.name == "redirect":
        page["redirect"] = event.attributes.get("title", "")
    else:
        wiki.code = event.attributes.get(LANG, "")


def _read_head(wiki: _Wiki, name: str, text: str, key: str) -> None:
    """Take a field of the dump's head into account."""
    if name == "base":
        wiki.base = text
    elif name == "dbname":
        language = PROJECT.sub("", text)
        wiki.code = wiki.code if language in NO_LANGUAGE_WIKIS or not language else language.replace("_", "-")
    elif key in HIDDEN_NAMESPACES:
        wiki.hidden_prefixes.add(text.lower())


def _read_article(row: int, page: dict[str, str], wiki: _Wiki) -> RawDocument | Reject:
    """The document of a page, or a reject that says why it is none."""
    title, wikitext = page.get("title", ""), page.get("text", "")
    if why := _why_no_article(page):
        return Reject(row, why[0], f"'{title}', {why[1]}")
    try:
        # lines of links to other languages say nothing, and their prefixes are in no list of namespaces
        text = extract_prose(INTERWIKI.sub("", wikitext), wiki.hidden_prefixes)
    except RecursionError as error:
        return Reject(row, "too deeply nested", f"'{title}', {error}", wikitext.encode())
    if not text:
        return Reject(row, "no prose", f"'{title}'", wikitext.encode())
    meta = {name: page.get(name) for name in METADATA}
    return RawDocument(row, f"{title}\n\n{text}", wiki.code, alone=True, url=wiki.url(title), meta=meta)


def _why_no_article(page: dict[str, str]) -> tuple[str, str] | None:
    """Kind and detail of why a page is no article; None if it is one."""
    if page.get("ns", "0") != "0":
        return "no article", f"namespace {page['ns']}"
    if "redirect" in page:
        return "redirect", f"to '{page['redirect']}'"
    if page.get("model", "wikitext") != "wikitext":
        return "no article", f"content is {page['model']}"
    return ("row too long", page["too long"]) if "too long" in page else None
