"""Finds where reading an XML file goes on after a fault: at the next border of a record, with the right elements open.

What is passed over is looked at for its tags only, as a browser does, so that an element that was never closed ends
with the one around it.
"""

import re

from emma.collect.formats.xml_bytes import CHUNK_BYTES, Utf8Stream
from emma.collect.formats.xml_parts import (
    Attributes,
    End,
    Position,
    RecordElements,
    Start,
    local_name,
    parse_attributes,
)

MAX_DEPTH = 256
"""Elements that may be open at once, as in libxml2."""
NAME = rb"[A-Za-z_][\w.:-]*+"
TAG = re.compile(rb"<(/?)(" + NAME + rb")((?:\s[^<>]*+|/)?)>")
LAYOUT = b" \t\r\n"
TAG_BEGINNING = re.compile(rb"<(" + NAME + rb")")


class Recovery:
    """One search for a place where reading can go on, with the elements that are open on the way."""

    def __init__(self, records: RecordElements, names: list[str], position: Position) -> None:
        self._records, self._before = records, names
        self._open: list[tuple[str, Attributes]] = [(name, {}) for name in names]
        self._kept, self._too_deep = len(names), 0
        self.position = position
        """Where the bytes that are searched begin; in the end, where reading goes on."""
        self.passed_bytes = 0
        """Bytes that were passed over, from the fault on."""
        self.dropped: list[str] = []
        """Elements of the broken record that the beginning of the next record ended."""

    @property
    def names(self) -> list[str]:
        """Elements that are open now, outermost first."""
        return [name for name, _ in self._open]

    def list_changes(self) -> list[Start | End]:
        """The ends and starts that lead from the elements that were open at the fault to those that are open now."""
        ended: list[Start | End] = [End(local_name(name)) for name in reversed(self._before[self._kept :])]
        return ended + [Start(local_name(name), facts) for name, facts in self._open[self._kept :]]

    def skip_broken_tag(self, data: bytes, at: int) -> tuple[int, list[Start | End]]:
        """Find where to go on from a fault that may be in a tag, and the events of the element that this tag begins."""
        begin = data.find(b"<", data.rfind(b">", 0, at) + 1, at + 1)
        tag = TAG.match(data, begin) if begin >= 0 else None
        if tag and tag[1]:
            # `</p foo>` ends its element all the same; `</p>` only does not match, and is looked at again
            return (begin if not tag[3].strip(LAYOUT) else self._end_broken(tag)), []
        opening = TAG_BEGINNING.match(data, begin) if begin >= 0 else None
        if not opening:
            return at, []
        name, end = opening[1].decode(), max(at, (tag or opening).end())
        start = Start(local_name(name), parse_attributes(tag[3]) if tag else {})
        if tag and tag[3].endswith(b"/"):
            return end, [start, End(start.name)]
        if len(self._open) >= MAX_DEPTH:
            self._too_deep += 1
            return end, []
        self._open.append((name, start.attributes))
        self._before, self._kept = [*self._before, name], self._kept + 1
        return end, [start]

    def _end_broken(self, tag: re.Match[bytes]) -> int:
        """End the element of a malformed end tag; returns where that tag ends."""
        if (at := self._find_open(tag[2].decode())) is not None:
            self._close_from(at)
        return tag.end()

    def run(self, stream: Utf8Stream, data: bytes, at: int) -> bool:
        """Pass over bytes from `at` on until reading can go on, and push back the rest; False if it never can."""
        self.passed_bytes = -at
        while True:
            for tag in TAG.finditer(data, at):
                if self._can_resume_at(tag):
                    self.position = self.position.after(data[: tag.start()])
                    self.passed_bytes += tag.start()
                    stream.push_back(data[tag.start() :])
                    return True
                at = tag.end()
            end = _find_unfinished_tag(data, at)
            self.position, self.passed_bytes = self.position.after(data[:end]), self.passed_bytes + end
            if not (piece := stream.read()):
                self.passed_bytes += len(data) - end  # the rest of a tag that the file ends in
                return False
            data, at = data[end:] + piece, 0

    def _can_resume_at(self, tag: re.Match[bytes]) -> bool:
        """Take a tag into account, unless reading can go on at it."""
        name = tag[2].decode()
        return self._take_end(name) if tag[1] else self._take_start(name, tag[3])

    def _take_end(self, name: str) -> bool:
        """Take an end tag into account; whether reading can go on at it."""
        if self._too_deep:
            self._too_deep -= 1
            return False
        if (at := self._find_open(name)) is None:
            return False
        can_resume = self._is_border(name)
        self._close_from(at + can_resume)
        return can_resume

    def _take_start(self, name: str, rest: bytes) -> bool:
        """Take a start tag into account; whether reading can go on at it."""
        if len(self._open) >= MAX_DEPTH or self._too_deep:
            self._too_deep += not rest.endswith(b"/")  # counted only, so that depth costs no memory
        elif self._is_border(name):
            if local_name(name) in self._records.names:
                self._make_room(local_name(name))
            return True
        elif not rest.endswith(b"/"):
            self._open.append((name, parse_attributes(rest)))
        return False

    def _make_room(self, name: str) -> None:
        """End the elements that the next record cannot be in: those in the broken one, or it too where none nest."""
        names = [local_name(outer) for outer in self.names]
        if self._records.flat and name in names:
            self._close_from(names.index(name))
        elif records := [at for at, outer in enumerate(names) if outer in self._records.names]:
            self.dropped += self.names[records[-1] + 1 :]
            self._close_from(records[-1] + 1)

    def _is_border(self, name: str) -> bool:
        """Whether a tag stands at the border of a record, as any does where no record is open."""
        records = self._records.names
        return local_name(name) in records or not any(local_name(outer) in records for outer, _ in self._open)

    def _find_open(self, name: str) -> int | None:
        """The depth of the innermost open element of a name; None if there is none."""
        return next((at for at in reversed(range(len(self._open))) if self._open[at][0] == name), None)

    def _close_from(self, depth: int) -> None:
        """Close the elements from a depth on."""
        del self._open[depth:]
        self._kept = min(self._kept, depth)


def match_end_tag(data: bytes, at: int) -> re.Match[bytes] | None:
    """The end tag after whose `</` a fault is, if there is one."""
    tag = TAG.match(data, max(0, at - len(b"</")))
    return tag if tag and tag[1] else None


def _find_unfinished_tag(data: bytes, at: int) -> int:
    """Find where a tag begins that does not end in these bytes; the end of the bytes if there is none."""
    begin = data.rfind(b"<", at)
    return begin if begin >= 0 and b">" not in data[begin:] and len(data) - begin <= CHUNK_BYTES else len(data)
