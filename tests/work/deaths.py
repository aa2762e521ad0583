"""Tasks whose worker is killed, as the kernel does when memory runs out."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

from emma.errors import SourceError


def dies(out: Path, item: int, deaths: int, folder: str) -> Mapping[str, int]:
    """Write a value; item 0 kills its own process the first `deaths` times, half-way through."""
    (out / "value.txt").write_text(str(item))
    with (Path(folder) / f"{item}-{os.getpid()}").open("a"):  # one file a process that had it
        pass
    if item == 0 and len(list(Path(folder).glob("0-*"))) <= deaths:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"rows": 1}


def refuse(out: Path, item: int) -> Mapping[str, int]:
    """Fail with an error that a reader of a bad file would raise."""
    raise SourceError(f"row {item} is bad")
