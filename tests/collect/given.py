"""A small file given to a reader, and what it makes of it."""

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest

from emma.collect.config import SourceConfig
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import FileRange, RangePart
from emma.collect.files.streams import InputFile
from emma.collect.metadata import pick_meta
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
            items.append(replace(item, code=code, code2=code2, meta=pick_meta(source.keep, item.meta or {})))
    return items


def opened(
    reader: str, files: dict[str, bytes], stop: int | None = None, **changes: object
) -> list[RawDocument | Reject]:
    """As `read`, from files that are written to the current folder and opened as a task does."""
    values = {"name": "s", "reader": reader, "path": "f", "licence": "CC0-1.0", **changes}
    source = SourceConfig.model_validate(values)
    for name, content in files.items():
        Path(name).write_bytes(content)
    parts = tuple(RangePart(name=name, mark="", location=str(Path(name).absolute())) for name in files)
    found: list[RawDocument | Reject] = []
    for file in open_range(FileRange(parts=parts, stop=stop), source, 100_000):
        found.extend([file] if isinstance(file, Reject) else coded(file, source))
    return found


def units(found: list[RawDocument | Reject]) -> list[tuple[str, str]]:
    """Language and text of the good ones."""
    return [(each.code, each.text) for each in found if isinstance(each, RawDocument)]


def kinds(found: list[RawDocument | Reject]) -> list[str]:
    """The kinds of the bad ones."""
    return [each.kind for each in found if isinstance(each, Reject)]


def outcomes(found: list[RawDocument | Reject]) -> list[str]:
    """The text of each good one, the kind of each bad one."""
    return [each.kind if isinstance(each, Reject) else each.text for each in found]


def rows(found: list[RawDocument | Reject]) -> list[int]:
    """The row of each."""
    return [each.row for each in found]


def code_of(found: list[RawDocument | Reject]) -> set[str]:
    """What the languages of the good ones are called."""
    return {each.code for each in found if isinstance(each, RawDocument)}


def pairs(found: list[RawDocument | Reject]) -> list[tuple[str, str, str, str | None]]:
    """Language and text of both sides of the good ones."""
    return [(each.code, each.text, each.code2, each.text2) for each in found if isinstance(each, RawDocument)]
