"""What the header of an XML file says of its text (title, author, date, licence), gathered while its events go by."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from emma.collect.config import SourceConfig
from emma.collect.formats.text_builder import collapse_layout, split_names
from emma.collect.formats.xml_events import End, Event, Start, Text

SEPARATOR = "; "
"""Stands between two values of one name, such as the authors of a book."""
VALUES = ("content", "target", "xlink:href", "when", "when-iso")
"""Attributes that have the value where an element has no text."""
INLINE = split_names("abbr b bold em emph hi i italic sc sub sup")
"""Elements inside of a value that do not part two words."""


@dataclass(frozen=True)
class Header:
    """Where a format has its header, and what stands in it."""

    record: frozenset[str]
    """Elements that have a header of their own: with each, what was gathered before is forgotten."""
    header: str
    """The element of the header; a further one in the same record is not read."""
    fields: Mapping[str, str]
    """Names of fields by `element` or `parent/element`; `@type @property` is the value of the first such attribute."""
    skipped: frozenset[str] = frozenset()
    """Elements inside of a value that are none of it."""


class HeaderFields:
    """The fields of the header that was read last, of a source that keeps any."""

    def __init__(self, format_: Header, source: SourceConfig) -> None:
        self._format, self._is_wanted = format_, bool(source.keep)
        self._values: dict[str, list[str]] = {}
        self._path: list[str] = []
        """The elements that are open in the header; empty outside of it."""
        self._name, self._depth, self._runs = "", 0, [""]
        self._attributes: dict[str, str] = {}
        self._is_done = self._is_skipped = False

    def watch(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events; each is looked at after the reader has taken it, who may close a record with it."""
        if not self._is_wanted:
            yield from events
            return
        for event in events:
            yield event
            self._take(event)

    @property
    def meta(self) -> dict[str, str] | None:
        """The fields, several values of one in a row; None where nothing is kept."""
        return {name: SEPARATOR.join(values) for name, values in self._values.items()} if self._is_wanted else None

    def _take(self, event: Event) -> None:
        match event:
            case Start(name) if name in self._format.record:
                self._values, self._path, self._name, self._is_done = {}, [], "", False
            case Start(name) if name == self._format.header and not self._path:
                self._path = [] if self._is_done else [name]
            case Start() if self._path:
                self._start(event)
            case Text(text) if self._name and not self._is_skipped:
                self._runs.append(text)
            case End() if self._path:
                self._end(event.name)

    def _start(self, start: Start) -> None:
        """An element begins in the header: a field, or a part of one."""
        if self._name:
            self._is_skipped |= start.name in self._format.skipped
            self._runs.append("" if start.name in INLINE else " ")
        elif name := self._name_field(start):
            self._name, self._depth, self._runs, self._attributes = name, len(self._path), [], start.attributes
        self._path.append(start.name)

    def _name_field(self, start: Start) -> str:
        """The name of the field that an element is; empty if it is none."""
        fields = self._format.fields
        rule = fields.get(f"{self._path[-1]}/{start.name}") or fields.get(start.name, "")
        if not rule.startswith("@"):
            return rule
        names = (start.attributes.get(attribute[1:], "") for attribute in rule.split())
        return next(filter(None, names), "").lower()

    def _end(self, name: str) -> None:
        """An element of the header ends, and with it perhaps a field, or the header."""
        self._path.pop()
        self._is_skipped &= name not in self._format.skipped
        if self._name and len(self._path) <= self._depth:
            self._add(self._name, collapse_layout("".join(self._runs)))
            self._name = ""
        self._is_done |= not self._path

    def _add(self, name: str, text: str) -> None:
        value = text or next((self._attributes[each] for each in VALUES if self._attributes.get(each)), "")
        values = self._values.setdefault(name, []) if value else []
        if value not in values:
            values.append(value)
