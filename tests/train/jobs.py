"""Runs of the train stage that stop on the way, in this process or in one of its own (this file as a program)."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from emma.store.artifact import Artifact
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

PATIENCE_S = 400
"""Seconds for all jobs together: on a machine that has other work, too."""


@dataclass(frozen=True)
class Job:
    """One run of the stage."""

    inputs: str
    """Folder of the inputs."""
    store: str
    key: str
    section: dict[str, Any] = field(default_factory=dict)
    stop: int | None = None
    """Step (from 0) at which something happens, `what`, in the process `who` or in all."""
    what: str = "kill"
    who: int | None = None

    @property
    def out(self) -> Path:
        return Path(self.store) / "train" / self.key

    def artifacts(self) -> dict[str, Artifact]:
        inputs = Path(self.inputs)
        packed = Artifact(inputs / "pack", "pack", parts={"packed": (Artifact(inputs / "part", "part"),)})
        return {"adapt": Artifact(inputs / "adapt", "adapt"), "pack": packed, "mix": Artifact(inputs / "mix", "mix")}

    def work(self) -> Work:
        self.out.mkdir(parents=True, exist_ok=True)
        return Work(Path(self.store), "train", 1, self.key, self.out, Local(1), Reporter(quiet=True))


class EndError(Exception):
    """Training ends here, as if the process had died, but later jobs go on."""


def run(job: Job, rank: int) -> None:
    """Run a job to its end, or to where it stops."""
    from emma.train import run as stage
    from emma.train.config import TrainConfig
    from emma.work import interrupt

    take, peak = stage.take_step, stage.peak_flops

    def stopping(training: Any, step: int) -> tuple[float, float]:
        if step == job.stop and job.who in (None, rank):
            if job.what == "raise":
                raise EndError
            os.kill(os.getpid(), signal.SIGKILL if job.what == "kill" else signal.SIGTERM)
        return take(training, step)

    stage.take_step, stage.peak_flops = stopping, lambda *_: None  # measuring it takes longer than these runs
    interrupt.listen()
    try:
        stage.train(TrainConfig.model_validate(job.section), **job.artifacts(), work=job.work())
    except EndError:
        pass
    except KeyboardInterrupt:
        (job.out / f"stopped-{rank}").write_text(str(interrupt.exit_code()))
    finally:
        stage.take_step, stage.peak_flops = take, peak


def start(jobs: Sequence[Job], folder: Path, count: int = 1) -> list[int]:
    """Run jobs in `count` processes of their own; returns their exit codes."""
    path = folder / f"jobs-{count}.json"
    path.write_text(json.dumps([asdict(each) for each in jobs]))
    arguments = [sys.executable, "-m", "tests.train.jobs", str(path), str(count)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    started = [subprocess.Popen([*arguments, str(rank)], env=environment) for rank in range(count)]
    return [each.wait(timeout=PATIENCE_S) for each in started]


def main(path: Path, count: int, rank: int) -> None:
    """One of the processes."""
    from torch.distributed import FileStore

    from emma.train.config import TrainConfig
    from emma.train.ranks import Launch, process_group

    jobs = [Job(**each) for each in json.loads(path.read_text())]
    launch = Launch(FileStore(str(path.with_suffix(".meet")), count), rank, count)
    with process_group(TrainConfig(device="cpu"), launch):
        for each in jobs:
            run(each, rank)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
