"""The names of what a source says of its texts beside them, from the first of its documents."""

from collections.abc import Iterator
from itertools import islice

from emma.collect.config import KEEP_ALL, SourceConfig
from emma.collect.files.inputs import SourceFiles
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import range_of_whole_files
from emma.collect.metadata import pick_meta
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument, Reject

MAX_READ = 1_000
"""Documents that are read for their names."""


def list_metadata(source: SourceConfig, files: SourceFiles, max_row_bytes: int) -> list[str]:
    """The names that a source could `keep`, sorted, as the first documents of its first files have them."""
    everything = source.model_copy(update={"keep": (KEEP_ALL,)})
    documents = islice(_read_documents(everything, files, max_row_bytes), MAX_READ)
    return sorted({name for document in documents for name in pick_meta(everything.keep, document.meta or {}) or ()})


def _read_documents(source: SourceConfig, files: SourceFiles, max_row_bytes: int) -> Iterator[RawDocument]:
    for group in files.groups:
        whole = range_of_whole_files([(file, "") for file in group])
        for file in open_range(whole, source, max_row_bytes):
            found = () if isinstance(file, Reject) else find_reader(source).read(file, source)
            yield from (each for each in found if isinstance(each, RawDocument))
