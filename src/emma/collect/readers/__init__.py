"""Readers: one module a format, found by name. A new format is a new file with a `read` function.

`read(file, source)` yields the file's units in order; content that cannot be used is yielded as Reject, never raised.
"""

import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Protocol, cast

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.records import RawDocument, Reject
from emma.errors import RecipeError


class Reader(Protocol):
    """A module of this package."""

    def read(self, file: InputFile, source: SourceConfig) -> Iterator[RawDocument | Reject]:
        """The units of a file, in order."""
        ...


def find(source: SourceConfig) -> Reader:
    """The reader of a source; RecipeError with those there are if there is none of that name."""
    if source.reader not in names():
        listed = ", ".join(names())
        raise RecipeError(f"Source '{source.name}': there is no reader '{source.reader}'. Readers: {listed}.")
    return cast(Reader, import_module(f"{__name__}.{source.reader}"))


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The readers there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
