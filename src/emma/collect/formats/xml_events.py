"""XML as a stream of events, for documents of any size: nothing is held but the token that is being parsed.

Python's expat, since it reports entities instead of following them. A file that declares entities of its own is
refused: text corpora need none, and attacks do. What is not well-formed costs the record that it stands in: reading
goes on at the next border of one.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from typing import Final

from emma.collect.files.streams import DAMAGE_ERRORS, InputFile, describe_error
from emma.collect.formats.xml_bytes import Utf8Stream
from emma.collect.formats.xml_parser import ParserRun
from emma.collect.formats.xml_parts import LANG, End, Position, RecordElements, Start, Text, XmlFault, local_name
from emma.collect.formats.xml_recovery import Recovery, match_end_tag
from emma.collect.records import Reject

__all__ = ["LANG", "End", "Event", "RecordElements", "Start", "Text", "read_events", "skip_elements"]

SHOWN_BYTES = 500
"""Bytes before and after a fault that a reject shows."""
NO_RECORDS: Final = RecordElements()

Event = Start | End | Text | Reject


def read_events(file: InputFile, records: RecordElements = NO_RECORDS) -> Iterator[Event]:
    """The events of a file. A reject says where a fault is, and that the record is lost that is open there.

    The tag that is broken, if one is, begins its element before the reject; what the fault ended has its End after it.
    So every Start has its End unless the file breaks off. The last reject says then how many bytes, and how many
    records as far as they can be counted, were not read.
    """
    pieces = Utf8Stream(file)
    parsing: ParserRun | None = ParserRun(records, Position())
    while parsing:
        fault = yield from parsing.read_events(pieces, file.max_row_bytes)
        parsing = (yield from _recover(fault, parsing, pieces, records)) if fault else None


def _recover(
    fault: XmlFault, parsing: ParserRun, pieces: Utf8Stream, records: RecordElements
) -> Generator[Event, None, ParserRun | None]:
    """What a fault leads to, and the run in which reading goes on; None if it does not."""
    data, at = parsing.held_bytes(fault)
    bad = _reject(fault, parsing.place.after(data[:at]), data, at)
    if (tag := match_end_tag(data, at)) and (depth := _depth_after(tag, parsing)) is not None:
        yield from (End(local_name(name)) for name in reversed(parsing.names[depth:]))
        if parsing.ends_left_open(depth + 1) is False and depth < len(parsing.names):
            yield bad
        pieces.push_back(data[tag.end() :])
        return parsing.resume(parsing.names[:depth], parsing.place.after(data[: tag.end()]))
    if fault.final:
        yield _reject_rest(bad, data[at:], pieces, records)
        return None
    recovery = Recovery(records, parsing.names, parsing.place)
    start, begun = recovery.broken_tag(data, at) if fault.in_tag else (at, [])
    yield from begun
    goes_on, bad = _resume(recovery, pieces, data, start, bad)
    yield bad
    yield from recovery.changes()
    parsing.dropped.update(recovery.dropped)
    return parsing.resume(recovery.names, recovery.place) if goes_on else None


def _depth_after(tag: re.Match[bytes], parsing: ParserRun) -> int | None:
    """How many elements are open after an end tag that costs nothing, since it comes late or after something open."""
    names, name = parsing.names, tag[2].decode()
    if name not in names:
        known = parsing.dropped[name] > 0
        parsing.dropped[name] -= known
        return len(names) if known else None
    depth = len(names) - 1 - names[::-1].index(name)
    return None if parsing.ends_left_open(depth + 1) is None else depth


def _reject(fault: XmlFault, place: Position, data: bytes, at: int) -> Reject:
    raw = data[max(0, at - SHOWN_BYTES) : at + SHOWN_BYTES]
    return Reject(place.line, fault.kind, f"line {place.line}, column {place.column}: {fault.what}", raw)


def _reject_rest(bad: Reject, rest: bytes, pieces: Utf8Stream, records: RecordElements) -> Reject:
    """The reject of a file that is not read any further."""
    unread, units, data = len(rest), 0, rest
    for piece in pieces.read_rest():
        cut = data.rfind(b"<") if b"<" in data[-SHOWN_BYTES:] else len(data)
        units += records.count(data[:cut])
        data, unread = data[cut:] + piece, unread + len(piece)
    return replace(bad, unread=unread, units=max(1, units + records.count(data)))


def _resume(recovery: Recovery, pieces: Utf8Stream, data: bytes, start: int, bad: Reject) -> tuple[bool, Reject]:
    """Whether reading can go on, and the reject with what was not read if it cannot."""
    try:
        if recovery.run(pieces, data, start):
            return True, bad
        why = ""
    except DAMAGE_ERRORS as error:
        why = f"; it cannot be read further on ({describe_error(error)})"
    return False, replace(bad, detail=bad.detail + why, unread=recovery.passed if recovery.names else 0)


def skip_elements(found: Iterable[Event], skipped: Callable[[Start], bool]) -> Iterator[Event]:
    """The events outside the elements that `skipped` picks."""
    depth = 0
    for event in found:
        if isinstance(event, Reject):
            yield event
        elif depth:
            depth += isinstance(event, Start) - isinstance(event, End)
        elif isinstance(event, Start) and skipped(event):
            depth = 1
        else:
            yield event
