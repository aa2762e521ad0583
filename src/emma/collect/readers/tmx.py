"""Reader of translation memories (TMX 1.4): a document a pair of segments, the one in the source language first.

The source language is the file's `srclang`, or the first of each entry where the file names none. With the option
`pairs = "all"` any two languages of an entry make a pair. Formatting codes inside segments are left out, the words
that they enclose stay.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.formats.text_builder import collapse_layout
from emma.collect.formats.xml_events import LANG, End, Event, RecordElements, Start, Text, read_events
from emma.collect.readers.reader import Option, reader
from emma.collect.records import RawDocument, Reject

MAX_SEGMENTS = 1_000
"""Segments that an entry may have, one a language: `pairs = "all"` makes as many pairs as their square."""
FORMATTING = ("bpt", "ept", "it", "ph", "ut")
"""Elements whose content is formatting codes of the program that made the text."""

RECORDS = RecordElements(frozenset({"tu"}), flat=True)

Segment = tuple[str, str]
"""Language code and text."""
Entry = tuple[str, list[Segment], Mapping[str, str]]
"""The source language of its file, its segments and its attributes."""


@reader(
    options={
        "pairs": Option(
            ("source", "all"),
            "Which languages of an entry make pairs: the source language with each of the others, or any two.",
            "source",
        )
    },
    purpose="translation memories (TMX 1.4): a pair of translations for each pair of segments",
    language="What each segment says of itself; the file's source language comes first.",
    suffixes=(".tmx",),
    metadata={"*": "an attribute of the entry (`tu`), such as tuid, creationdate or creationid"},
    example="""\
path = "memories/*.tmx"
""",
)
def read_tmx(file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """Read the pairs, numbered in order; an entry without a second language is a reject under the next number."""
    row = 0
    for entry in read_units(read_events(file, RECORDS), file.max_row_bytes):
        if isinstance(entry, Reject):
            row += 1
            yield entry
            continue
        source_code, segments, attributes = entry
        if len(segments) > MAX_SEGMENTS:
            row += 1
            yield Reject(row, "too many segments", f"the entry has {len(segments)}, more than {MAX_SEGMENTS}")
            continue
        all_pairs = source.options.get("pairs") == "all"
        pairs = list(combinations(segments, 2) if all_pairs else pair_with_source(source_code, segments))
        for (code, text), (code2, text2) in pairs:
            row += 1
            yield RawDocument(row, text, code, text2, code2, meta=attributes)
        if not pairs:
            row += 1
            raw = "; ".join(f"{code}: {text}" for code, text in segments).encode()
            yield Reject(row, "no counterpart", f"the entry has no second language beside '{source_code}'", raw)


def pair_with_source(source_code: str, segments: list[Segment]) -> Iterator[tuple[Segment, Segment]]:
    """Pair the segment in the source language with each of the others; regions do not count: en-GB is in en."""
    if not segments:
        return
    # these are codes as the file has them (BCP 47), not labels; the same code comes before the same language
    codes, target = [code.lower() for code, _ in segments], source_code.lower()
    places = [at for at, code in enumerate(codes) if code == target]
    places += [at for at, code in enumerate(codes) if code.split("-")[0] == target.split("-")[0]]
    if source_code and not places:
        return
    first = places[0] if places else 0
    yield from ((segments[first], other) for at, other in enumerate(segments) if at != first)


def read_units(events: Iterable[Event], max_row_bytes: int) -> Iterator[Entry | Reject]:
    """The entries, each with the file's source language, which is empty if it names none."""
    source_code, entry, row = "", TranslationUnit(max_row_bytes), 0
    for event in events:
        if isinstance(event, Reject):
            entry.is_broken = True
            yield event
        elif isinstance(event, Start) and event.name == "header":
            srclang = event.attributes.get("srclang", "")
            source_code = "" if srclang == "*all*" else srclang
        elif isinstance(event, Start) and event.name == "tu":
            entry, row = TranslationUnit(max_row_bytes, event.attributes), row + 1
        elif isinstance(event, End) and event.name == "tu":
            # A broken entry has its reject already.
            if entry.size > max_row_bytes and not entry.is_broken:
                yield Reject(row, "row too long", f"entry {row} has more than {max_row_bytes} bytes (max_row_bytes)")
            elif not entry.is_broken:
                yield source_code, entry.segments, entry.attributes
        else:
            entry.take(event)


class TranslationUnit:
    """The segments of an entry, as its events come."""

    def __init__(self, max_bytes: int, attributes: Mapping[str, str] = {}) -> None:
        self._max_bytes = max_bytes
        self.attributes = attributes
        self.segments: list[Segment] = []
        self.is_broken = False
        """Whether something in it is broken."""
        self.size = 0
        """Characters of its segments, which are at most as many as its bytes."""
        self._code = ""
        self._runs: list[str] | None = None
        self._formatting_depth = 0

    def take(self, event: Start | End | Text) -> None:
        """Take the next event inside the entry."""
        if isinstance(event, Text):
            if self._runs is not None and not self._formatting_depth:
                self.size += len(event.text)
                if self.size <= self._max_bytes:
                    self._runs.append(event.text)
        elif event.name in FORMATTING:
            self._formatting_depth += 1 if isinstance(event, Start) else -1
        elif isinstance(event, Start) and event.name == "tuv":
            self._code = event.attributes.get(LANG) or event.attributes.get("lang", "")
        elif event.name == "seg":
            self._end_segment(isinstance(event, End))

    def _end_segment(self, is_end: bool) -> None:
        """Keep the segment that is open, if this is its end tag; else begin one."""
        if is_end and self._runs is not None:
            self.segments.append((self._code, collapse_layout("".join(self._runs))))
        self._runs = None if is_end else []
