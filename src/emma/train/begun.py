"""The files of a training that is under way, or was when it was stopped: what it is, and its checkpoints.

No torch is loaded for it: `emma status` asks too.
"""

import os
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from emma.errors import ArtifactError
from emma.store.files import read_json, replace_file, write_json

NOTE_FILE = "training.json"
"""File beside the checkpoints that says what they are of."""
LOG_FILE, SETUP_FILE = "train.jsonl", "train.json"
"""Files in the run's folder of logs: a row for every log step, and what the speeds in those were measured on, which
`emma plan` reads to find a run like the one it plans."""
PREFIX, UNFINISHED = "step-", ".tmp"
"""Beginning of the name of a checkpoint's folder, and the end of one that is being written."""


class StartedFrom(TypedDict):
    """Whose weights a training started from, in its record."""

    run: str
    step: int
    tokens: int
    """Tokens that they had been trained on, since that training's own start."""
    artifact: str
    """Address of the artifact that holds them."""
    started_from: NotRequired["StartedFrom"]
    """Where that training had started, if it was going on from another itself."""


class TrainingNote(TypedDict):
    """The contents of NOTE_FILE."""

    steps: int
    """Steps in all."""
    train: dict[str, Any]
    """The `[train]` section, with no setting left open."""
    model: str
    """Folder of the model before the first step; in the file, from where that lies."""
    started_from: StartedFrom | None


def checkpoint_folder(scratch: Path, step: int) -> Path:
    """The folder of the checkpoint after `step` steps."""
    return scratch / f"{PREFIX}{step:09}"


def list_checkpoints(scratch: Path) -> dict[int, Path]:
    """The finished checkpoints of a training, by step, the oldest first."""
    paths = sorted(path for path in scratch.glob(f"{PREFIX}*") if path.suffix != UNFINISHED)
    return {int(path.name.removeprefix(PREFIX)): path for path in paths}


def write_note(scratch: Path, note: TrainingNote) -> None:
    """Write what the checkpoints in this folder will be of."""
    # From here, so that a home can be moved or copied whole.
    model = os.path.relpath(note["model"], scratch)
    with replace_file(scratch / NOTE_FILE) as path:
        write_json(path, {**note, "model": model})


def read_note(scratch: Path) -> TrainingNote:
    """What the checkpoints in this folder are of. ArtifactError where nothing says so."""
    if not (scratch / NOTE_FILE).is_file():
        raise ArtifactError(
            f"{scratch} does not say what its checkpoints are of: they were made before EMMA noted that, or the "
            f"training has not begun yet. Run it again; it goes on from its last checkpoint and writes {NOTE_FILE}."
        )
    note: TrainingNote = read_json(scratch / NOTE_FILE)
    return {**note, "model": os.path.normpath(scratch / note["model"])}
