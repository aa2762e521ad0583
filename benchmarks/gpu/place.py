"""Where a step runs: the device, the environment of its processes, its time, and the place of its result."""

import argparse
import datetime
import importlib.metadata
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("torch", "transformers", "tokenizers", "torchao", "numba", "pyarrow")
GRACE = 5
"""Seconds between asking a process to end and ending it."""


def read_arguments(description: str | None, parser: argparse.ArgumentParser, seconds: float) -> argparse.Namespace:
    """The arguments of a step, with what all steps take. Exits where there is no GPU and no dry run is asked for."""
    parser.description, parser.formatter_class = description, argparse.RawDescriptionHelpFormatter
    parser.add_argument("--dry", action="store_true", help="rehearse on a processor, with a tiny model")
    parser.add_argument("--out", type=Path, default=default_out(), help="folder of the result (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=seconds, help="end by then (default: %(default)s)")
    given = parser.parse_args()
    if not given.dry and not has_gpu():
        parser.error("there is no GPU here; --dry rehearses the step on a processor")
    given.out.mkdir(parents=True, exist_ok=True)
    return given


def default_out() -> Path:
    """The folder $OUT, where the machine brings back what lies there; else the repository's results."""
    return Path(os.environ["OUT"]) if os.environ.get("OUT") else ROOT / "benchmarks" / "results"


def has_gpu() -> bool:
    """Asked of another process, so that this one holds no memory on the device."""
    code = "import torch, sys; sys.exit(not torch.cuda.is_available())"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def result_path(out: Path, step: str, dry: bool) -> Path:
    """The file of a step's result of today."""
    return out / f"gpu-{step}{'-dry' if dry else ''}-{datetime.date.today().isoformat()}.md"


def describe_machine(device: str, dry: bool) -> list[str]:
    """The paragraphs that every result begins with: on what it ran, and whether it says anything of a GPU."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES if is_there(name))
    told = [f"{device}, {platform.system()}, Python {platform.python_version()}, {versions}."]
    if dry:
        told.append(
            "**The GPU's numbers are open**: this was a rehearsal on a processor, with a tiny model, on one thread. It "
            "shows that every part runs; its numbers say nothing of speed or quality."
        )
    return told


def is_there(package: str) -> bool:
    """Whether a package is installed."""
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def run_limited(command: Sequence[str], seconds: float, dry: bool) -> int | None:
    """The exit code of a program of this repository; None where it was ended after so many seconds, with its children.

    Without a GPU it runs on one thread, and sees none.
    """
    program = subprocess.Popen(command, cwd=ROOT, env=environment(dry), start_new_session=True)
    try:
        return program.wait(seconds)
    except subprocess.TimeoutExpired:
        end_group(program)
        return None
    except BaseException:
        end_group(program)
        raise


def end_group(program: subprocess.Popen[bytes]) -> None:
    """End a program and what it started: asked first, so that what it holds is written."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        os.killpg(program.pid, number)
        with suppress(subprocess.TimeoutExpired):
            program.wait(GRACE)
        if program.returncode is not None:
            return


def environment(dry: bool) -> dict[str, str]:
    """That of this process, with EMMA to be found, memory that does not splinter, and no network."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    fixed = {"PYTHONPATH": path, "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
    alone = {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    fixed |= alone if dry else {}
    return {"PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True", **os.environ, **fixed}
