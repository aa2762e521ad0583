"""Plain text. The option `unit` says what a document is: the whole file ("document", unless said), a "paragraph"
(between empty lines) or a "line".

The encoding is the one that the source declares, else what a byte-order mark says, else UTF-8, else a guess from the
first 64 KiB; guessed text says so in `repair`. The language is an unmistakable part of the path (`swh_Latn.txt.gz`,
`sw/news.txt`), unless the source says it, or where it is (`lang`, `lang_from`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from emma.collect.config import SourceConfig
from emma.collect.encodings import Encoding, as_utf8, detected, is_wide
from emma.collect.streams import DAMAGE, InputFile, decode, in_words
from emma.collect.unit import Bad, Unit

Text = tuple[int, bytes]
"""A line number and what begins there."""


def read(file: InputFile, source: SourceConfig) -> Iterator[Unit | Bad]:
    """The units of the file, each under the number of its first line."""
    try:
        encoding = Encoding(file.encoding or "utf-8") if source.encoding else detected(file.sample())
    except DAMAGE as error:
        yield Bad(0, "broken file", in_words(error))
        return
    if encoding is None:
        if not file.row:  # said once, however many ranges the file has
            what = "neither UTF-8 nor any that is known; set `encoding` of the source"
            yield Bad(0, "unknown encoding", what, file.head or b"")
        return
    if is_wide(encoding.name):
        file.stream, encoding = as_utf8(file.stream, encoding.name), Encoding("utf-8")
    for found in UNITS[str(source.options.get("unit", "document"))](file):
        yield found if isinstance(found, Bad) else _unit(encoding, *found)


def _unit(encoding: Encoding, row: int, data: bytes) -> Unit | Bad:
    text = decode(data, row, None if encoding.name in ("utf-8", "utf-8-sig") else encoding.name)
    if not isinstance(text, Bad):
        return Unit(row, text, repair=f"read as {encoding.name}" if encoding.guessed else None)
    hint = f"{encoding.name} was a guess; set `encoding` of the source: {text.detail}"
    return replace(text, detail=hint) if encoding.guessed else text


def _document(file: InputFile) -> Iterator[Text | Bad]:
    data = file.whole()
    yield data if isinstance(data, Bad) else (1, data)


def _lines(file: InputFile) -> Iterator[Text | Bad]:
    return (line for line in file.lines() if isinstance(line, Bad) or line[1].strip())


def _paragraphs(file: InputFile) -> Iterator[Text | Bad]:
    held = Paragraph(file.max_row_bytes)
    for line in file.lines():
        if not isinstance(line, Bad) and line[1].strip():
            held.add(*line)
            continue
        yield from held.close()
        if isinstance(line, Bad):
            yield line
    yield from held.close()


class Paragraph:
    """Lines until an empty one."""

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

    def close(self) -> Iterator[Text | Bad]:
        """The paragraph, if there is one, and begin another."""
        row, size, data = self._row, self._size, b"\n".join(self._lines)
        self._row, self._size, self._lines = 0, 0, []
        if size > self._limit + 1:
            yield Bad(row, "row too long", f"a paragraph of more than {self._limit} bytes (max_row_bytes)", data)
        elif size:
            yield row, data


UNITS: Mapping[str, Callable[[InputFile], Iterator[Text | Bad]]] = {
    "document": _document,
    "paragraph": _paragraphs,
    "line": _lines,
}
OPTIONS = {"unit": tuple(UNITS)}


def by_lines(source: SourceConfig) -> bool:
    """Where each line is a unit."""
    return source.options.get("unit") == "line"
