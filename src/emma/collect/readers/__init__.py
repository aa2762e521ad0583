"""Readers of formats, found by the name that a recipe gives after `reader =`.

A reader is a function `read(file, source)` that yields a file's documents in order; content that cannot be used is
yielded as a Reject, never raised. `BUILT_IN` lists the readers of this package; other packages add theirs as entry
points of the group `emma.readers` (docs/new-format.md).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from emma.collect.config import SourceConfig
from emma.collect.files.streams import InputFile
from emma.collect.records import RawDocument, Reject
from emma.errors import RecipeError

GROUP = "emma.readers"
"""The entry points of other packages' readers."""
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
"""Each reader's module in this package and its function."""

Read = Callable[[InputFile, SourceConfig], Iterator[RawDocument | Reject]]


def never(_source: SourceConfig) -> bool:
    """False: what is assumed of a format unless its reader says otherwise."""
    return False


def always(_source: SourceConfig) -> bool:
    """True."""
    return True


@dataclass(frozen=True)
class Reader:
    """How a format is read."""

    read: Read
    options: Mapping[str, type | tuple[str, ...]] = field(default_factory=dict)
    """What a source may write under `options`: each name with the type of its value, or the values it takes."""
    rows_are_lines: Callable[[SourceConfig], bool] = never
    """Whether each line is a row for itself, so that ranges of a large plain file can be read by several tasks."""


def reader(
    *,
    options: Mapping[str, type | tuple[str, ...]] | None = None,
    rows_are_lines: Callable[[SourceConfig], bool] = never,
) -> Callable[[Read], Reader]:
    """Make a Reader of a function that takes options, or whose format can be read in ranges of lines."""
    return lambda read: Reader(read, options or {}, rows_are_lines)


def find_reader(source: SourceConfig) -> Reader:
    """The reader of a source; RecipeError with those there are if there is none, or more than one, of that name."""
    found = readers_by_name().get(source.reader, ())
    if not found:
        listed = ", ".join(reader_names())
        raise RecipeError(f"Source '{source.name}': there is no reader '{source.reader}'. Readers: {listed}.")
    if len(found) > 1:
        places = " and ".join(point.value for point in found)
        raise RecipeError(
            f"Source '{source.name}': there are two readers '{source.reader}', {places}. "
            "Uninstall one of the packages, or rename its entry point."
        )
    loaded = found[0].load()
    return loaded if isinstance(loaded, Reader) else Reader(loaded)


def reader_names() -> tuple[str, ...]:
    """The names of all readers, of this package and of others, sorted."""
    return tuple(sorted(readers_by_name()))


@lru_cache(maxsize=1)
def readers_by_name() -> Mapping[str, tuple[EntryPoint, ...]]:
    """Where each reader is; nothing is imported before it is needed."""
    own = [EntryPoint(name, f"{__name__}.{place}", GROUP) for name, place in BUILT_IN.items()]
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for point in (*own, *entry_points(group=GROUP)):
        found[point.name] = (*found.get(point.name, ()), point)
    return found
