"""Manifests: what is in an artifact's folder, what made it, and with which software.

Written last, so a folder that has one is complete. Nothing in a manifest depends on time, host or process.
"""

import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import orjson

from emma.errors import ArtifactError
from emma.store import remote
from emma.store.address import file_digest
from emma.store.files import join_inside, replace_file

MANIFEST = "manifest.json"
FORMAT = 2
"""Raised when manifests of before can no longer be read; their artifacts are made again."""
PACKAGES = ("emma", "numpy", "numba", "pyarrow", "tokenizers", "torch", "transformers")
"""Packages whose releases may change an artifact's bytes."""


class FileFacts(TypedDict):
    """A file of an artifact; manifests of old have no hash."""

    bytes: int
    sha256: NotRequired[str]


class PartEntry(TypedDict):
    """A part of an artifact: enough to use it without reading its own manifest."""

    path: str
    """Relative to the store's root."""
    key: str
    counts: dict[str, int]


class Manifest(TypedDict):
    """The contents of a manifest."""

    format: int
    key: str
    made_by: dict[str, Any]
    """Stage, version, settings and inputs: JSON values whose hash is the key."""
    made_with: NotRequired[dict[str, str]]
    depth: int
    """Folders between the artifact and the store's root."""
    files: dict[str, FileFacts]
    counts: dict[str, int]
    parts: dict[str, list[PartEntry]]


def read(folder: Path, url: str | None = None) -> Manifest | None:
    """The manifest of a folder, brought here from `url` when only that has it; None when neither does.

    None too for one of an earlier format, so that its artifact is made again. Raises ArtifactError for one that
    cannot be read, or that names files outside of its folder.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()  # and not `exists` first: another process may delete it in between
    except FileNotFoundError:
        fetched = None if url is None else remote.read_file(f"{url}/{MANIFEST}")
        if fetched is None:
            return None
        content = save_manifest(folder, fetched)
    return _parse(folder, content)


@lru_cache(maxsize=64)
def _parse(folder: Path, content: bytes) -> Manifest | None:
    """The manifest in these bytes. Remembered: one of thousands of files is asked for each of them."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise damage_error(folder, str(error)) from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        return None
    if not _is_complete(value):
        raise damage_error(folder, "it does not say what manifests say")
    for name in _list_names(value):
        join_inside(folder, name, folder / MANIFEST, links=True)
    manifest: Manifest = value  # type: ignore[assignment]  # _is_complete has looked
    return manifest


def damage_error(folder: Path, what: str) -> ArtifactError:
    """The error for a manifest that cannot be used."""
    return ArtifactError(f"{folder / MANIFEST} is damaged ({what}). Delete {folder} and run again.")


def _is_complete(manifest: dict[str, Any]) -> bool:
    """Whether a manifest says all that is asked of it: anybody may have written one in a shared store."""
    kinds = {"key": str, "made_by": dict, "files": dict, "counts": dict, "parts": dict, "depth": int}
    if not all(isinstance(manifest.get(name), kind) for name, kind in kinds.items()) or manifest["depth"] < 1:
        return False
    parts, files = _list_parts(manifest), manifest["files"].values()
    return all(isinstance(file, dict) and isinstance(file.get("bytes"), int) for file in files) and all(
        isinstance(part, dict) and isinstance(part.get("counts"), dict) and isinstance(part.get("key"), str)
        for part in parts
    )


def _list_parts(manifest: dict[str, Any]) -> list[Any]:
    return [part for parts in manifest["parts"].values() for part in (parts if isinstance(parts, list) else [None])]


def _list_names(manifest: dict[str, Any]) -> list[Any]:
    """All names of files and folders in a manifest."""
    return [*manifest["files"], *(part.get("path") for part in _list_parts(manifest))]


def fetch_manifests(folder: Path, url: str, keys: Iterable[str]) -> None:
    """Bring the manifests of many artifacts of one folder here, as far as they exist, in few requests."""
    # One listing tells which exist: a request for each of thousands of tasks would take minutes.
    absent = [key for key in keys if not (folder / key / MANIFEST).exists()]
    there = remote.list_names(url) if absent else set()
    places = {f"{url}/{key}/{MANIFEST}": folder / key for key in absent if key in there}
    for place, content in remote.read_files(places).items():
        save_manifest(places[place], content)


def save_manifest(folder: Path, content: bytes) -> bytes:
    """Write a manifest that came from elsewhere, in one step; returns it."""
    with replace_file(folder / MANIFEST) as temporary:
        temporary.write_bytes(content)
    return content


def dump(manifest: Manifest) -> bytes:
    """A manifest as bytes, always the same."""
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def describe_files(folder: Path) -> dict[str, FileFacts]:
    """Size and hash of every file of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": file_digest(path)}
        for path in files
    }


@lru_cache(maxsize=1)
def software_versions() -> dict[str, str]:
    """Versions of the software that writes artifacts now. They stand in manifests, and are no part of any address."""
    versions = {"python": ".".join(map(str, sys.version_info[:3])), "unicode": unicodedata.unidata_version}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def version_changes(manifest: Manifest | None) -> list[str]:
    """List how the software that made something differs from today's: `pyarrow 25.0.1 → 26.0.1`."""
    then, now = (manifest.get("made_with", {}) if manifest else {}), software_versions()
    both = sorted(then.keys() & now.keys())
    return [f"{name} {then[name]} → {now[name]}" for name in both if then[name] != now[name]]
