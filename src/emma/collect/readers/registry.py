"""Readers of formats, found by the name that a recipe gives after `reader =`.

A reader is a function `read(file, source)` that yields a file's documents in order; content that cannot be used is
yielded as a Reject, never raised. `BUILT_IN` lists the readers of this package; other packages add theirs as entry
points of the group `emma.readers` (docs/new-format.md). Nothing is imported before a source needs it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from emma.collect.config import SourceConfig
from emma.errors import RecipeError

if TYPE_CHECKING:  # listing the files of a source asks for `reader_package`, and opens none
    from emma.collect.files.streams import InputFile
    from emma.collect.records import RawDocument, Reject

GROUP = "emma.readers"
"""The group of entry points of other packages' readers."""
BUILT_IN = {
    "android": "messages:read_android",
    "ces": "bibles:read_ces",
    "code": "code:read_code",
    "conllu": "conllu:read_conllu",
    "csv": "csv:read_csv",
    "docstrings": "code:read_docstrings",
    "epub": "epub:read_epub",
    "gettext": "gettext:read_gettext",
    "html": "web:read_html",
    "huggingface": "parquet:read_huggingface",
    "jats": "jats:read_jats",
    "json": "json:read_json",
    "jsonl": "json:read_jsonl",
    "markdown": "markdown:read_markdown",
    "mediawiki_dump": "mediawiki_dump:read_mediawiki_dump",
    "mediawiki_json": "messages:read_mediawiki_json",
    "messages_json": "messages:read_messages_json",
    "moses": "moses:read_moses",
    "osis": "bibles:read_osis",
    "parquet": "parquet:read_parquet",
    "storybook": "markdown:read_storybook",
    "tei": "tei:read_tei",
    "text": "text:read_text",
    "tmx": "tmx:read_tmx",
    "topics": "code:read_topics",
    "udhr": "udhr:read_udhr",
    "usfx": "bibles:read_usfx",
    "warc": "web:read_warc",
    "xhtml": "epub:read_xhtml",
}
"""The module in this package, and its function, of each reader."""

Read = Callable[["InputFile", SourceConfig], "Iterator[RawDocument | Reject]"]
Options = Mapping[str, type | tuple[str, ...]]
"""Options that a source may give: each name with the type of its value, or the values that it takes."""


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
    options: Options = field(default_factory=dict)
    rows_are_lines: Callable[[SourceConfig], bool] = never
    """Whether each line is a row by itself, so that ranges of a large plain file can be read by several tasks."""
    is_binary: bool = False
    """Whether its format is no text, so that no file is refused for bytes that text does not have."""
    reads_lines: bool = False
    """Whether it takes line after line, so that files in UTF-16 and UTF-32 are recoded to UTF-8 before."""


def reader(
    *,
    options: Options | None = None,
    rows_are_lines: Callable[[SourceConfig], bool] = never,
    is_binary: bool = False,
    reads_lines: bool = False,
) -> Callable[[Read], Reader]:
    """Make a Reader of a function whose format is more than text that is read whole."""
    return lambda read: Reader(read, options or {}, rows_are_lines, is_binary, reads_lines)


def find_reader(source: SourceConfig) -> Reader:
    """The reader of a source.

    RecipeError, with the names of all readers, if there is none of that name; if there is more than one, or if it
    cannot be loaded.
    """
    places = _entry_points().get(source.reader, ())
    if not places:
        names = ", ".join(list_readers())
        raise RecipeError(f"Source '{source.name}': there is no reader '{source.reader}'. Readers: {names}.")
    if len(places) > 1:
        both = " and ".join(place.value for place in places)
        raise RecipeError(
            f"Source '{source.name}': two packages have a reader '{source.reader}' ({both}), and which one is meant is "
            "not known. Uninstall one of them, or rename its entry point."
        )
    try:
        loaded = places[0].load()
    except (ImportError, AttributeError) as error:
        if source.reader in BUILT_IN:  # not the recipe's fault, and the traceback says whose
            raise
        package = reader_package(source.reader) or places[0].value
        raise RecipeError(
            f"Source '{source.name}': the reader '{source.reader}' of {package} cannot be loaded ({error}). "
            "Install a version of it that fits, or take another reader."
        ) from error
    return loaded if isinstance(loaded, Reader) else Reader(loaded)


def list_readers() -> tuple[str, ...]:
    """The names of all readers, of this package and of others, sorted."""
    return tuple(sorted(_entry_points()))


def reader_package(name: str) -> str:
    """Name and version of the package that a reader comes from; empty for readers of this one, or if there is none.

    A part of the addresses of what it reads: EMMA's own readers are covered by the version of the stage.
    """
    if name in BUILT_IN:
        return ""
    distributions = [place.dist for place in _entry_points().get(name, ()) if place.dist]
    return " ".join(f"{package.name} {package.version}" for package in distributions)


@lru_cache(maxsize=1)
def _entry_points() -> Mapping[str, tuple[EntryPoint, ...]]:
    """Entry points by the name of the reader: one for each, unless packages contradict each other."""
    own = [EntryPoint(name, f"{__package__}.{place}", GROUP) for name, place in BUILT_IN.items()]
    result: dict[str, tuple[EntryPoint, ...]] = {}
    for point in (*own, *entry_points(group=GROUP)):
        result[point.name] = (*result.get(point.name, ()), point)
    return result
