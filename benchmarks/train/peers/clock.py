"""Times the steps of any trainer from the outside: a hook that torch calls after every optimiser step.

A script calls `start` once torch is there, and `write` at its end.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from torch.optim.optimizer import register_optimizer_step_post_hook

STEPS: list[tuple[float, float]] = []
"""When each step was done: seconds of the clock, and CPU seconds of this process since it began."""


def start() -> None:
    """Note the time after every step from now on."""

    def note(*_: Any) -> None:
        STEPS.append((time.time(), time.process_time()))

    register_optimizer_step_post_hook(note)


def write(loss: float | None = None) -> None:
    """Write what was noted to the file that the environment names."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    found = {"steps": STEPS, "began": began(), "peak_bytes": peak, "loss": loss}
    Path(os.environ["CLOCK"]).write_text(json.dumps(found), encoding="utf-8")


def began() -> float:
    """When this process was started, by the clock."""
    fields = Path("/proc/self/stat").read_text().rpartition(") ")[2].split()
    since_boot = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    up = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - up + since_boot


if __name__ == "__main__":
    sys.exit("imported by the scripts beside it")
