"""XML as a stream of events, for documents of any size: nothing is held but the chunk that is being parsed.

Python's expat, since it reports entities instead of following them. A file that declares entities of its own is
refused: text corpora need none, and attacks do.
"""

import codecs
import html
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import cast
from xml.parsers import expat

from emma.collect.streams import DAMAGE, InputFile, in_words
from emma.collect.unit import Bad

CHUNK = 1 << 16
AROUND = 500
"""Bytes before and after a fault that a reject shows."""
LANG = "xml:lang"
DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")
NATIVE = frozenset({"utf-8", "utf-16", "iso8859-1", "ascii"})
"""Encodings that expat reads by itself."""


@dataclass(frozen=True, slots=True)
class Start:
    """An element begins. Names are without prefix, attributes with theirs (`xml:lang`)."""

    name: str
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """An element ends."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Characters; an element's text may come in several of these."""

    text: str


Event = Start | End | Text | Bad


class _Refused(Exception):  # noqa: N818 (never leaves this module)
    """The document declares an entity."""


def events(file: InputFile) -> Iterator[Event]:
    """The events of a file. Damage, broken XML and declared entities end them with a Bad that says where."""
    parser, found, fed = expat.ParserCreate(), list[Event](), 0
    chunk: str | bytes = b""
    _listen(parser, found)
    try:
        for chunk in _chunks(file):
            parser.Parse(chunk, False)
            fed += len(chunk if isinstance(chunk, bytes) else chunk.encode())
            yield from found
            found.clear()
            if fed - parser.CurrentByteIndex > file.max_row_bytes:
                found.append(_fault(parser, "row too long", "a tag is longer than max_row_bytes", chunk, fed))
                break
        else:
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        found.append(_fault(parser, "broken XML", expat.ErrorString(error.code), chunk, fed))
    except _Refused as error:
        found.append(_fault(parser, "declared entity", f"'{error}'; rewrite the file without it", chunk, fed))
    except LookupError as error:
        found.append(_fault(parser, "unknown encoding", f"{error}; convert the file to UTF-8", chunk, fed))
    except UnicodeDecodeError as error:
        found.append(_fault(parser, f"invalid {error.encoding}", error.reason, error.object, fed))
    except DAMAGE as error:
        found.append(_fault(parser, "broken file", f"it cannot be read from here on ({in_words(error)})", b"", fed))
    yield from found


def _chunks(file: InputFile) -> Iterator[str | bytes]:
    """The file in pieces: bytes, or text where the parser does not know the encoding itself.

    Read with `read1`, which gives what there is before damage.
    """
    read = cast(io.BufferedReader, file.stream).read1
    first = read(CHUNK)
    declared = DECLARED.match(first)
    name = file.encoding or (declared[1].decode("ascii") if declared else "utf-8")
    if codecs.lookup(name).name in NATIVE and not file.encoding:
        yield first
        yield from iter(lambda: read(CHUNK), b"")
        return
    decoder = codecs.getincrementaldecoder(name)()
    yield decoder.decode(first)
    yield from (decoder.decode(chunk) for chunk in iter(lambda: read(CHUNK), b""))
    yield decoder.decode(b"", True)


def _listen(parser: expat.XMLParserType, found: list[Event]) -> None:
    def refuse(name: str, *_facts: object) -> None:
        raise _Refused(name)

    parser.buffer_text = True
    parser.buffer_size = CHUNK
    parser.StartElementHandler = lambda name, attributes: found.append(Start(local(name), attributes))
    parser.EndElementHandler = lambda name: found.append(End(local(name)))
    parser.CharacterDataHandler = lambda text: found.append(Text(text))
    parser.SkippedEntityHandler = lambda name, _parameter: found.append(Text(html.unescape(f"&{name};")))
    parser.EntityDeclHandler = refuse


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def _fault(parser: expat.XMLParserType, kind: str, what: str, chunk: str | bytes, fed: int) -> Bad:
    line, place = parser.CurrentLineNumber, parser.CurrentByteIndex - fed
    data = chunk if isinstance(chunk, bytes) else chunk.encode()
    raw = data[max(0, place - AROUND) : max(0, place) + AROUND]
    return Bad(line, kind, f"line {line}, column {parser.CurrentColumnNumber}: {what}", raw)


def without(found: Iterable[Event], skipped: Callable[[Start], bool]) -> Iterator[Event]:
    """The events outside the elements that `skipped` picks."""
    depth = 0
    for event in found:
        if isinstance(event, Bad):
            yield event
        elif depth:
            depth += isinstance(event, Start) - isinstance(event, End)
        elif isinstance(event, Start) and skipped(event):
            depth = 1
        else:
            yield event
