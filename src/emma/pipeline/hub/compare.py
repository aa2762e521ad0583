"""What a repository of the hub has against what it should have: names, sizes and hashes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from emma.pipeline.hub.uploads import Kind, Upload
from emma.pipeline.released import CARD
from emma.release.metadata import MARK
from emma.store.address import file_digest

OWN: Mapping[Kind, tuple[str, ...]] = {
    "model": ("*.safetensors", "*.json", "*.jinja", "tokenizer.*", "languages.csv", "ledger.*"),
    "dataset": ("data/*", "results/*", "languages.csv", "ledger.*"),
}
"""Names of files that releases write: those that a later release lacks are deleted, the owner's own are left."""
SETTINGS = ".gitattributes"
"""The hub's own file in every repository."""


@dataclass(frozen=True)
class Difference:
    """A repository against an upload: paths, each sorted."""

    send: tuple[str, ...]
    """New or changed."""
    same: tuple[str, ...]
    """There already, byte for byte."""
    delete: tuple[str, ...]
    """Of an earlier release, and not in this one."""
    leave: tuple[str, ...]
    """Of the owner's own, and not touched."""


def compare_repository(upload: Upload, there: Mapping[str, Any]) -> Difference:
    """Compare by size and hash; `there` are the client's facts of each file of the repository (`RepoFile`), by path."""
    same = {path for path in upload.files if path in there and is_same(upload.folder / path, there[path])}
    others = [path for path in there if path not in upload.files and path != SETTINGS]
    delete = {path for path in others if any(fnmatchcase(path, pattern) for pattern in OWN[upload.kind])}
    return Difference(
        send=tuple(sorted(set(upload.files) - same)),
        same=tuple(sorted(same)),
        delete=tuple(sorted(delete)),
        leave=tuple(sorted(set(others) - delete)),
    )


def is_same(path: Path, there: Any) -> bool:
    """Whether a file has the size and the hash that the hub states: SHA-256 of a large one, git's of any other."""
    if path.stat().st_size != there.size:
        return False
    if there.lfs is not None:
        return bool(file_digest(path) == there.lfs.sha256)
    return bool(hash_for_git(path.read_bytes()) == there.blob_id)


def hash_for_git(content: bytes) -> str:
    """The name that git gives a file's content: SHA-1 of its length and itself."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def find_overwritten(difference: Difference, there: Iterable[str], tags: Iterable[str]) -> list[str]:
    """Files of a repository that no release has written, and that this one would replace or delete.

    A card alone is no reason: the hub writes one when it is asked for a repository with a licence.
    """
    if MARK in tags:
        return []
    replaced = {*difference.send, *difference.delete} & set(there)
    return sorted(replaced - {CARD})
