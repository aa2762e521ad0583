"""Which files a source has, and what is in them as hashes: the outside world as an input that can be addressed.

Light on purpose: a run whose corpus is up to date only lists files and compares sizes and times with a cache.
"""

import importlib.util
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emma.collect.config import CollectConfig, SourceConfig
from emma.errors import ExtraError, SourceError
from emma.store.fingerprints import Fingerprints

BESIDE = ("site-packages", "dist-packages")
"""Folders in the library's folder that hold what somebody installed."""
EXTRAS = {"django": "demo"}
"""Packages that one of EMMA's own extras brings."""

Fingerprint = dict[str, list[list[str]]]
"""Source name → [relative file name, SHA-256] in the order of reading."""


@dataclass(frozen=True)
class Listed:
    """A file of a source."""

    name: str
    """Relative to the data folder, to the folder of the installed packages, or to Python's library."""
    path: Path
    bytes: int


def fingerprint(section: CollectConfig, data_root: Path, cache: Path) -> Fingerprint:
    """The files of every source by content. `cache` is a JSON file that remembers hashes by path, size and time.

    Raises SourceError where a source has no files, ExtraError where a package is not installed.
    """
    known = Fingerprints(cache)
    found = {
        source.name: [[each.name, known.of(each.path)] for each in chosen(source, data_root)]
        for source in section.sources
    }
    known.save()
    return found


def chosen(source: SourceConfig, data_root: Path) -> list[Listed]:
    """The files to read, in order: all that are listed, or those within `limit_bytes` (at least one)."""
    files, total = listing(source, data_root), 0
    for count, each in enumerate(files):
        if source.limit_bytes is not None and total >= source.limit_bytes:
            return files[:count]
        total += each.bytes
    return files


def listing(source: SourceConfig, data_root: Path) -> list[Listed]:
    """All files of a source, sorted by name. Raises SourceError where a pattern matches nothing."""
    found = {each.name: each for pattern in source.patterns for each in _match(source.name, pattern, data_root)}
    return [found[name] for name in sorted(found)]


def _match(source: str, pattern: str, data_root: Path) -> Iterator[Listed]:
    folder, inner = _base(source, pattern, data_root)
    paths = [path for path in folder.glob(inner) if path.is_file()] if folder.is_dir() else []
    if pattern.startswith("stdlib:"):  # what is installed beside the library is not the library
        paths = [path for path in paths if path.relative_to(folder).parts[0] not in BESIDE]
    if not paths:
        why = "no file there matches" if folder.is_dir() else "that folder does not exist"
        raise SourceError(
            f"Source '{source}': '{pattern}' was looked for in {folder}, but {why}. "
            "Correct `path` in the recipe, or its `data` (the folder that paths start from)."
        )
    for path in paths:
        yield Listed(path.relative_to(folder).as_posix(), path, path.stat().st_size)


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
