"""One file, from its reader to the sink, with every unit accounted for."""

from collections.abc import Iterable, Iterator

from emma.collect.config import SourceConfig
from emma.collect.documents import documents
from emma.collect.naming import Naming, code_in
from emma.collect.readers import find
from emma.collect.sink import Sink
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit
from emma.errors import ArtifactError


def read_file(file: InputFile, source: SourceConfig, naming: Naming, sink: Sink) -> None:
    """Read one file. ArtifactError unless every unit that its reader yields is in a document or a reject."""
    sink.open(file.name)
    read, before = Counted(find(source).read(file, source), code_in(file.name, source)), sink.units
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
    """Units as they come from a reader, counted before anything else sees them.

    Those that name no language get `code`, what the file's name calls it.
    """

    def __init__(self, units: Iterable[Unit | Bad], code: str) -> None:
        self._units, self._code = units, code
        self.count = 0

    def __iter__(self) -> Iterator[Unit | Bad]:
        for unit in self._units:
            self.count += unit.units
            if self._code and isinstance(unit, Unit) and not unit.code:
                unit.code = self._code
            yield unit
