"""Which files a source has, and what is in them as hashes: the outside world as an input that can be addressed.

Light on purpose: a run whose corpus is up to date only lists files and compares sizes and times with a cache.
"""

import importlib.util
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.files import datasets as hub
from emma.collect.files import locations as remote
from emma.collect.files import saved
from emma.collect.files.compression import without_suffix
from emma.collect.files.escaping import escaped, unescaped
from emma.errors import ExtraError, SourceError
from emma.store.address import Fingerprints

BESIDE = ("site-packages", "dist-packages")
"""Folders in the library's folder that hold what somebody installed."""
EXTRAS = {"django": "demo"}
"""Packages that one of EMMA's own extras brings."""
PAIRED = "moses"
"""The reader whose files are two and two translations of each other, line by line."""
SAVED = "huggingface"
"""The reader of folders that `datasets` saved."""
UNKNOWN_BYTES = 1_000_000_000
"""Size of a file of which nobody says it: enough for a task of its own."""

Fingerprint = dict[str, list[list[str]]]
"""Source name → [relative file name, hash] in the order of reading."""


@dataclass(frozen=True)
class Listed:
    """A file of a source."""

    name: str
    """Relative to the data folder, to the folder of the installed packages, to Python's library, or to its server."""
    location: str
    """Absolute path, escaped in valid Unicode, or address."""
    bytes: int
    mark: str = ""
    """What tells this version from another, where the content need not be read for it."""


@dataclass(frozen=True)
class Inputs:
    """The files of one source that are to be read."""

    files: tuple[tuple[Listed, ...], ...]
    """In order; two and two for translations in files of their own, else one by one."""
    left_out: int
    """Files beyond `limit_bytes`."""


def fingerprint(section: CollectConfig, data_root: Path, cache: Path) -> Fingerprint:
    """The files of every source and benchmark by content, and the language-identification model if it is a file.

    `cache` is a JSON file that remembers hashes by path, size and time. Raises SourceError where a source has no
    files, ExtraError where a package is not installed.
    """
    known = Fingerprints(cache)
    found = {
        source.name: [[each.name, content(each, known)] for group in inputs(source, data_root).files for each in group]
        for source in (*section.sources, *section.benchmarks)
    }
    if section.lid is not None and (model := data_root / section.lid).is_file():
        found["[lid]"] = [[section.lid, known.of(model)]]
    known.save()
    return found


def content(file: Listed, known: Fingerprints) -> str:
    """The hash of a file's content, or what stands for it. SourceError where it cannot be read."""
    try:
        return file.mark or known.of(Path(unescaped(file.location)))
    except OSError as error:
        raise SourceError(
            f"{file.location} cannot be read: {error.strerror or error}. Correct it, or narrow `path`."
        ) from None


def inputs(source: SourceConfig, data_root: Path) -> Inputs:
    """The files to read, in order: all that are listed, or those within `limit_bytes` (at least one, or one pair)."""
    groups = grouped(source, listing(source, data_root))
    total = 0
    for count, group in enumerate(groups):
        if source.limit_bytes is not None and total >= source.limit_bytes:
            return Inputs(groups[:count], sum(map(len, groups[count:])))
        total += sum(each.bytes for each in group)
    return Inputs(groups, 0)


def grouped(source: SourceConfig, files: Sequence[Listed]) -> tuple[tuple[Listed, ...], ...]:
    """Files that are read side by side. Raises SourceError where one of a pair is missing."""
    if source.reader != PAIRED or source.member is not None:
        return tuple((each,) for each in files)
    groups: dict[str, list[Listed]] = {}
    for each in files:
        groups.setdefault(without_suffix(each.name).with_suffix("").as_posix(), []).append(each)
    for stem, group in groups.items():
        if len(group) != 2:
            names = ", ".join(each.name for each in group)
            raise SourceError(
                f"Source '{source.name}': of '{stem}.*' there should be two files, a language each, but there "
                f"{'is' if len(group) == 1 else 'are'} {names}. Correct `path` in the recipe."
            )
    return tuple(tuple(group) for group in groups.values())


def listing(source: SourceConfig, data_root: Path) -> list[Listed]:
    """All files of a source, sorted by name. Raises SourceError where a pattern matches nothing."""
    found = {each.name: each for pattern in source.patterns for each in _match(source, pattern, data_root)}
    return [found[name] for name in sorted(found)]


def _match(source: SourceConfig, pattern: str, data_root: Path) -> Iterator[Listed]:
    if hub.is_hub(pattern):
        for name, location, mark in hub.found(source.name, pattern, source.options):
            yield Listed(name, location, UNKNOWN_BYTES, mark)
    elif remote.is_remote(pattern):
        files = list(_remote(source.name, pattern))
        names = {each: PurePosixPath(each.name) for each in files}
        yield from saved.chosen(names, source) if source.reader == SAVED else files
    else:
        yield from _local(source, pattern, data_root)


def _remote(source: str, pattern: str) -> Iterator[Listed]:
    if not (files := remote.found(pattern)):
        raise SourceError(f"Source '{source}': no file matches '{pattern}'. Correct `path` in the recipe.")
    yield from (Listed(name, address, size or UNKNOWN_BYTES, mark) for name, address, size, mark in files)


def _local(source: SourceConfig, pattern: str, data_root: Path) -> Iterator[Listed]:
    folder, inner = _base(source.name, pattern, data_root)
    matching = list(folder.glob(inner)) if folder.is_dir() else []
    paths = [path for path in matching if _is_file(source.name, path)]
    if source.reader == SAVED:
        paths = saved.chosen({path: path.relative_to(folder) for path in paths}, source)
        paths += [file for path in matching if path.is_dir() for file in saved.files(path, source)]
    if pattern.startswith("stdlib:"):  # what is installed beside the library is not the library
        paths = [path for path in paths if path.relative_to(folder).parts[0] not in BESIDE]
    if not paths:
        why = "no file there matches" if folder.is_dir() else "that folder does not exist"
        if source.reader == SAVED and (found := saved.others(matching)):
            why = f"there are no Parquet or Arrow files, which its reader takes, but {found}: use the reader for these"
        raise SourceError(
            f"Source '{source.name}': '{pattern}' was looked for in {folder}, but {why}. "
            "Correct `path` in the recipe, or its `data` (the folder that paths start from)."
        )
    for path in paths:
        yield Listed(escaped(path.relative_to(folder).as_posix()), escaped(str(path)), path.stat().st_size)


def _is_file(source: str, path: Path) -> bool:
    """Whether a path is a file. SourceError for a link to nothing, or in a circle, which nothing could be read from."""
    if path.is_symlink() and not path.exists():
        raise SourceError(
            f"Source '{source}': {escaped(str(path))} is a link that leads to no file. Remove it, or narrow `path`."
        )
    return path.is_file()


def _base(source: str, pattern: str, data_root: Path) -> tuple[Path, str]:
    """The folder that a pattern starts from, and the pattern inside it."""
    scheme, colon, inner = pattern.partition(":")
    if colon and scheme == "stdlib":
        return Path(sysconfig.get_paths()["stdlib"]), inner
    if colon and scheme == "package":
        return _package_folder(source, inner.split("/")[0]), inner
    return data_root, pattern


def _package_folder(source: str, package: str) -> Path:
    """The folder that holds an installed package's own folder. Raises ExtraError if it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        what = f"'.[{EXTRAS[package]}]' in EMMA's folder" if package in EXTRAS else package
        raise ExtraError(
            f"Source '{source}' reads files of the Python package '{package}', which is not installed. "
            f"Install it with: pip install {what}"
        )
    return Path(next(iter(spec.submodule_search_locations))).parent
