"""Text that is gathered piece by piece from a marked-up document, until it is a unit."""

import re

from emma.collect.records import RawDocument, Reject

WIDE = "[\u2e80-\u312f\u3190-\u9fff\ua000-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00016fe0-\U0003ffff]"
"""Han, kana, bopomofo, Yi, Tangut and their punctuation: scripts in which a wrapped line is no space."""
WRAPPED = re.compile(rf"\n(?<={WIDE}\n)[ \t\n]*(?={WIDE})")
LAYOUT = re.compile(r"[ \t\n\r\f]+")
"""White space as markup means it; no-break and ideographic spaces are text."""


class Lines:
    """Lines of one unit. Inside a line, layout is one space, and none where a line of Han was wrapped."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lines: list[str] = []
        self._runs: list[str] = []
        self._size = 0
        self.is_lost = False
        """Whether the unit that is open was given up."""

    def add(self, text: str) -> None:
        """Add text to the line that is open."""
        self._size += len(text)  # at most the bytes; the exact count comes with the unit
        if self._size <= self._max_bytes:
            self._runs.append(text)

    def end_line(self) -> None:
        """Close the line; empty ones are none."""
        if self._runs:
            if line := squeezed("".join(self._runs)):
                self._lines.append(line)
            self._runs = []

    def lose(self) -> None:
        """Give up the unit that is open, since something in it is broken."""
        self.is_lost = True

    def unit(self, row: int, code: str, url: str | None = None, *, alone: bool = False) -> RawDocument | Reject | None:
        """What was gathered since the last unit; Reject when it is over `max_row_bytes`.

        None when that is nothing, or was given up: whoever gave it up has told.
        """
        self.end_line()
        text, size = "\n".join(self._lines), self._size
        lost, self._lines, self._size, self.is_lost = self.is_lost, [], 0, False
        if lost:
            return None
        if size > self._max_bytes:
            return Reject(
                row, "row too long", f"more than {self._max_bytes} bytes (max_row_bytes)", text[:1000].encode()
            )
        return RawDocument(row, text, code, url=url, alone=alone) if text else None


def squeezed(text: str) -> str:
    """A text without its layout."""
    return LAYOUT.sub(" ", unwrapped(text)).strip(" \t\n\r\f")


def unwrapped(text: str) -> str:
    """A text whose lines of Han and kana are not broken, since there a line end is no space."""
    return text if text.isascii() else WRAPPED.sub("", text)


def names(listed: str) -> frozenset[str]:
    """Names of elements, written one after the other."""
    return frozenset(listed.split())
