"""Program code: a source file as one document, with the label that only code has."""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.records import RawDocument, Reject


def read(file: InputFile, _source: SourceConfig) -> Iterator[RawDocument | Reject]:
    """The whole file."""
    content = file.read_text()
    yield (
        content
        if isinstance(content, Reject)
        else RawDocument(1, content, file.plain_name.suffix.lstrip("."), alone=True)
    )
