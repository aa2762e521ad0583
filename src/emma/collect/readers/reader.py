"""What is known of a format: the function that reads it, its options, and what people need to know to use it.

The record stands beside the function, in the decorator `reader`; `emma readers NAME` prints it, and `emma new` asks it.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from emma.collect.config import SourceConfig

if TYPE_CHECKING:  # listing the files of a source asks for readers, and opens no file
    from emma.collect.files.streams import InputFile
    from emma.collect.records import RawDocument, Reject

Read = Callable[["InputFile", SourceConfig], "Iterator[RawDocument | Reject]"]
Value: TypeAlias = bool | int | str


@dataclass(frozen=True)
class Option:
    """A setting that one reader has, under `options` of a source."""

    kind: type | tuple[str, ...]
    """The type of its value, or the values that it takes."""
    help: str = ""
    """What it does, in sentences, and what holds without it where that depends on the file."""
    default: Value | None = None
    """What holds where the source does not say; None: what `help` says."""


Options = Mapping[str, Option | type | tuple[str, ...]]
"""Options by name; where nothing is told of one, only the type of its value, or the values that it takes."""


def never(_source: SourceConfig) -> bool:
    """False: what is assumed of a format unless its reader says otherwise."""
    return False


def always(_source: SourceConfig) -> bool:
    """True: for formats in which each line is a row, whatever the source's options."""
    return True


@dataclass(frozen=True)
class Reader:
    """The function that reads a format, and what is known of the format."""

    read: Read
    options: Mapping[str, Option] = field(default_factory=dict)
    rows_are_lines: Callable[[SourceConfig], bool] = never
    """Whether each line is a row by itself, so that ranges of a large plain file can be read by several tasks."""
    is_binary: bool = False
    """Whether its format is no text, so that no file is refused for bytes that text does not have."""
    reads_lines: bool = False
    """Whether it takes line after line, so that files in UTF-16 and UTF-32 are recoded to UTF-8 before."""
    purpose: str = ""
    """The format and what a document is, in a sentence without its full stop."""
    language: str = ""
    """Where the language of a document is found, in sentences; the source's `lang` outranks it."""
    suffixes: tuple[str, ...] = ()
    """Ends that names of such files usually have, before `.gz` and the like; the likeliest first."""
    has_fields: bool = False
    """Whether its records have columns or keys, which the source's `fields` name."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What a source may `keep` beside the texts, by name, and what it is; under `*` names that only the files know."""
    example: str = ""
    """The settings of a source that uses it, in TOML, without `name`, `reader` and `licence`."""

    @property
    def summary(self) -> str:
        """Its purpose, or what the function that reads says of itself."""
        first = (inspect.getdoc(self.read) or "").split("\n\n")[0].replace("\n", " ")
        return self.purpose or first.rstrip(".") or "nothing is said of it"


def reader(
    *,
    options: Options | None = None,
    rows_are_lines: Callable[[SourceConfig], bool] = never,
    is_binary: bool = False,
    reads_lines: bool = False,
    purpose: str = "",
    language: str = "",
    suffixes: tuple[str, ...] = (),
    has_fields: bool = False,
    metadata: Mapping[str, str] | None = None,
    example: str = "",
) -> Callable[[Read], Reader]:
    """Make a Reader of the function below; all that is said of the format is optional."""
    known = {name: each if isinstance(each, Option) else Option(each) for name, each in (options or {}).items()}
    facts = (purpose, language, suffixes, has_fields, metadata or {}, example)
    return lambda read: Reader(read, known, rows_are_lines, is_binary, reads_lines, *facts)
