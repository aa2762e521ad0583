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
"""Expat's number of that error."""
HAS_DTD: Final = b'<!DOCTYPE _ SYSTEM "_">'
"""Says as the start of the file did that entities may be declared elsewhere: those are then told, not refused."""


class ParserRun:
    """A run."""

    def __init__(self, records: RecordElements, place: Position) -> None:
        self.names: list[str] = []
        """Elements that are open, outermost first."""
        self.place = place
        """Where what is held begins."""
        self._records, self._resumed, self._has_dtd = records, False, records.html
        self._open = dict.fromkeys(records.names, 0)
        self._found: list[Start | End | Text] = []
        self._held: list[bytes] = []
        self._before = self._fed = self._prefix = 0
        self._left = self._doubtful = self._since = 0
        """Elements that were open from the start and still are; those outside the record that was broken then; and
        those that were open before the last border of a record and still are."""
        self.dropped = Counter[str]()
        """Elements that were ended before their end tag, which may still come."""
        self._cdata: int | None = None
        self._parser = expat.ParserCreate("utf-8")
        self._parser.UseForeignDTD(records.html)

    def resume(self, names: list[str], place: Position) -> "ParserRun":
        """The run after this one, in which some elements are open from the start."""
        run = ParserRun(self._records, place)
        run.names, run._resumed, run._has_dtd = names, True, self._has_dtd
        run._left, run._doubtful, run.dropped = len(names), self._outside(), self.dropped
        for name in filter(run._open.__contains__, map(local_name, names)):
            run._open[name] += 1
        return run

    def held_bytes(self, fault: XmlFault) -> tuple[bytes, int]:
        """The bytes from the last whole token on, and where among them the fault is."""
        data = b"".join(self._held)
        return data, min(max(0, fault.at - self._before), len(data))

    def ends_left_open(self, depth: int) -> bool | None:
        """Whether an end tag that closes all but `depth` elements only ends what was left open before.

        True where that was told, False where it was not but the record that is open is none of them; None if it is.
        """
        if self._doubtful <= depth < len(self.names) <= self._left:
            return True
        return False if len(self.names) <= self._since else None

    def _outside(self) -> int:
        """How many elements hold the record that is open, and those of its name around it; one if none is open."""
        inner = next((each for each in reversed(self.names) if local_name(each) in self._records.names), None)
        return 1 if inner is None else self.names.index(inner)

    def read_events(self, pieces: Utf8Stream, limit: int) -> Generator[Start | End | Text, None, XmlFault | None]:
        """The events up to the end of the file or to the fault that it returns. No tag is longer than `limit` bytes."""
        try:
            self._begin()
            while piece := self._read(pieces):
                self._held.append(piece)
                self._fed += len(piece)
                self._parser.Parse(piece, False)
                yield from self._found
                self._found.clear()
                self._release(limit)
            self._parser.Parse(b"</_>" if self._resumed and not self.names else b"", True)
            yield from self._found
        except expat.ExpatError as error:
            yield from self._found
            return self._fault(error, pieces.encoding)
        except XmlFault as fault:
            yield from self._found
            return fault
        return None

    def _begin(self) -> None:
        if self._resumed:
            tags = "".join(f"<{name}>" for name in ("_", *self.names)).encode()
            prefix = (HAS_DTD if self._has_dtd else b"") + tags
            self._parser.Parse(prefix, False)
            self._prefix = len(prefix)
        self._listen()

    def _read(self, pieces: Utf8Stream) -> bytes:
        """More of the file, at least as much as the parser has of an unfinished token, which it begins anew."""
        try:
            return pieces.read(max(CHUNK_BYTES, self._fed - self._before))
        except DAMAGE_ERRORS as error:
            what = f"it cannot be read from here on ({describe_error(error)})"
            raise XmlFault("broken file", what, self._at(), final=True) from None
        except (LookupError, UnicodeError) as error:
            raise XmlFault("unknown encoding", f"{error}; convert the file to UTF-8", 0, final=True) from None

    def _at(self) -> int:
        """Bytes of the run before the token that the parser is at."""
        return max(self._before, self._parser.CurrentByteIndex - self._prefix)

    def _release(self, limit: int) -> None:
        """Let go of what need not be read again."""
        token = self._at() if self._cdata is None else self._cdata
        while self._held and self._before + len(self._held[0]) <= token:
            piece = self._held.pop(0)
            self._before += len(piece)
            self.place = self.place.after(piece)
        if self._fed - token > limit:
            in_tag = self._cdata is None
            at = token if in_tag else token + len(CDATA)
            raise XmlFault("row too long", "a tag is longer than max_row_bytes", at, in_tag=in_tag)

    def _fault(self, error: expat.ExpatError, encoding: str) -> XmlFault:
        kind, what = "broken XML", expat.ErrorString(error.code)
        fault = XmlFault(kind, what, self._at(), in_tag=True)
        data, at = self.held_bytes(fault)
        if error.code == UNCLOSED_CDATA and self._cdata is not None:
            return XmlFault(kind, what, self._cdata + len(CDATA))
        if data.startswith(NO_CHARACTER.encode(), at) and codecs.lookup(encoding).name != "utf-8":
            kind, what = f"invalid {encoding}", "bytes that are no character"
        if (end := find_section_end(data, at)) is not None:
            return XmlFault(kind, what, self._before + end)
        return XmlFault(kind, what, fault.at, in_tag=True)

    def _listen(self) -> None:
        names, found, nesting, flat = self.names, self._found, self._open, self._records.flat
        ends: dict[str, End] = {}  # one for each name, since there are so many

        def start(name: str, facts: Attributes) -> None:
            if name not in ends:
                ends[name] = End(local_name(name))
            short = ends[name].name
            if len(names) >= MAX_DEPTH:
                raise XmlFault(
                    "broken XML", f"more than {MAX_DEPTH} elements inside one another", self._at(), in_tag=True
                )
            if short in nesting:
                if flat and nesting[short]:
                    raise XmlFault("broken XML", f"the '{short}' before this one is not closed", self._at())
                nesting[short] += 1
                self._since = len(names)
            names.append(name)
            found.append(Start(short, facts))

        def end(name: str) -> None:
            if not names:
                return
            names.pop()
            event = ends.get(name) or End(local_name(name))
            self._left, self._since = min(self._left, len(names)), min(self._since, len(names))
            if event.name in nesting:
                nesting[event.name] -= 1
            found.append(event)

        def text(characters: str) -> None:
            if names:
                found.append(Text(characters))

        self._parser.buffer_text, self._parser.buffer_size = True, CHUNK_BYTES
        self._parser.StartElementHandler, self._parser.EndElementHandler = start, end
        self._parser.CharacterDataHandler = text
        self._parser.SkippedEntityHandler = lambda name, _parameter: text(html.unescape(f"&{name};"))
        self._parser.EntityDeclHandler = self._refuse
        self._parser.StartDoctypeDeclHandler = self._see_dtd
        self._parser.StartCdataSectionHandler = self._begin_cdata
        self._parser.EndCdataSectionHandler = self._end_cdata

    def _refuse(self, name: str, *_facts: object) -> None:
        raise XmlFault("declared entity", f"'{name}'; rewrite the file without it", self._at(), final=True)

    def _see_dtd(self, _name: str, address: str | None, *_facts: object) -> None:
        self._has_dtd |= address is not None

    def _begin_cdata(self) -> None:
        self._cdata = self._at()

    def _end_cdata(self) -> None:
        """A section that begins in a section shows that the first was not closed, so what it took in is read again."""
        begin, self._cdata = (self._cdata or 0) + len(CDATA), None
        if CDATA in self._between(begin, self._at()):
            raise XmlFault("broken XML", "unclosed CDATA section", begin)

    def _between(self, start: int, stop: int) -> bytes:
        last = self._held[-1]
        before = self._fed - len(last)
        if start >= before:
            return last[start - before : stop - before]
        return b"".join(self._held)[start - self._before : stop - self._before]
