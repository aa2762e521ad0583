"""Reader of books in TEI: a document a run of text between the borders of divisions (chapters, scenes, poems).

A paragraph, a verse, a speech's speaker and a heading are a line each; a heading goes with the text that follows it.
Notes, apparatus, page furniture and what a transcriber says of noises and gaps are left out; of a `choice` the
correction and the spelling of the original stay. Words that are elements are joined where their `join` says so.
The language is the nearest xml:lang at or above a division, else the only language of the header; a speech, or a
segment of one, that names another is a document for itself.
"""

from collections.abc import Iterator
from typing import Final

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.header import Header, HeaderFields
from emma.collect.formats.text_builder import TextBuilder, split_names
from emma.collect.formats.xml_events import LANG, End, RecordElements, Start, Text, read_events, skip_elements
from emma.collect.readers.reader import reader
from emma.collect.records import RawDocument, Reject

SKIPPED = split_names(
    "note noteGrp rdg del fw formula figDesc index listBibl standOff facsimile sourceDoc sic reg expan desc incident "
    "kinesic vocal event pause shift gap ellipsis span spanGrp interp interpGrp fs listPerson listPlace listOrg"
)
DIVISIONS = split_names("text front body back div div1 div2 div3 div4 div5 div6 div7 group floatingText")
RECORDS = RecordElements(DIVISIONS, counted="div[1-7]?")
WORDS = split_names("w pc")
LINES = split_names(
    "p ab head l lg sp speaker stage item label castItem castList titlePart docTitle byline docAuthor docImprint "
    "epigraph quote row opener closer salute signed dateline trailer argument postscript cit figure u"
)

HEADER = Header(
    split_names("TEI TEI.2"),
    "teiHeader",
    {
        "titleStmt/title": "title",
        "titleStmt/author": "author",
        "titleStmt/editor": "editor",
        "publicationStmt/publisher": "publisher",
        "publicationStmt/date": "date",
        "publicationStmt/idno": "idno",
        "availability/licence": "licence",
        "availability/p": "licence",
        "creation/date": "created",
    },
    split_names("idno note"),
)


