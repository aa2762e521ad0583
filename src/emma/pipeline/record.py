"""The record of a run in its folder: which artifact each stage gave, what it cost, and links to report and release."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from emma.errors import ArtifactError
from emma.store.artifact import Artifact
from emma.store.files import read_json, replace_file, write_json

LOCK = "lock.json"
"""Name of the file in a run's folder with the address of each stage's artifact."""
BEGUN = "begun.json"
"""Name of the file in a run's folder with the address of each artifact that was begun last and is not done."""
LINKED_STAGES = ("report", "release")
"""Stages whose results people open: they get a link in the run's folder."""


class Record:
    """What a run has come to so far. Whoever has one says where its folder is."""

    @property
    def path(self) -> Path:
        """The run's folder."""
        raise NotImplementedError

    def begin(self, stage: str, key: str) -> None:
        """Note that a stage has begun: until it is done, its checkpoints are found by this."""
        self._note(BEGUN, {**self.begun, stage: key})

    def record(self, stage: str, artifact: Artifact, event: Mapping[str, Any]) -> None:
        """Note that a stage is done."""
        self._note(LOCK, {**self.addresses, stage: artifact.key})
        if stage in self.begun:
            self._note(BEGUN, {name: key for name, key in self.begun.items() if name != stage})
        # Appended, and never rewritten: it is the history of the run, `lock.json` its present state.
        with (self.path / "events.jsonl").open("ab") as events:
            line = {"stage": stage, "key": artifact.key, **event}
            events.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        if stage in LINKED_STAGES:
            artifact.folder()
            link = self.path / stage
            link.unlink(missing_ok=True)
            # Relative, so that a home can be moved or copied whole.
            link.symlink_to(os.path.relpath(artifact.path, self.path))

    @property
    def addresses(self) -> dict[str, str]:
        """Stage to artifact address, as of the last run."""
        return self._read(LOCK)

    @property
    def begun(self) -> dict[str, str]:
        """Stage to artifact address, of those that were begun and are not done."""
        return self._read(BEGUN)

    def _note(self, name: str, stages: Mapping[str, str]) -> None:
        with replace_file(self.path / name) as path:
            write_json(path, stages)

    def _read(self, name: str) -> dict[str, str]:
        path = self.path / name
        stages: dict[str, str] = read_json(path) if path.exists() else {}
        if not isinstance(stages, dict) or not all(isinstance(key, str) for key in stages.values()):
            raise ArtifactError(f"{path} does not name an artifact of each stage. Delete {self.path} and run again.")
        return stages
