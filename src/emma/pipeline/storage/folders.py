"""The folders of a store: artifacts of stages, outputs of their tasks, and what else lies there.

A folder is known by its place below the store: `curate/KEY` for a stage's artifact, `curate/decide/KEY` for the output
of one of its tasks. Whatever has no such name is not ours to judge, and is left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from emma.errors import ArtifactError
from emma.evaluate.engine.answers import FOLDER as ANSWERS
from emma.pipeline.base import CHECKED_FOLDER
from emma.pipeline.home import Home
from emma.store import manifest as manifests
from emma.store import remote
from emma.store.address import KEY_LENGTH
from emma.store.artifact import Artifact
from emma.work.work import SCRATCH

KEY = re.compile(rf"[0-9a-f]{{{KEY_LENGTH}}}")
OTHERS = (SCRATCH, ANSWERS, CHECKED_FOLDER)
"""Folders of the store that hold no artifacts."""


@dataclass(frozen=True)
class StoredFolder:
    """An artifact of a stage, or the output of a task."""

    place: str
    """Its path below the store."""
    bytes: int
    """On this disk."""
    mentions: frozenset[str]
    """Addresses of what it was made from."""
    parts: tuple[str, ...]
    """Places of the tasks' outputs that belong to it."""

    @property
    def stage(self) -> str:
        """The stage that made it."""
        return self.place.split("/")[0]

    @property
    def key(self) -> str:
        """Its address."""
        return self.place.rpartition("/")[2]

    @property
    def function(self) -> str | None:
        """Stage and task that made it; None for the artifact of a stage."""
        above = self.place.rpartition("/")[0]
        return above if "/" in above else None


@dataclass(frozen=True)
class StoreFolders:
    """The folders of a home's store; each is read when it is first asked for."""

    home: Home

    @cached_property
    def artifacts(self) -> dict[str, str]:
        """Place of each stage's artifact, by its address."""
        return {name: f"{stage}/{name}" for stage in self._stages for name in list_names(self.home.store / stage, KEY)}

    @cached_property
    def tasks(self) -> list[str]:
        """Places of the outputs of tasks."""
        return [
            f"{stage}/{function}/{name}"
            for stage in self._stages
            for function in list_names(self.home.store / stage)
            if not KEY.fullmatch(function)
            for name in list_names(self.home.store / stage / function, KEY)
        ]

    @property
    def _stages(self) -> list[str]:
        return [name for name in list_names(self.home.store) if name not in OTHERS]

    def read(self, place: str) -> StoredFolder:
        """One folder. Raises ArtifactError for a manifest that is damaged: what it names is not known then."""
        # The outputs of tasks have no parts: their manifests need not come from an object store.
        url = remote.join_url(self.home.url, place) if place.count("/") == 1 else None
        folder = self.home.store / place
        manifest = manifests.read(folder, url)
        made_by, parts = (manifest["made_by"], manifest["parts"]) if manifest is not None else ({}, {})
        names = tuple(part["path"] for each in parts.values() for part in each)
        return StoredFolder(place, count_bytes(folder), frozenset(find_keys(made_by)), names)

    def read_any(self, place: str) -> StoredFolder:
        """One folder, also where its manifest says nothing any more."""
        try:
            return self.read(place)
        except ArtifactError:
            return StoredFolder(place, count_bytes(self.home.store / place), frozenset(), ())


def list_names(folder: Path, form: re.Pattern[str] | None = None) -> list[str]:
    """The names of the folders in a folder, sorted; those of a form, where one is given."""
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if path.is_dir())
    return sorted(name for name in names if form is None or form.fullmatch(name))


def count_bytes(folder: Path) -> int:
    """Bytes of all files below a folder that are on this disk; 0 where there is none."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def size_artifact(artifact: Artifact) -> int:
    """Bytes of an artifact and its parts that are on this disk."""
    return sum(count_bytes(each.path) for each in (artifact, *(part for of in artifact.parts.values() for part in of)))


def find_keys(made_by: Any) -> Iterator[str]:
    """All addresses in what something is made by, wherever they stand."""
    if isinstance(made_by, str) and KEY.fullmatch(made_by):
        yield made_by
    elif isinstance(made_by, dict | list):
        for value in made_by.values() if isinstance(made_by, dict) else made_by:
            yield from find_keys(value)
