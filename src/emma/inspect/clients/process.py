"""A client in a process of its own: a script that is asked in JSON and answers in JSON and arrays."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emma.store.files import write_json

SCRIPTS = Path(__file__).parent / "scripts"
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
}
"""Nothing is fetched: what a release lacks must be missed. And no bars."""
ANSWER = "answer.json"


class ClientError(Exception):
    """A client that could not open what it was given. The message is the client's own."""


@dataclass(frozen=True)
class Answer:
    """What a script answered."""

    folder: Path
    fields: dict[str, Any]

    def array(self, name: str) -> NDArray[Any]:
        """An array that the script saved; it is mapped, not read."""
        array: NDArray[Any] = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return array


def ask_script(name: str, question: dict[str, Any], scratch: Path, python: Path | None = None) -> Answer:
    """Run a script with a question and read its answer. Raises ClientError with its last words when it fails.

    `scratch` is a folder that exists; the script gets one of its own inside. `python` is the interpreter: this one
    where none is named.
    """
    folder = scratch / name
    folder.mkdir()
    write_json(folder / "question.json", question)
    command = [python or sys.executable, SCRIPTS / f"{name}.py", folder / "question.json", folder / ANSWER]
    # A path of EMMA's own environment would give another interpreter the wrong packages.
    environment = {**os.environ, **OFFLINE}
    if python is not None:
        environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, capture_output=True, check=False, env=environment, cwd=folder)
    if done.returncode or not (folder / ANSWER).exists():
        raise ClientError(last_words(done.stderr) or f"it ended with exit code {done.returncode}")
    # The standard library's JSON: an answer may hold NaN, which is a finding, and which orjson refuses.
    return Answer(folder, json.loads((folder / ANSWER).read_text(encoding="utf-8")))


def last_words(stderr: bytes) -> str:
    """The last line that says anything."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")
