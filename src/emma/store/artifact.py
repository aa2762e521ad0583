"""An artifact: a folder of files and a manifest, complete once it has its manifest.

It is written under another name, its manifest last, then renamed into place in one step, so a folder at its final name
is complete. Where an object store stands behind the local one, files come from there when they are asked for, and the
folder is copied there before the rename: what is finished here is finished there.
"""

import errno
import os
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from emma.errors import ArtifactError, EmmaError
from emma.store import manifest as manifests
from emma.store import remote
from emma.store.files import join_inside
from emma.store.manifest import MANIFEST, FileFacts, Manifest, PartEntry

MINIMUM_FREE_BYTES = 64 * 1024
"""A disk with less is full for our purposes."""


@dataclass(frozen=True)
class Artifact:
    """A finished folder of the store."""

    path: Path
    """Its folder, to which files come when they are asked for: open its files through `file`, `find` or `folder`."""
    key: str
    counts: Mapping[str, int] = field(default_factory=dict)
    """Numbers that its maker counted: rows in, rows out, tokens, and so on."""
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
        """A file or folder that not every artifact of its kind has; None where this one never had it."""
        files, path = self._files(), join_inside(self.path, name, f"What was asked of {self.path}", links=True)
        names = [file for file in files if file == name or file.startswith(f"{name}/")]
        for file in names:
            ensure_file(self.path, self.url, file, files[file])
        return path if names or path.exists() else None

    def folder(self) -> Path:
        """The folder with all of its files."""
        for name, facts in self._files().items():
            ensure_file(self.path, self.url, name, facts)
        return self.path

    def _files(self) -> dict[str, FileFacts]:
        """Size and hash of each file; nothing for a folder from elsewhere, such as a base model's."""
        manifest = manifests.read(self.path, self.url)
        return {} if manifest is None else manifest["files"]


def ensure_file(folder: Path, url: str | None, name: str, facts: FileFacts) -> None:
    """See to it that a file of an artifact is here and has its size. Raises ArtifactError when it cannot be."""
    path = join_inside(folder, name, folder / MANIFEST)
    size = path.stat().st_size if path.exists() else None
    # Sizes only: hashing every file that is opened would read each twice. `emma status --verify` compares hashes.
    if size == facts["bytes"]:
        return
    if url is not None:
        remote.fetch(f"{url}/{name}", path, facts)
        return
    raise ArtifactError(
        f"{path} has {size if size is not None else 'no'} bytes, its manifest says {facts['bytes']}. "
        f"Delete {folder} and run again to rebuild it."
    )


def find_all(artifacts: Sequence[Artifact], name: str) -> list[Path | None]:
    """The file of this name of each artifact that has one, brought here several at a time."""
    # Threads pay only where a request waits for the network.
    if all(artifact.url is None for artifact in artifacts):
        return [artifact.find(name) for artifact in artifacts]
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
    # Parts are named from the root: a folder that was moved or copied elsewhere would point at others.
    if depth > len(path.parents) or root not in (None, path.parents[depth - 1]):
        raise manifests.damage_error(path, f"it is of a folder {depth} below the store")
    root, root_url = path.parents[depth - 1], remote.parent_url(url, depth)
    if _is_any_missing([part["path"] for parts in manifest["parts"].values() for part in parts], root, root_url):
        return None
    parts = {
        name: tuple(_part(shard, root, root_url) for shard in shards) for name, shards in manifest["parts"].items()
    }
    # In an object store each file would be a request; they are compared when they are opened.
    for name, facts in manifest["files"].items() if url is None else ():
        ensure_file(path, url, name, facts)
    return Artifact(path, manifest["key"], manifest["counts"], parts, url)


def _part(part: PartEntry, root: Path, root_url: str | None) -> Artifact:
    return Artifact(root / part["path"], part["key"], part["counts"], {}, remote.join_url(root_url, part["path"]))


def _is_any_missing(parts: Sequence[str], root: Path, root_url: str | None) -> bool:
    """Whether one of these folders is nowhere. In an object store, listing their parents is much faster than asking."""
    absent = [part.rpartition("/") for part in parts if not (root / part / MANIFEST).exists()]
    if root_url is None or not absent:
        return bool(absent)
    there = {
        folder: remote.list_names(f"{root_url}/{folder}") for folder in sorted({folder for folder, _, _ in absent})
    }
    return any(key not in there[folder] for folder, _, key in absent)


@contextmanager
def staging(path: Path) -> Iterator[Path]:
    """A fresh folder beside `path` to write into; the caller ends with `commit`. Removed if anything goes wrong."""
    # Named after host and process: machines that share a file system may make the same artifact at once.
    temporary = path.with_name(f"{path.name}.{socket.gethostname()}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        with explain_full_disk(path):
            temporary.mkdir(parents=True)
            yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def explain_full_disk(path: Path) -> Iterator[None]:
    """Raise ArtifactError, with what to free, where the disk of `path` takes no more; other errors as they are."""
    try:
        yield
    except EmmaError:
        raise
    except Exception as error:
        if not is_disk_full(error, path):
            raise
        raise ArtifactError(
            f"Could not write {path}: {error}. Nothing half-written was kept. Free some space on that disk: `emma "
            "clean` shows what a home holds that no run needs; or choose another (--home; --to of an export). The same "
            "command goes on where it stopped."
        ) from error


def is_disk_full(error: Exception, path: Path) -> bool:
    """Whether `error` means that the disk of `path` takes no more.

    Libraries that write (Arrow, safetensors, torch) wrap the system's error in their own, so a disk without room
    counts too, whatever was raised.
    """
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}:
        return True
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    return shutil.disk_usage(existing).free < MINIMUM_FREE_BYTES


def commit(
    temporary: Path,
    path: Path,
    *,
    root: Path,
    made_by: Mapping[str, object],
    key: str,
    counts: Mapping[str, int],
    parts: Mapping[str, tuple[Artifact, ...]] | None = None,
    url: str | None = None,
) -> Artifact:
    """Write the manifest into `temporary`, publish it at `url` if given, and rename the folder to `path`.

    Whoever comes second keeps the first.
    """
    parts = parts or {}
    manifest: Manifest = {
        "format": manifests.FORMAT,
        "key": key,
        "made_by": dict(made_by),
        "made_with": manifests.software_versions(),
        "depth": len(path.relative_to(root).parts),
        "files": manifests.describe_files(temporary),
        "counts": dict(counts),
        "parts": {name: [_entry(shard, root) for shard in shards] for name, shards in parts.items()},
    }
    (temporary / MANIFEST).write_bytes(manifests.dump(manifest))
    # What another machine published first is what others may have read by now: it stays, and ours is dropped.
    is_ours = url is None or publish(temporary, manifest["files"], url)
    if not is_ours and (existing := load(path, url, root)) is not None:
        return existing
    if path.exists() and load(path, url, root) is None:  # what an interrupted deletion left, or an earlier format
        shutil.rmtree(path)
    if not path.exists():
        temporary.rename(path)
    return Artifact(path, key, dict(counts), parts, url)


def _entry(part: Artifact, root: Path) -> PartEntry:
    """A part as its owner's manifest has it: enough to use it without reading its own."""
    return {"path": part.path.relative_to(root).as_posix(), "key": part.key, "counts": dict(part.counts)}


def publish(folder: Path, names: Iterable[str], url: str) -> bool:
    """Copy a finished folder into an object store, its manifest last; False where somebody else was faster."""
    if remote.read_file(f"{url}/{MANIFEST}") is not None:
        return False
    remote.upload_all(folder, names, url)
    remote.upload(folder / MANIFEST, f"{url}/{MANIFEST}")
    return True