@reader(
    purpose="books and plays in TEI: the text between the borders of divisions (chapters, scenes, poems), a line each",
    language="The nearest xml:lang at or above a division, else the only language of the header.",
    suffixes=(".xml", ".tei"),
    metadata={
        "title": "the title of the book, as the header has it",
        "author": "its author",
        "editor": "its editor",
        "publisher": "who published the file",
        "date": "when the file was published",
        "idno": "its number there, such as an address",
        "licence": "what the file says of its licence",
        "created": "when the text itself was written",
    },
    example="""\
path = "drama/*.xml"
""",
)
def read_tei(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read a book in TEI: its runs of text, in order."""
    header = HeaderFields(HEADER, source)
    state = _TeiState(file, header)
    for event in skip_elements(header.watch(read_events(file, RECORDS)), lambda start: start.name in SKIPPED):
        if isinstance(event, Reject):
            state.discard()
            yield event
        elif document := state.take(event):
            yield document


class _TeiState:
    """The place in a TEI file, its languages there, and the text of the document that is open."""

    def __init__(self, file: InputFile, header: HeaderFields) -> None:
        self._header = header
        self._builder = TextBuilder(file.max_row_bytes)
        self._words = WordJoiner(self._builder)
        self._row = 1
        self._division_langs = [""]
        """The language of every open division; the first is the file's."""
        self._speech_langs: list[str] = []
        """The language of every open speech and segment in the innermost division; empty where none is named."""
        self._text_lang = ""
        """The language of the document that is open."""
        self._header_langs: list[str] = []
        """The languages that the header lists."""
        self._in_header = self._in_head = self._has_text = False

    def take(self, event: Start | End | Text) -> RawDocument | Reject | None:
        """Take an event; returns the document that it closes, if it closes one."""
        match event:
            case Text(text) if not self._in_header:
                return self._add(text)
            case Start(name, attributes) if name in WORDS:
                document = self._close_other_language()
                self._words.start(attributes.get("join", ""))
                return document
            case End(name) if name in WORDS:
                self._words.end()
            case Start("teiHeader") | End("teiHeader"):
                self._in_header = isinstance(event, Start)
            case Start("TEI" | "TEI.2", attributes):
                self._division_langs, self._header_langs = [attributes.get(LANG, "")], []
            case Start("language", attributes) if self._in_header:
                self._header_langs.append(attributes.get("ident", ""))
            case Start(name, attributes) if name in DIVISIONS:
                self._in_header = False  # a broken header may have lost its end tag
                document = self._close() if self._has_text else None
                self._division_langs.append(attributes.get(LANG) or self._division_langs[-1])
                self._speech_langs = []
                return document
            case End(name) if name in DIVISIONS:
                document = self._close()
                self._division_langs.pop()
                self._speech_langs = []
                return document
            case Start("u" | "seg") | End("u" | "seg"):
                self._take_speech(event)
            case Start(name) | End(name) if name in LINES:
                self._in_head = name == "head" and isinstance(event, Start)
                self._words.end_line()
            case Start("lb", attributes) if attributes.get("break") != "no":
                self._words.add(" ")
            case Start("cell"):
                self._words.add(" ")
        return None

    def discard(self) -> None:
        """Give up the document that is open."""
        self._builder.discard()
        self._row += 1

    def _add(self, text: str) -> RawDocument | Reject | None:
        """Add text; returns the document that text in another language closes."""
        if text.isspace():
            self._words.add(text)
            return None
        document = self._close_other_language()
        self._has_text |= not self._in_head
        self._words.add(text)
        return document

    def _close_other_language(self) -> RawDocument | Reject | None:
        """Close the document before text in another language, since a document has one language."""
        document = self._close() if self._has_text and self._current_lang() != self._text_lang else None
        self._text_lang = self._current_lang()
        return document

    def _take_speech(self, border: Start | End) -> None:
        """Begin or end a speech or a segment, which may name a language of its own."""
        own = self._speech_langs[-1] if self._speech_langs else ""
        if isinstance(border, Start):
            self._speech_langs.append(border.attributes.get(LANG) or own)
        else:
            del self._speech_langs[-1:]  # none, where a division has ended the speech
        if border.name in LINES:
            self._words.end_line()

    def _current_lang(self) -> str:
        """The language here: the speech's, else the division's, else the only one of the header."""
        only = self._header_langs[0] if len(self._header_langs) == 1 else ""
        return (self._speech_langs[-1] if self._speech_langs else "") or self._division_langs[-1] or only

    def _close(self) -> RawDocument | Reject | None:
        """Take the document that is open, if it has text."""
        self._words.end_line()
        document = self._builder.close(self._row, self._text_lang, meta=self._header.meta)
        self._row += document is not None
        self._has_text = False
        return document


JOINS_NEXT: Final = frozenset({"right", "both", "overlap"})
JOINS_PREVIOUS: Final = frozenset({"left", "both", "overlap"})
"""Values of TEI's @join that join a word to the one after it, and to the one before."""
MAX_WAITING_CHARS: Final = 1 << 16
"""Characters of a line that wait for the first `join`, so that a line without end does not fill the memory."""


class WordJoiner:
    """The open line of a builder, as words and what stands between them.

    White space between two words counts unless one is joined to the other. Where nothing stands between two words they
    are one, unless the file uses `join` anywhere: since that may show late, such words wait for the end of the line.
    """

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._has_joins = False
        """Whether the document uses `join`, so that two words with nothing between them are two."""
        self._has_words = False
        self._waiting: list[str] = []
        """Words with nothing between them and all text before them; an empty string is the border of two words."""
        self._size = 0
        self._space: list[str] = []
        self._depth = 0
        self._join = ""
        self._is_joined = self._follows_word = False
        """Whether the next word is joined to the last one, and whether only white space came since the last one."""

    def start(self, join: str) -> None:
        """Begin a word or a punctuation mark."""
        self._has_words = True
        self._depth += 1
        if self._depth > 1:
            return
        if join and not self._has_joins:
            self._flush_waiting(" ")
            self._has_joins = True
        if not self._is_joined and join not in JOINS_PREVIOUS:
            self._put("".join(self._space), border=self._follows_word and not self._space)
        self._join, self._space = join, []

    def end(self) -> None:
        """End a word or a punctuation mark."""
        self._depth -= 1
        if not self._depth:
            self._is_joined, self._follows_word = self._join in JOINS_NEXT, True

    def add(self, text: str) -> None:
        """Add text, in a word or between words."""
        if not self._has_words:
            self._builder.add(text)
            return
        if not self._depth and text.isspace():
            self._space.append(text)
            return
        if not self._depth:
            self._put("".join(self._space))
            self._space, self._is_joined, self._follows_word = [], False, False
        self._put(text)

    def end_line(self) -> None:
        """Close the line that is open."""
        self._flush_waiting("")
        self._space, self._is_joined, self._follows_word = [], False, False
        self._builder.end_line()

    def _put(self, text: str, border: bool = False) -> None:
        """Put text, or the border of two words, into the line, or let it wait where `join` may still show."""
        if self._has_joins:
            self._builder.add(text or " " * border)
        elif border or (text and self._waiting):
            self._waiting.append(text)
            self._size += len(text)
            if self._size > MAX_WAITING_CHARS:
                self._flush_waiting("")
        elif text:
            self._builder.add(text)

    def _flush_waiting(self, between: str) -> None:
        """Add the words that wait to the line, with `between` at the borders of words."""
        for text in self._waiting:
            self._builder.add(text or between)
        self._waiting, self._size = [], 0
