"""The text of a marked-up file, gathered piece by piece and line by line until a document is complete."""

import re

from emma.collect.records import Meta, RawDocument, Reject

UNSPACED = "[\u2e80-\u312f\u3190-\u9fff\ua000-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00016fe0-\U0003ffff]"
"""Han, kana, bopomofo, Yi, Tangut and their punctuation: scripts in which a wrapped line is no space."""
WRAPPED_LINE = re.compile(rf"\n(?<={UNSPACED}\n)[ \t\n]*(?={UNSPACED})")
LAYOUT = re.compile(r"[ \t\n\r\f]+")
"""White space that markup counts as one space (HTML, CSS Text 3); no-break and ideographic spaces are text."""


class TextBuilder:
    """The lines of one document. Inside a line, layout is one space, and none where a line of Han was wrapped."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lines: list[str] = []
        self._runs: list[str] = []
        self._size = 0
        self.is_discarded = False
        """Whether the document that is open was given up."""

    def add(self, text: str) -> None:
        """Add text to the line that is open."""
        self._size += len(text)  # characters, of which there are at most as many as bytes: a cheap bound
        if self._size <= self._max_bytes:
            self._runs.append(text)

    def end_line(self) -> None:
        """Close the line that is open; empty lines are dropped."""
        if self._runs:  # pieces are joined once a line, since an element's text comes in many
            if line := collapse_layout("".join(self._runs)):
                self._lines.append(line)
            self._runs = []

    def discard(self) -> None:
        """Give up the document that is open, since something in it is broken."""
        self.is_discarded = True

    def close(
        self, row: int, code: str, url: str | None = None, *, alone: bool = False, meta: Meta | None = None
    ) -> RawDocument | Reject | None:
        """Take the document that was gathered since the last one; a reject if it is over `max_row_bytes`.

        None if it has no text, or was given up: the reader has yielded a reject for it then.
        """
        self.end_line()
        text, size = "\n".join(self._lines), self._size
        is_discarded, self._lines, self._size, self.is_discarded = self.is_discarded, [], 0, False
        if is_discarded:
            return None
        if size > self._max_bytes:
            why = f"more than {self._max_bytes} bytes (max_row_bytes)"
            return Reject(row, "row too long", why, text[:1000].encode())
        return RawDocument(row, text, code, url=url, alone=alone, meta=meta) if text else None


def collapse_layout(text: str) -> str:
    """A line of text with one space for each run of layout, and none at its ends."""
    return LAYOUT.sub(" ", unwrap_lines(text)).strip(" \t\n\r\f")


def unwrap_lines(text: str) -> str:
    """A text without the line ends between two characters of scripts that are written without spaces."""
    return text if text.isascii() else WRAPPED_LINE.sub("", text)


def split_names(names: str) -> frozenset[str]:
    """A set of names that are written with spaces between them."""
    return frozenset(names.split())
