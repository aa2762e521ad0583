"""One file, from its reader to the sink, with every unit accounted for."""

from collections.abc import Iterable, Iterator

from emma.collect.config import SourceConfig
from emma.collect.documents import documents
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument, Reject, reject_document
from emma.collect.sink import Sink
from emma.collect.text.file_names import Told, told_of, weigh
from emma.collect.text.naming import Naming
from emma.errors import ArtifactError

PAGE = 1 << 10
"""Bytes that are held for rows near each other."""


def read_file(file: InputFile, source: SourceConfig, naming: Naming, sink: Sink) -> None:
    """Read one file. ArtifactError unless every unit that its reader yields is in a document or a reject."""
    sink.open(file.name)
    names = told_of(file.name, [each.name for each in file.companions], source)
    naming.untold = tuple(each.why for each in names)
    read, before = Counted(called(file, source, names)), sink.units
    begin = file.position()
    for document in documents(read, naming, source.group_bytes, sink.reject):
        sink.keep(document)
    sink.close(file.position() - begin)
    if read.count != (found := sink.units - before):
        raise ArtifactError(
            f"Source '{source.name}', {file.name}: {read.count} units were read, but documents and rejects hold "
            f"{found}. This is a bug in EMMA: please report it with the recipe."
        )


class Counted:
    """Units as they come, counted before anything else sees them.

    A row's number is part of its document's id, so a second unit under the same number is a reject.
    """

    def __init__(self, units: Iterable[RawDocument | Reject]) -> None:
        self._units = units
        self.count = 0

    def __iter__(self) -> Iterator[RawDocument | Reject]:
        rows = Rows()
        for unit in self._units:
            self.count += unit.units
            if isinstance(unit, Reject) or rows.add(unit.row):
                yield unit
            else:
                yield reject_document(
                    unit, "row twice", "another text of this file has the same number, and so the same id"
                )


class Rows:
    """Rows of a file that were seen, a bit each: ten million in a row are a megabyte, and gaps of any width nothing."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, row: int) -> bool:
        """Whether a row is new; from now on it is not."""
        number, place = divmod(row, 8 * PAGE)
        if (page := self._pages.get(number)) is None:
            page = self._pages[number] = bytearray(PAGE)
        place, bit = place >> 3, 1 << (place & 7)
        if is_new := not page[place] & bit:
            page[place] |= bit
        return is_new


def called(file: InputFile, source: SourceConfig, names: tuple[Told, Told]) -> Iterator[RawDocument | Reject]:
    """The units of a file with what their language is called, by the order of witnesses."""
    first, second = names
    for unit in find_reader(source).read(file, source):
        if isinstance(unit, RawDocument):
            if first.code:
                unit.code = weigh(unit.code, first, source.scheme)
            if second.code:
                unit.code2 = weigh(unit.code2, second, source.scheme)
        yield unit
