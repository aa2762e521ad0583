"""XML as a stream of events, for files of any size: nothing is held but the token that is being parsed.

Python's expat reads it, since it reports entities instead of following them. A file that declares entities of its own
is refused: text corpora need none, and attacks do. What is not well-formed costs the record that it stands in: reading
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
    """Read the events of a file. A reject says where a fault is, and that the record is lost that is open there.

    The tag that is broken, if one is, begins its element before the reject; what the fault ended has its End after it.
    So every Start has its End unless the file breaks off. The last reject says then how many bytes, and how many
    records as far as they can be counted, were not read.
    """
    stream = Utf8Stream(file)
    run: ParserRun | None = ParserRun(records, Position())
    while run:
        fault = yield from run.read_events(stream, file.max_row_bytes)
        run = (yield from _recover(fault, run, stream, records)) if fault else None


def _recover(
    fault: XmlFault, run: ParserRun, stream: Utf8Stream, records: RecordElements
) -> Generator[Event, None, ParserRun | None]:
    """Yield what a fault leads to; returns the run in which reading goes on, None where it cannot."""
    data, at = run.held_bytes(fault)
    reject = _reject(fault, run.position.after(data[:at]), data, at)
    # an end tag that comes late costs nothing, so it is looked at before anything is given up
    if (tag := match_end_tag(data, at)) and (depth := _depth_after(tag, run)) is not None:
        yield from (End(local_name(name)) for name in reversed(run.names[depth:]))
        if run.ends_left_open(depth + 1) is False and depth < len(run.names):
            yield reject
        stream.push_back(data[tag.end() :])
        return run.resume(run.names[:depth], run.position.after(data[: tag.end()]))
    if fault.final:
        yield _reject_rest(reject, data[at:], stream, records)
        return None
    recovery = Recovery(records, run.names, run.position)
    start, opened = recovery.skip_broken_tag(data, at) if fault.in_tag else (at, [])
    yield from opened
    can_resume, reject = _resume(recovery, stream, data, start, reject)
    yield reject
    yield from recovery.list_changes()
    run.dropped.update(recovery.dropped)
    return run.resume(recovery.names, recovery.position) if can_resume else None


def _depth_after(tag: re.Match[bytes], run: ParserRun) -> int | None:
    """Count the elements that are open after an end tag whose fault costs no record; None where it does cost one.

    Such a tag comes late, after its element was ended for it, or closes elements that were left open.
    """
    names, name = run.names, tag[2].decode()
    if name not in names:
        known = run.dropped[name] > 0
        run.dropped[name] -= known
        return len(names) if known else None
    depth = len(names) - 1 - names[::-1].index(name)
    return None if run.ends_left_open(depth + 1) is None else depth


def _reject(fault: XmlFault, position: Position, data: bytes, at: int) -> Reject:
    """The reject of a fault, with the bytes around it."""
    raw = data[max(0, at - SHOWN_BYTES) : at + SHOWN_BYTES]
    return Reject(position.line, fault.kind, f"line {position.line}, column {position.column}: {fault.what}", raw)


def _reject_rest(reject: Reject, rest: bytes, stream: Utf8Stream, records: RecordElements) -> Reject:
    """The reject of a file that is not read any further."""
    unread, units, data = len(rest), 0, rest
    for piece in stream.read_rest():
        cut = data.rfind(b"<") if b"<" in data[-SHOWN_BYTES:] else len(data)  # a tag may go on in the next piece
        units += records.count(data[:cut])
        data, unread = data[cut:] + piece, unread + len(piece)
    return replace(reject, unread=unread, units=max(1, units + records.count(data)))


def _resume(recovery: Recovery, stream: Utf8Stream, data: bytes, start: int, reject: Reject) -> tuple[bool, Reject]:
    """Whether reading can go on; and the reject, with the bytes that were not read if it cannot."""
    try:
        if recovery.run(stream, data, start):
            return True, reject
        why = ""
    except DAMAGE_ERRORS as error:
        why = f"; it cannot be read further on ({describe_error(error)})"
    return False, replace(reject, detail=reject.detail + why, unread=recovery.passed_bytes if recovery.names else 0)


def skip_elements(events: Iterable[Event], is_skipped: Callable[[Start], bool]) -> Iterator[Event]:
    """The events outside of the elements for whose start tags `is_skipped` is true."""
    depth = 0
    for event in events:
        if isinstance(event, Reject):
            yield event
        elif depth:
            depth += isinstance(event, Start) - isinstance(event, End)
        elif isinstance(event, Start) and is_skipped(event):
            depth = 1
        else:
            yield event
