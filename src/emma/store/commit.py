"""Finishing an artifact: written under another name, its manifest last, then renamed into place in one step.

So a folder at its final name is complete. Where an object store stands behind the local one, the folder is copied there
before the rename: what is finished here is finished there.
"""

import errno
import os
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emma.errors import ArtifactError, EmmaError
from emma.store import manifest as manifests
from emma.store import remote
from emma.store.artifact import Artifact, load
from emma.store.manifest import MANIFEST

MINIMUM_FREE = 64 * 1024
"""Bytes; a disk with less is full for our purposes."""


@contextmanager
def staging(path: Path) -> Iterator[Path]:
    """A fresh folder beside `path` to write into; the caller ends with `commit`. Removed if anything goes wrong."""
    temporary = path.with_name(f"{path.name}.{socket.gethostname()}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
        yield temporary
    except EmmaError:
        raise
    except Exception as error:
        if cannot_write(error, path):
            raise ArtifactError(
                f"Could not write {path}: {error}. Nothing half-written was kept. "
                "Free some space or choose another --home; the same command goes on where it stopped."
            ) from error
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def cannot_write(error: Exception, path: Path) -> bool:
    """Whether `error` means that the disk of `path` takes no more.

    Libraries that write (Arrow, safetensors, torch) wrap the system's error in their own, so a disk without room
    counts too, whatever was raised.
    """
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}:
        return True
    place = next(each for each in (path, *path.parents) if each.exists())
    return shutil.disk_usage(place).free < MINIMUM_FREE


def commit(
    temporary: Path,
    path: Path,
    *,
    root: Path,
    made_by: Mapping[str, Any],
    key: str,
    counts: Mapping[str, int],
    parts: Mapping[str, tuple[Artifact, ...]] | None = None,
    url: str | None = None,
) -> Artifact:
    """Write the manifest into `temporary`, publish it at `url` if given, and rename the folder to `path`.

    Whoever comes second keeps the first.
    """
    parts = parts or {}
    manifest: manifests.Manifest = {
        "format": manifests.FORMAT,
        "key": key,
        "made_by": made_by,
        "made_with": manifests.made_with(),
        "depth": len(path.relative_to(root).parts),
        "files": manifests.file_facts(temporary),
        "counts": dict(counts),
        "parts": {name: [_entry(each, root) for each in shards] for name, shards in parts.items()},
    }
    (temporary / MANIFEST).write_bytes(manifests.dump(manifest))
    published = url is None or publish(temporary, manifest["files"], url)
    if not published and (first := load(path, url, root)) is not None:
        return first
    if path.exists() and load(path, url, root) is None:  # what an interrupted deletion left
        shutil.rmtree(path)
    if not path.exists():
        temporary.rename(path)
    return Artifact(path, key, dict(counts), parts, url)


def _entry(part: Artifact, root: Path) -> dict[str, Any]:
    """A part as its owner's manifest has it: enough to use it without reading its own."""
    return {"path": part.path.relative_to(root).as_posix(), "key": part.key, "counts": dict(part.counts)}


def publish(folder: Path, names: Iterable[str], url: str) -> bool:
    """Copy a finished folder into an object store, its manifest last; False where somebody else was faster."""
    if remote.read_file(f"{url}/{MANIFEST}") is not None:
        return False
    remote.upload_all(folder, names, url)
    remote.upload(folder / MANIFEST, f"{url}/{MANIFEST}")
    return True
