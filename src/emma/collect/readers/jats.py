"""Reader of scientific articles in JATS XML: a document an article, with title, abstract and body.

A paragraph is a line. References, formulas, tables and metadata are left out. A translated title or abstract
(`trans-abstract`) and a sub-article are documents of their own. The language is the nearest xml:lang.
"""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.header import Header, HeaderFields
from emma.collect.formats.text_builder import TextBuilder, split_names
from emma.collect.formats.xml_events import LANG, End, RecordElements, Start, Text, read_events, skip_elements
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

SKIPPED = split_names(
    "ref-list fn-group table-wrap table disp-formula disp-formula-group inline-formula tex-math math chem-struct "
    "graphic inline-graphic media object-id alternatives product related-article related-object journal-meta "
    "contrib-group aff author-notes permissions kwd-group funding-group custom-meta-group history glossary "
    "supplementary-material attrib copyright-statement license"
)
TEXT_ELEMENTS = split_names("article-title subtitle abstract trans-title-group trans-abstract body back")
"""Elements that hold text of the article; all text outside of them is metadata."""
DOCUMENT_ELEMENTS = split_names("article sub-article response trans-title-group trans-abstract")
"""Elements that are documents of their own."""
RECORDS = RecordElements(DOCUMENT_ELEMENTS)
LINES = split_names(
    "p title article-title subtitle trans-title trans-subtitle label caption list-item def-item term def disp-quote "
    "verse-line speech boxed-text"
)

HEADER = Header(
    split_names("article"),
    "front",
    {
        "article-meta/article-id": "@pub-id-type",
        "journal-title": "journal",
        "publisher-name": "publisher",
        "title-group/article-title": "title",
        "contrib/name": "author",
        "contrib/string-name": "author",
        "contrib/collab": "author",
        "pub-date/year": "year",
        "permissions/license": "licence",
        "subj-group/subject": "subject",
        "kwd-group/kwd": "keyword",
    },
)


@reader(
    purpose="scientific articles in JATS: an article, or a translated abstract or sub-article, a paragraph a line",
    language="The nearest xml:lang.",
    suffixes=(".xml", ".nxml"),
    metadata={
        "*": "a number of the article by its kind, such as doi or pmid",
        "title": "the article's title",
        "author": "its authors",
        "journal": "the journal",
        "publisher": "its publisher",
        "year": "when it was published",
        "licence": "what it says of its licence",
        "subject": "the subjects that the journal puts it under",
        "keyword": "its keywords",
    },
    example="""\
path = "articles/*.xml"
""",
)
def read_jats(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read articles and their translations, each where it ends."""
    stack: list[tuple[TextBuilder, str]] = []  # the documents that are open, with their languages
    row, text_depth, header = 1, 0, HeaderFields(HEADER, source)
    for event in skip_elements(header.watch(read_events(file, RECORDS)), lambda start: start.name in SKIPPED):
        if isinstance(event, Reject):
            if stack:
                stack[-1][0].discard()
            row += 1
            yield event
            continue
        if isinstance(event, Text):
            if text_depth and stack:
                stack[-1][0].add(event.text)
            continue
        # back matter and abstracts nest, so the elements that hold text are counted
        text_depth += (event.name in TEXT_ELEMENTS) * (1 if isinstance(event, Start) else -1)
        for builder, code in _pop_ended(event, stack):
            if document := builder.close(row, code, alone=True, meta=header.meta):
                row += 1
                yield document
        if event.name in DOCUMENT_ELEMENTS and isinstance(event, Start):
            # A sub-article without a language of its own is in that of the article around it.
            outer_code = stack[-1][1] if stack else ""
            stack.append((TextBuilder(file.max_row_bytes), event.attributes.get(LANG) or outer_code))
        elif event.name in LINES and stack:
            stack[-1][0].end_line()
        elif event.name == "break" and stack:
            stack[-1][0].add(" ")


def _pop_ended(event: Start | End, stack: list[tuple[TextBuilder, str]]) -> Iterator[tuple[TextBuilder, str]]:
    """Take the documents that end with an event off the stack.

    An article that begins in another shows that the other was not closed.
    """
    if isinstance(event, Start) and event.name == "article":
        while stack:
            yield stack.pop()
    elif isinstance(event, End) and event.name in DOCUMENT_ELEMENTS and stack:
        yield stack.pop()
