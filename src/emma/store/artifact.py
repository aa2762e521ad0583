"""An artifact: a folder of files and a manifest, written under another name and renamed into place.

The manifest is written last and the rename is one step, so a folder at its final name is complete. Nothing in a
manifest depends on time, host or process: the same inputs give the same bytes.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emma.errors import ArtifactError, EmmaError
from emma.store.address import file_digest

MANIFEST = "manifest.json"
MINIMUM_FREE = 64 * 1024
"""Bytes; a disk with less is full for our purposes."""


@dataclass(frozen=True)
class Artifact:
    """A finished folder of the store."""

    path: Path
    key: str
    counts: Mapping[str, int] = field(default_factory=dict)
    """What the maker counted: rows in, rows out, tokens, and so on."""
    parts: Mapping[str, tuple["Artifact", ...]] = field(default_factory=dict)
    """Named lists of further artifacts, one a shard: `parts["documents"]`."""

    def file(self, name: str) -> Path:
        """A file or folder of this artifact; ArtifactError if it is not there."""
        path = self.path / name
        if not path.exists():
            raise ArtifactError(
                f"'{name}' is missing from {self.path}. Delete that folder and run again to rebuild it."
            )
        return path


def load(path: Path) -> Artifact | None:
    """The artifact at `path`, or None when it was never finished or one of its parts is gone, so must be made again.

    Raises ArtifactError when the manifest cannot be read or a file has another size than it says.
    """
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{path / MANIFEST} is damaged ({error}). Delete {path} and run again.") from None
    for name, facts in manifest["files"].items():
        found = (path / name).stat().st_size if (path / name).exists() else None
        if found != facts["bytes"]:
            raise ArtifactError(
                f"{path / name} has {found if found is not None else 'no'} bytes, its manifest says {facts['bytes']}. "
                f"Delete {path} and run again to rebuild it."
            )
    root = path.parents[manifest["depth"] - 1]
    parts: dict[str, tuple[Artifact, ...]] = {}
    for name, paths in manifest["parts"].items():
        found_parts = [load(root / each) for each in paths]
        parts[name] = tuple(part for part in found_parts if part is not None)
        if len(parts[name]) < len(paths):
            return None
    return Artifact(path, manifest["key"], manifest["counts"], parts)


@contextmanager
def staging(path: Path) -> Iterator[Path]:
    """A fresh folder beside `path` to write into; the caller ends with `commit`. Removed if anything goes wrong."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
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
) -> Artifact:
    """Write the manifest into `temporary` and rename the folder to `path`. Whoever comes second keeps the first."""
    parts = parts or {}
    depth = len(path.relative_to(root).parts)
    manifest = {
        "key": key,
        "made_by": made_by,
        "depth": depth,
        "files": _facts(temporary),
        "counts": dict(counts),
        "parts": {name: [each.path.relative_to(root).as_posix() for each in shards] for name, shards in parts.items()},
    }
    (temporary / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False))
    if path.exists() and load(path) is None:  # what an interrupted deletion left
        shutil.rmtree(path)
    if not path.exists():
        temporary.rename(path)
    return Artifact(path, key, dict(counts), parts)


def _facts(folder: Path) -> dict[str, dict[str, Any]]:
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    return {
        each.relative_to(folder).as_posix(): {"bytes": each.stat().st_size, "sha256": file_digest(each)}
        for each in files
    }
