"""An artifact: a folder of files and a manifest, complete once it has its manifest.

Where an object store stands behind the local one, files come from there when they are asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emma.errors import ArtifactError
from emma.store import manifest as manifests
from emma.store import remote
from emma.store.files import join_inside
from emma.store.manifest import MANIFEST


@dataclass(frozen=True)
class Artifact:
    """A finished folder of the store."""

    path: Path
    """Where it is, or comes to when asked for: open its files through `file`, `find` or `folder`."""
    key: str
    counts: Mapping[str, int] = field(default_factory=dict)
    """What the maker counted: rows in, rows out, tokens, and so on."""
    parts: Mapping[str, tuple["Artifact", ...]] = field(default_factory=dict)
    """Named lists of further artifacts, one a shard: `parts["documents"]`."""
    url: str | None = None
    """The same folder in an object store, if there is one."""

    def file(self, name: str) -> Path:
        """A file or folder of this artifact; ArtifactError if it is not there or is not what was written."""
        path = self.find(name)
        if path is None:
            raise ArtifactError(
                f"'{name}' is missing from {self.url or self.path}. Delete that folder and run again to rebuild it."
            )
        return path

    def find(self, name: str) -> Path | None:
        """As `file`, for what not every artifact of its kind has: None where this one never had it."""
        files, path = self._files(), join_inside(self.path, name, f"What was asked of {self.path}", links=True)
        found = [each for each in files if each == name or each.startswith(f"{name}/")]
        for each in found:
            have(self.path, self.url, each, files[each])
        return path if found or path.exists() else None

    def folder(self) -> Path:
        """The folder with all of its files."""
        for name, facts in self._files().items():
            have(self.path, self.url, name, facts)
        return self.path

    def _files(self) -> dict[str, dict[str, Any]]:
        """Size and hash of each file; nothing for a folder from elsewhere, such as a base model's."""
        manifest = manifests.read(self.path, self.url) or {}
        files: dict[str, dict[str, Any]] = manifest.get("files", {})
        return files


def have(folder: Path, url: str | None, name: str, facts: Mapping[str, Any]) -> None:
    """See to it that a file of an artifact is here and whole. Raises ArtifactError when it cannot be."""
    path = join_inside(folder, name, folder / MANIFEST)
    found = path.stat().st_size if path.exists() else None
    if found == facts["bytes"]:
        return
    if url is not None:
        remote.fetch(f"{url}/{name}", path, facts)
        return
    raise ArtifactError(
        f"{path} has {found if found is not None else 'no'} bytes, its manifest says {facts['bytes']}. "
        f"Delete {folder} and run again to rebuild it."
    )


def find_all(artifacts: Sequence[Artifact], name: str) -> list[Path | None]:
    """The file of this name of each artifact that has one, brought here several at a time."""
    if all(each.url is None for each in artifacts):
        return [each.find(name) for each in artifacts]
    return remote.map_at_once(Artifact.find, artifacts, [name] * len(artifacts))


def load(path: Path, url: str | None = None, root: Path | None = None) -> Artifact | None:
    """The artifact at `path`, or in the object store at `url`; None when it was never finished, or one of its parts is
    gone, so must be made again. `root` is the store's, where that is known.

    Raises ArtifactError when the manifest cannot be read or is of another place, or a file has another size than it
    says; those of the parts, and those in an object store, are looked at when they are opened.
    """
    manifest = manifests.read(path, url)
    if manifest is None:
        return None
    depth = manifest["depth"]
    if depth > len(path.parents) or root not in (None, path.parents[depth - 1]):
        raise manifests.damaged(path, f"it is of a folder {depth} below the store")
    root, root_url = path.parents[depth - 1], remote.parent_url(url, depth)
    if _lost([part["path"] for parts in manifest["parts"].values() for part in parts], root, root_url):
        return None
    parts = {name: tuple(_part(each, root, root_url) for each in shards) for name, shards in manifest["parts"].items()}
    for name, facts in manifest["files"].items() if url is None else ():
        have(path, url, name, facts)
    return Artifact(path, manifest["key"], manifest["counts"], parts, url)


def _part(part: Mapping[str, Any], root: Path, root_url: str | None) -> Artifact:
    return Artifact(root / part["path"], part["key"], part["counts"], {}, remote.join_url(root_url, part["path"]))


def _lost(parts: Sequence[str], root: Path, root_url: str | None) -> bool:
    """Whether one of these folders is nowhere. In an object store, listing their parents is much faster than asking."""
    absent = [part.rpartition("/") for part in parts if not (root / part / MANIFEST).exists()]
    if root_url is None or not absent:
        return bool(absent)
    there = {
        folder: remote.list_names(f"{root_url}/{folder}") for folder in sorted({folder for folder, _, _ in absent})
    }
    return any(key not in there[folder] for folder, _, key in absent)
