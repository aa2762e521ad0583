"""Readers of formats, found by the name that a recipe gives after `reader =`.

A reader is a function `read(file, source)` that yields a file's documents in order; content that cannot be used is
yielded as a Reject, never raised. `BUILT_IN` lists the readers of this package; other packages add theirs as entry
points of the group `emma.readers` (docs/new-format.md). Nothing is imported before a source needs it.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from emma.collect.config import SourceConfig
from emma.collect.readers.reader import Reader
from emma.errors import RecipeError
from emma.wording import find_near

GROUP = "emma.readers"
"""The group of entry points of other packages' readers."""
BUILT_IN = {
    "android": "messages:read_android",
    "ces": "ces:read_ces",
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


def find_reader(source: SourceConfig) -> Reader:
    """The reader of a source. Raises RecipeError as `load_reader` does, naming the source."""
    return load_reader(source.reader, f"Source '{source.name}': ")


def load_reader(name: str, where: str = "") -> Reader:
    """The reader of a name.

    RecipeError, beginning with `where`, if there is none of that name, with what may be meant; if there is more than
    one, or if it cannot be loaded.
    """
    places = _entry_points().get(name, ())
    if not places:
        raise RecipeError(f"{where}there is no reader '{name}'. {advise_reader(name)}")
    if len(places) > 1:
        both = " and ".join(place.value for place in places)
        raise RecipeError(
            f"{where}two packages have a reader '{name}' ({both}), and which one is meant is not known. Uninstall one "
            "of them, or rename its entry point."
        )
    try:
        loaded = places[0].load()
    except (ImportError, AttributeError) as error:
        if name in BUILT_IN:  # not the recipe's fault, and the traceback says whose
            raise
        package = reader_package(name) or places[0].value
        raise RecipeError(
            f"{where}the reader '{name}' of {package} cannot be loaded ({error}). "
            "Install a version of it that fits, or take another reader."
        ) from error
    return loaded if isinstance(loaded, Reader) else Reader(loaded)


def advise_reader(name: str) -> str:
    """What to write in place of a reader that there is not: those for files of such names, else those of like names."""
    plain = name.lower().strip(". ")
    by_suffix = [each for each in BUILT_IN if f".{plain}" in load_reader(each).suffixes]
    near = by_suffix or find_near(plain.replace("-", "_"), list_readers())
    if near:
        wanted = " or ".join(f"reader = '{each}'" for each in near)
        return f"Write {wanted}; `emma readers` says what each reads."
    return f"Readers: {', '.join(list_readers())}. `emma readers` says what each reads."


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
