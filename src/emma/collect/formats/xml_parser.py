"""One run of the XML parser: from the start of a file, or from where reading goes on, to its end or to a fault."""

import codecs
import html
from collections import Counter
from collections.abc import Generator
from typing import Final
from xml.parsers import expat

from emma.collect.files.streams import DAMAGE_ERRORS, describe_error
from emma.collect.formats.xml_bytes import CHUNK_BYTES, NO_CHARACTER, Utf8Stream
from emma.collect.formats.xml_parts import (
    CDATA,
    Attributes,
    End,
    Position,
    RecordElements,
    Start,
    Text,
    XmlFault,
    find_section_end,
    local_name,
)
from emma.collect.formats.xml_recovery import MAX_DEPTH

UNCLOSED_CDATA: Final = 20
"""Expat's error code XML_ERROR_UNCLOSED_CDATA_SECTION."""
HAS_DTD: Final = b'<!DOCTYPE _ SYSTEM "_">'
"""Tells the parser, as the start of the file did, that entities may be declared elsewhere: it then reports them as
skipped, where without a DTD they are errors."""


class ParserRun:
    """One run of expat, with the bytes that may have to be read again after a fault."""

    def __init__(self, records: RecordElements, position: Position) -> None:
        self.names: list[str] = []
        """Elements that are open, outermost first."""
        self.position = position
        """The position of the first byte that is held."""
        self._records, self._resumed, self._has_dtd = records, False, records.html
        self._open = dict.fromkeys(records.names, 0)
        self._events: list[Start | End | Text] = []
        self._held: list[bytes] = []
        self._released_bytes = self._fed_bytes = self._prefix = 0
        self._left_open = self._outer = self._open_at_border = 0
        """How many elements are still open of those that were from the start; how many are outside the record that was
        broken then; how many are still open of those before the last border of a record."""
        self.dropped = Counter[str]()
        """Elements that were ended without their end tags, which may still come."""
        self._cdata: int | None = None
        # always UTF-8, whatever the file declares: `Utf8Stream` has recoded it
        self._parser = expat.ParserCreate("utf-8")
        self._parser.UseForeignDTD(records.html)

    def resume(self, names: list[str], position: Position) -> "ParserRun":
        """The run after this one, in which the elements `names` are open from the start."""
        run = ParserRun(self._records, position)
        run.names, run._resumed, run._has_dtd = names, True, self._has_dtd
        run._left_open, run._outer, run.dropped = len(names), self._count_outer(), self.dropped
        for name in filter(run._open.__contains__, map(local_name, names)):
            run._open[name] += 1
        return run

    def held_bytes(self, fault: XmlFault) -> tuple[bytes, int]:
        """The bytes from the last complete token on, and where among them the fault is."""
        data = b"".join(self._held)
        return data, min(max(0, fault.at - self._released_bytes), len(data))

    def ends_left_open(self, depth: int) -> bool | None:
        """Whether an end tag that closes all but `depth` elements only ends elements that were left open before.

        True where a reject has said so. False where none has, but the open record is not among them. None if it is.
        """
        if self._outer <= depth < len(self.names) <= self._left_open:
            return True
        return False if len(self.names) <= self._open_at_border else None

    def _count_outer(self) -> int:
        """Count the elements around the open record and those of its name around it; one if no record is open."""
        inner = next((outer for outer in reversed(self.names) if local_name(outer) in self._records.names), None)
        return 1 if inner is None else self.names.index(inner)

    def read_events(self, stream: Utf8Stream, limit: int) -> Generator[Start | End | Text, None, XmlFault | None]:
        """Yield the events up to the end of the file or to the fault that is returned, such as a tag over `limit`."""
        try:
            self._begin()
            while piece := self._read(stream):
                self._held.append(piece)
                self._fed_bytes += len(piece)
                self._parser.Parse(piece, False)
                yield from self._events
                self._events.clear()
                self._release(limit)
            # closes the root that `_begin` made up; elements of the file that are open are a fault
            self._parser.Parse(b"</_>" if self._resumed and not self.names else b"", True)
            yield from self._events
        except expat.ExpatError as error:
            yield from self._events
            return self._make_fault(error, stream.encoding)
        except XmlFault as fault:
            yield from self._events
            return fault
        return None

    def _begin(self) -> None:
        """Give the parser what it needs to know before the first byte, and the handlers."""
        if self._resumed:
            # the open elements begin anew, within a root of our own since the file's root may have ended
            tags = "".join(f"<{name}>" for name in ("_", *self.names)).encode()
            prefix = (HAS_DTD if self._has_dtd else b"") + tags
            self._parser.Parse(prefix, False)
            self._prefix = len(prefix)
        self._set_handlers()

    def _read(self, stream: Utf8Stream) -> bytes:
        """Read on, at least as many bytes as an unfinished token has.

        Expat parses such a token anew with each piece; pieces that double keep the time proportional to its length.
        """
        try:
            return stream.read(max(CHUNK_BYTES, self._fed_bytes - self._released_bytes))
        except DAMAGE_ERRORS as error:
            what = f"it cannot be read from here on ({describe_error(error)})"
            raise XmlFault("broken file", what, self._token_start(), final=True) from None
        except (LookupError, UnicodeError) as error:
            raise XmlFault("unknown encoding", f"{error}; convert the file to UTF-8", 0, final=True) from None

    def _token_start(self) -> int:
        """Bytes of the run before the token that the parser is at."""
        return max(self._released_bytes, self._parser.CurrentByteIndex - self._prefix)

    def _release(self, limit: int) -> None:
        """Release the bytes before the current token, which need not be read again."""
        token = self._token_start() if self._cdata is None else self._cdata
        while self._held and self._released_bytes + len(self._held[0]) <= token:
            piece = self._held.pop(0)
            self._released_bytes += len(piece)
            self.position = self.position.after(piece)
        if self._fed_bytes - token > limit:
            in_tag = self._cdata is None
            at = token if in_tag else token + len(CDATA)
            raise XmlFault("row too long", "a tag is longer than max_row_bytes", at, in_tag=in_tag)

    def _make_fault(self, error: expat.ExpatError, encoding: str) -> XmlFault:
        """The fault that an error of expat means: where reading has to go on, and what was wrong."""
        kind, what = "broken XML", expat.ErrorString(error.code)
        fault = XmlFault(kind, what, self._token_start(), in_tag=True)
        data, at = self.held_bytes(fault)
        if error.code == UNCLOSED_CDATA and self._cdata is not None:
            return XmlFault(kind, what, self._cdata + len(CDATA))
        # in other encodings the parser sees NO_CHARACTER, which the decoder put there
        if data.startswith(NO_CHARACTER.encode(), at) and codecs.lookup(encoding).name != "utf-8":
            kind, what = f"invalid {encoding}", "bytes that are no character"
        if (end := find_section_end(data, at)) is not None:
            return XmlFault(kind, what, self._released_bytes + end)
        return XmlFault(kind, what, fault.at, in_tag=True)

    def _set_handlers(self) -> None:
        """Let the parser collect events, and count the elements that are open."""
        names, events, nesting, flat = self.names, self._events, self._open, self._records.flat
        ends: dict[str, End] = {}  # one object for each name, since making them takes a good part of the time

        def start(name: str, facts: Attributes) -> None:
            if name not in ends:
                ends[name] = End(local_name(name))
            short = ends[name].name
            if len(names) >= MAX_DEPTH:
                raise XmlFault(
                    "broken XML", f"more than {MAX_DEPTH} elements inside one another", self._token_start(), in_tag=True
                )
            if short in nesting:
                if flat and nesting[short]:
                    raise XmlFault("broken XML", f"the '{short}' before this one is not closed", self._token_start())
                nesting[short] += 1
                self._open_at_border = len(names)
            names.append(name)
            events.append(Start(short, facts))

        def end(name: str) -> None:
            if not names:
                return
            names.pop()
            event = ends.get(name) or End(local_name(name))
            self._left_open = min(self._left_open, len(names))
            self._open_at_border = min(self._open_at_border, len(names))
            if event.name in nesting:
                nesting[event.name] -= 1
            events.append(event)

        def text(characters: str) -> None:
            if names:
                events.append(Text(characters))

        self._parser.buffer_text, self._parser.buffer_size = True, CHUNK_BYTES
        self._parser.StartElementHandler, self._parser.EndElementHandler = start, end
        self._parser.CharacterDataHandler = text
        self._parser.SkippedEntityHandler = lambda name, _parameter: text(html.unescape(f"&{name};"))
        self._parser.EntityDeclHandler = self._refuse_entity
        self._parser.StartDoctypeDeclHandler = self._see_dtd
        self._parser.StartCdataSectionHandler = self._begin_cdata
        self._parser.EndCdataSectionHandler = self._end_cdata

    def _refuse_entity(self, name: str, *_facts: object) -> None:
        """Refuse a file that declares an entity: a few of them can stand for gigabytes."""
        raise XmlFault("declared entity", f"'{name}'; rewrite the file without it", self._token_start(), final=True)

    def _see_dtd(self, _name: str, address: str | None, *_facts: object) -> None:
        """Remember that entities may be declared elsewhere."""
        self._has_dtd |= address is not None

    def _begin_cdata(self) -> None:
        """Hold the bytes from here on, since the section may turn out unclosed."""
        self._cdata = self._token_start()

    def _end_cdata(self) -> None:
        """A section that begins in a section shows that the first was not closed, so what it took in is read again."""
        begin, self._cdata = (self._cdata or 0) + len(CDATA), None
        if CDATA in self._bytes_between(begin, self._token_start()):
            raise XmlFault("broken XML", "unclosed CDATA section", begin)

    def _bytes_between(self, start: int, stop: int) -> bytes:
        """The bytes between two places of the run, which are held."""
        last = self._held[-1]  # nearly always the whole section is in it, and nothing need be joined
        before = self._fed_bytes - len(last)
        if start >= before:
            return last[start - before : stop - before]
        return b"".join(self._held)[start - self._released_bytes : stop - self._released_bytes]
