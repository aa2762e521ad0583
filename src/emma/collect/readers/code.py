"""Program code: a source file as one document, with the label that only code has."""

from collections.abc import Iterator

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.unit import Bad, Unit


def read(file: InputFile, _source: SourceConfig) -> Iterator[Unit | Bad]:
    """The whole file."""
    content = file.text()
    yield content if isinstance(content, Bad) else Unit(1, content, file.inner.suffix.lstrip("."), alone=True)
