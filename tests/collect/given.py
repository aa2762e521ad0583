"""A small file given to a reader, and what it makes of it."""

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument, Reject
from emma.collect.text.naming import Naming

DATA = Path(os.environ.get("EMMA_DATA", Path(__file__).parents[3] / "shared" / "data"))
"""Real files, which are not part of the repository."""
needs_data = pytest.mark.skipif(not (DATA / "README.md").exists(), reason="the real data is not here (set EMMA_DATA)")


def read(
    reader: str, content: str | bytes, name: str = "file", max_row_bytes: int = 100_000, **changes: object
) -> list[RawDocument | Reject]:
    """Everything that a reader yields for a file of this content."""
    values = {"name": "s", "reader": reader, "path": "f", "licence": "CC0-1.0", **changes}
    source = SourceConfig.model_validate(values)
    data = content.encode() if isinstance(content, str) else content
    return coded(InputFile(name, io.BytesIO(data), max_row_bytes), source)


def coded(file: InputFile, source: SourceConfig) -> list[RawDocument | Reject]:
    """Everything that a source's reader yields for a file, with what its language is called."""
    naming, items = Naming(source, {}), list[RawDocument | Reject]()
    naming.begin_file(file.name, [companion.name for companion in file.companions])
    for item in find_reader(source).read(file, source):
        if isinstance(item, Reject):
            items.append(item)
        else:
            code, code2 = naming.call_languages(item.code, item.code2)
            items.append(replace(item, code=code, code2=code2))
    return items


def units(found: list[RawDocument | Reject]) -> list[tuple[str, str]]:
    """Language and text of the good ones."""
    return [(each.code, each.text) for each in found if isinstance(each, RawDocument)]


def kinds(found: list[RawDocument | Reject]) -> list[str]:
    """The kinds of the bad ones."""
    return [each.kind for each in found if isinstance(each, Reject)]
