"""Translation memories (TMX 1.4): one unit a pair of segments, the one in the source language first.

The source language is the file's `srclang`, or the first of each entry where the file names none. With the option
`pairs = "all"` any two languages of an entry make a pair. Formatting codes inside segments are left out, the words
that they enclose stay.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import squeezed
from emma.collect.formats.xml_events import LANG, End, Event, Records, Start, Text, events
from emma.collect.readers import reader
from emma.collect.records import RawDocument, Reject

MOST = 1_000
"""Segments of an entry, a language each: pairs are as many as their square, or each has the first one's text."""
CODES = ("bpt", "ept", "it", "ph", "ut")
"""Elements whose content belongs to the program that made the text."""

RECORDS = Records(frozenset({"tu"}), flat=True)

Segment = tuple[str, str]
"""Language code and text."""


@reader(options={"pairs": ("source", "all")})
def read_tmx(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The pairs, numbered in order; an entry without a second language is a reject under the next number."""
    row = 0
    for entry in entries(events(file, RECORDS), file.max_row_bytes):
        if isinstance(entry, Reject):
            row += 1
            yield entry
            continue
        first, segments = entry
        if len(segments) > MOST:
            row += 1
            yield Reject(row, "too many segments", f"the entry has {len(segments)}, more than {MOST}")
            continue
        pairs = list(
            combinations(segments, 2) if source.options.get("pairs") == "all" else with_source(first, segments)
        )
        for (code, text), (code2, text2) in pairs:
            row += 1
            yield RawDocument(row, text, code, text2, code2)
        if not pairs:
            row += 1
            shown = "; ".join(f"{code}: {text}" for code, text in segments)
            yield Reject(row, "no counterpart", f"the entry has no second language beside '{first}'", shown.encode())


def with_source(first: str, segments: list[Segment]) -> Iterator[tuple[Segment, Segment]]:
    """The segment in the source language with each of the others. Regions aside: en-GB is in en."""
    if not segments:
        return
    places = [at for at, (code, _) in enumerate(segments) if code.lower() == first.lower()]
    places += [at for at, (code, _) in enumerate(segments) if code.lower().split("-")[0] == first.lower().split("-")[0]]
    if first and not places:
        return
    lead = places[0] if places else 0
    yield from ((segments[lead], each) for at, each in enumerate(segments) if at != lead)


def entries(found: Iterable[Event], max_row_bytes: int) -> Iterator[tuple[str, list[Segment]] | Reject]:
    """Of each entry the file's source language, empty if it has none, and the segments."""
    first, entry, row = "", Entry(max_row_bytes), 0
    for event in found:
        if isinstance(event, Reject):
            entry.is_lost = True
            yield event
        elif isinstance(event, Start) and event.name == "header":
            srclang = event.attributes.get("srclang", "")
            first = "" if srclang == "*all*" else srclang
        elif isinstance(event, Start) and event.name == "tu":
            entry, row = Entry(max_row_bytes), row + 1
        elif isinstance(event, End) and event.name == "tu":
            if entry.size > max_row_bytes and not entry.is_lost:
                yield Reject(row, "row too long", f"entry {row} has more than {max_row_bytes} bytes (max_row_bytes)")
            elif not entry.is_lost:
                yield first, entry.segments
        else:
            entry.take(event)


class Entry:
    """The segments of an entry, as its events come."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.segments: list[Segment] = []
        self.is_lost = False
        """Whether something in it is broken."""
        self.size = 0
        """Characters of its segments, at most its bytes."""
        self._code = ""
        self._runs: list[str] | None = None
        self._inside = 0

    def take(self, event: Start | End | Text) -> None:
        """Take the next event inside the entry."""
        if isinstance(event, Text):
            if self._runs is not None and not self._inside:
                self.size += len(event.text)
                if self.size <= self._max_bytes:
                    self._runs.append(event.text)
        elif event.name in CODES:
            self._inside += 1 if isinstance(event, Start) else -1
        elif isinstance(event, Start) and event.name == "tuv":
            self._code = event.attributes.get(LANG) or event.attributes.get("lang", "")
        elif event.name == "seg":
            self._close(isinstance(event, End))

    def _close(self, over: bool) -> None:
        if over and self._runs is not None:
            self.segments.append((self._code, squeezed("".join(self._runs))))
        self._runs = None if over else []
