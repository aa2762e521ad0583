"""Reader of plain text, whose encoding is found out where the source does not declare it.

The option `unit` says what a document is: the whole file ("document", unless said), a "paragraph" (between empty
lines) or a "line".

The encoding is the one that the source declares, else what a byte-order mark says, else UTF-8, UTF-16 or UTF-32 where
the bytes are that, else the code page in which the text is spelled as its language is; `repair` says that it was
inferred. Where no page is surely right the text is a reject. The language is an unmistakable part of the path
(`swh_Latn.txt.gz`, `sw/news.txt`), unless the source says it, or where it is (`lang`, `lang_from`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from emma.collect.config import SourceConfig
from emma.collect.files.streams import DAMAGE_ERRORS, InputFile, decode, describe_error
from emma.collect.readers.reader import Option, reader
from emma.collect.records import RawDocument, Reject
from emma.collect.text.encodings import (
    SAMPLE_BYTES,
    UTF8,
    Encoding,
    UnknownEncoding,
    detect_encoding,
    detect_unicode,
    has_controls,
    infer_encoding,
    is_wide,
    recode_to_utf8,
)
from emma.collect.text.file_names import expected_language
from emma.lang.language import Lang

Passage = tuple[int, bytes]
"""The number of a line, and the bytes of the document that begins there."""


def is_by_line(source: SourceConfig) -> bool:
    """Whether each line is a document."""
    return source.options.get("unit") == "line"


@reader(
    options={
        "unit": Option(
            ("document", "paragraph", "line"),
            "What a document is: the whole file, a paragraph (the lines between empty ones), or a line.",
            "document",
        )
    },
    rows_are_lines=is_by_line,
    purpose="plain text in any encoding, which is found out: a document a file, a paragraph or a line",
    language="An unmistakable part of the path (swh_Latn.txt, sw/news.txt), or what `lang_from` finds in it.",
    suffixes=(".txt",),
    example="""\
path = "letters/**/*.txt"
lang_from = "([a-z]{3})-[^/]*$"          # letters/swh-1907.txt
options = { unit = "paragraph" }
""",
)
def read_text(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read the documents of a text file, each under the number of its first line."""
    unit = str(source.options.get("unit", "document"))
    lang = expected_language(file.name, source)
    try:
        known: Encoding | UnknownEncoding | None = Encoding(file.encoding or "utf-8")
        if not source.encoding:
            known = _detect_by_head(file.read_sample(), unit, lang)
    except DAMAGE_ERRORS as error:
        yield Reject(0, "broken file", describe_error(error))
        return
    if isinstance(known, UnknownEncoding) and has_controls(file.read_sample()):
        if not file.row:  # one reject a file, however many ranges it has
            yield Reject(0, "not text", known.reason, file.head or b"", unread=file.count_unread())
        return
    if isinstance(known, Encoding) and is_wide(known.name):  # lines end at bytes only in UTF-8 and code pages
        file.stream = recode_to_utf8(file.stream, known.name)
    for passage, encoding in _with_encodings(SPLITTERS[unit](file), known, lang):
        yield passage if isinstance(passage, Reject) else _decode_passage(encoding, *passage)


def _detect_by_head(head: bytes, unit: str, lang: Lang | None) -> Encoding | UnknownEncoding | None:
    """The encoding of the file by its first bytes; None where these do not decide it.

    ASCII decides nothing, and a document that is read whole tells more than its first bytes.
    """
    known = detect_unicode(head, lang)
    if known == UTF8:
        return None if unit == "document" or head.isascii() else known
    return known or (None if unit == "document" and not has_controls(head) else detect_encoding(head, lang))


def _with_encodings(
    passages: Iterator[Passage | Reject], known: Encoding | UnknownEncoding | None, lang: Lang | None
) -> Iterator[tuple[Passage | Reject, Encoding | UnknownEncoding]]:
    """Each passage with its encoding: that of the file, else the one of the first passages that are not ASCII."""
    for passage in passages:
        if known or isinstance(passage, Reject) or passage[1].isascii():
            yield passage, known or UTF8
        else:
            sample = [passage, *_take_bytes(passages, SAMPLE_BYTES)]
            known = infer_encoding(b"\n".join(item[1] for item in sample if not isinstance(item, Reject)), lang)
            yield from ((item, known) for item in sample)


def _take_bytes(passages: Iterator[Passage | Reject], size: int) -> Iterator[Passage | Reject]:
    """The next passages, until they have `size` bytes together."""
    while size > 0 and (passage := next(passages, None)):
        size -= 0 if isinstance(passage, Reject) else len(passage[1])
        yield passage


def _decode_passage(encoding: Encoding | UnknownEncoding, row: int, data: bytes) -> RawDocument | Reject:
    """The document in some bytes; a repair says that its encoding was inferred."""
    if isinstance(encoding, UnknownEncoding):
        if data.isascii():  # the same in every code page
            return RawDocument(row, data.decode())
        return Reject(row, "unknown encoding", f"{encoding.reason}; set `encoding` of the source", data)
    plain = encoding.name in ("utf-8", "utf-8-sig") or is_wide(encoding.name)
    text = decode(data, row, None if plain else encoding.name)
    if not isinstance(text, Reject):
        return RawDocument(row, text, repair=f"read as {encoding.name}" if encoding.guessed else None)
    hint = f"{encoding.name} was inferred; set `encoding` of the source: {text.detail}"
    return replace(text, detail=hint) if encoding.guessed else text


def _read_whole_file(file: InputFile) -> Iterator[Passage | Reject]:
    """The whole file as one passage."""
    data = file.read_bytes()
    yield data if isinstance(data, Reject) else (1, data)


def _split_lines(file: InputFile) -> Iterator[Passage | Reject]:
    """The lines that are not empty."""
    return (line for line in file.read_lines() if isinstance(line, Reject) or line[1].strip())


def _split_paragraphs(file: InputFile) -> Iterator[Passage | Reject]:
    """The paragraphs, each under the number of its first line."""
    paragraph = Paragraph(file.max_row_bytes)
    for line in file.read_lines():
        if not isinstance(line, Reject) and line[1].strip():
            paragraph.add(*line)
            continue
        yield from paragraph.close()
        if isinstance(line, Reject):
            yield line
    yield from paragraph.close()


class Paragraph:
    """The lines of a paragraph, up to an empty one."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._row = self._size = 0
        self._lines: list[bytes] = []

    def add(self, row: int, line: bytes) -> None:
        """Add a line; of a paragraph that is too long only the beginning is held."""
        self._row = self._row or row
        self._size += len(line) + 1
        if self._size <= self._limit + 1:
            self._lines.append(line)

    def close(self) -> Iterator[Passage | Reject]:
        """Yield the paragraph, if there is one, and begin another."""
        row, size, data = self._row, self._size, b"\n".join(self._lines)
        self._row, self._size, self._lines = 0, 0, []
        if size > self._limit + 1:
            yield Reject(row, "row too long", f"a paragraph of more than {self._limit} bytes (max_row_bytes)", data)
        elif size:
            yield row, data


SPLITTERS: Mapping[str, Callable[[InputFile], Iterator[Passage | Reject]]] = {
    "document": _read_whole_file,
    "paragraph": _split_paragraphs,
    "line": _split_lines,
}
"""Functions that split a file into documents, by the option `unit`."""
