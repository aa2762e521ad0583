"""One file, from its reader to the sink, with every unit accounted for."""

from collections.abc import Iterable, Iterator

from emma.collect.config import SourceConfig
from emma.collect.documents import documents
from emma.collect.readers import find
from emma.collect.sink import Sink
from emma.collect.streams import InputFile
from emma.collect.unit import Bad, Unit
from emma.errors import ArtifactError


def read_file(file: InputFile, source: SourceConfig, sink: Sink) -> None:
    """Read one file. ArtifactError unless every unit that its reader yields is in a document or a reject."""
    sink.file = file.name
    read, before = Counted(find(source).read(file, source)), sink.counts["units"]
    for document in documents(read, source, sink.reject):
        sink.keep(document)
    if read.count != (found := sink.counts["units"] - before):
        raise ArtifactError(
            f"Source '{source.name}', {file.name}: {read.count} units were read, but documents and rejects hold "
            f"{found}. This is a bug in EMMA: please report it with the recipe."
        )


class Counted:
    """Units as they come from a reader, counted before anything else sees them."""

    def __init__(self, units: Iterable[Unit | Bad]) -> None:
        self._units = units
        self.count = 0

    def __iter__(self) -> Iterator[Unit | Bad]:
        for unit in self._units:
            self.count += 1
            yield unit
