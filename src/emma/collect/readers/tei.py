"""Books in TEI: a unit a run of text between the borders of divisions (chapters, scenes, poems).

A paragraph, a verse, a speech's speaker and a heading are a line each; a heading goes with the text that follows it.
Notes, apparatus, page furniture and what a transcriber says of noises and gaps are left out; of a `choice` the
correction and the spelling of the original stay. Words that are elements are joined where their `join` says so.
The language is the nearest xml:lang at or above a division, else the only language of the header; a speech, or a
segment of one, that names another is a unit for itself.
"""

from collections.abc import Iterator
from typing import Final

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import Lines, names
from emma.collect.formats.xml_events import LANG, End, Records, Start, Text, events, without
from emma.collect.records import RawDocument, Reject

SKIPPED = names(
    "note noteGrp rdg del fw formula figDesc index listBibl standOff facsimile sourceDoc sic reg expan desc incident "
    "kinesic vocal event pause shift gap ellipsis span spanGrp interp interpGrp fs listPerson listPlace listOrg"
)
DIVISIONS = names("text front body back div div1 div2 div3 div4 div5 div6 div7 group floatingText")
RECORDS = Records(DIVISIONS, counted="div[1-7]?")
WORDS = names("w pc")
LINES = names(
    "p ab head l lg sp speaker stage item label castItem castList titlePart docTitle byline docAuthor docImprint "
    "epigraph quote row opener closer salute signed dateline trailer argument postscript cit figure u"
)


def read_tei(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The runs of text, in order."""
    page = _Page(file)
    for event in without(events(file, RECORDS), lambda start: start.name in SKIPPED):
        if isinstance(event, Reject):
            page.lose()
            yield event
        elif unit := page.take(event):
            yield unit


class _Page:
    """Where in the document the reader is, and what it has of the unit that is open."""

    def __init__(self, file: InputFile) -> None:
        self._lines = Lines(file.max_row_bytes)
        self._words = Words(self._lines)
        self._row = 1
        self._langs = [""]
        """The language of every open division; the first is the document's."""
        self._own: list[str] = []
        """The language of every open speech and segment in that division; empty where none is named."""
        self._of_text = ""
        """The language of the text so far."""
        self._named: list[str] = []
        """Languages in the header."""
        self._in_header = self._in_head = self._has_text = False

    def take(self, event: Start | End | Text) -> RawDocument | Reject | None:
        """Take an event; the unit that it closes, if it closes one."""
        match event:
            case Text(text) if not self._in_header:
                return self._add(text)
            case Start(name, attributes) if name in WORDS:
                unit = self._turn()
                self._words.start(attributes.get("join", ""))
                return unit
            case End(name) if name in WORDS:
                self._words.end()
            case Start("teiHeader") | End("teiHeader"):
                self._in_header = isinstance(event, Start)
            case Start("TEI" | "TEI.2", attributes):
                self._langs, self._named = [attributes.get(LANG, "")], []
            case Start("language", attributes) if self._in_header:
                self._named.append(attributes.get("ident", ""))
            case Start(name, attributes) if name in DIVISIONS:
                self._in_header = False  # were it broken, its end may be missing
                unit = self._close() if self._has_text else None
                self._langs.append(attributes.get(LANG) or self._langs[-1])
                self._own = []
                return unit
            case End(name) if name in DIVISIONS:
                unit = self._close()
                self._langs.pop()
                self._own = []
                return unit
            case Start("u" | "seg") | End("u" | "seg"):
                self._speak(event)
            case Start(name) | End(name) if name in LINES:
                self._in_head = name == "head" and isinstance(event, Start)
                self._words.end_line()
            case Start("lb", attributes) if attributes.get("break") != "no":
                self._words.add(" ")
            case Start("cell"):
                self._words.add(" ")
        return None

    def lose(self) -> None:
        """Give up the unit that is open."""
        self._lines.lose()
        self._row += 1

    def _add(self, text: str) -> RawDocument | Reject | None:
        if text.isspace():
            self._words.add(text)
            return None
        unit = self._turn()
        self._has_text |= not self._in_head
        self._words.add(text)
        return unit

    def _turn(self) -> RawDocument | Reject | None:
        """Before text in a language that is not that of the text before: the unit that ends there."""
        unit = self._close() if self._has_text and self._lang() != self._of_text else None
        self._of_text = self._lang()
        return unit

    def _speak(self, border: Start | End) -> None:
        """Begin or end a speech or a segment."""
        own = self._own[-1] if self._own else ""
        self._own = [*self._own, border.attributes.get(LANG) or own] if isinstance(border, Start) else self._own[:-1]
        if border.name in LINES:
            self._words.end_line()

    def _lang(self) -> str:
        only = self._named[0] if len(self._named) == 1 else ""
        return (self._own[-1] if self._own else "") or self._langs[-1] or only

    def _close(self) -> RawDocument | Reject | None:
        self._words.end_line()
        unit = self._lines.unit(self._row, self._of_text)
        self._row += unit is not None
        self._has_text = False
        return unit


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
