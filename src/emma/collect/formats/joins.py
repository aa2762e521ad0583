"""Lines of a text whose words are elements: white space between two counts unless one is joined to the other."""

from typing import Final

from emma.collect.formats.lines import Lines

NEXT: Final = frozenset({"right", "both", "overlap"})
PREVIOUS: Final = frozenset({"left", "both", "overlap"})
"""Values of TEI's @join that tie a word to the one after or before it."""
HELD: Final = 1 << 16
"""Characters of a line that wait for the first `join`."""


class Words:
    """The line of `lines` that is open, as words and what stands between them."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._said = False
        """Whether the document says `join`: then two words that nothing stands between are not one."""
        self._has_words = False
        self._waiting: list[str] = []
        """Words that nothing stands between, and all before them, until that is known."""
        self._size = 0
        self._space: list[str] = []
        self._depth = 0
        self._join = ""
        self._tied = self._after = False
        """Whether the next word is joined to the last one, and whether nothing but space came since."""

    def start(self, join: str) -> None:
        """A word or a punctuation mark begins."""
        self._has_words = True
        self._depth += 1
        if self._depth > 1:
            return
        if join and not self._said:
            self._settle(" ")
            self._said = True
        if not self._tied and join not in PREVIOUS:
            self._put("".join(self._space), border=self._after and not self._space)
        self._join, self._space = join, []

    def end(self) -> None:
        """It ends."""
        self._depth -= 1
        if not self._depth:
            self._tied, self._after = self._join in NEXT, True

    def add(self, text: str) -> None:
        """Text, in a word or between words."""
        if not self._has_words:
            self._lines.add(text)
            return
        if not self._depth and text.isspace():
            self._space.append(text)
            return
        if not self._depth:
            self._put("".join(self._space))
            self._space, self._tied, self._after = [], False, False
        self._put(text)

    def end_line(self) -> None:
        """Close the line."""
        self._settle("")
        self._space, self._tied, self._after = [], False, False
        self._lines.end_line()

    def _put(self, text: str, border: bool = False) -> None:
        if self._said:
            self._lines.add(text or " " * border)
        elif border or (text and self._waiting):
            self._waiting.append(text)
            self._size += len(text)
            if self._size > HELD:
                self._settle("")
        elif text:
            self._lines.add(text)

    def _settle(self, between: str) -> None:
        """Put what waits where it belongs; an empty piece stands for a border."""
        for text in self._waiting:
            self._lines.add(text or between)
        self._waiting, self._size = [], 0
