"""Where the logs of a training go: JSON lines, TensorBoard, Weights & Biases."""

import json
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypedDict

from emma.errors import ExtraError
from emma.train.begun import LOG_FILE, SETUP_FILE

LogRow = Mapping[str, float | int | None]


class LogSetup(TypedDict):
    """The contents of SETUP_FILE: all that a speed depends on."""

    flops_per_token: float
    peak_flops: float | None
    """Operations per second at most on one rank; None where it is not known."""
    ranks: int
    device: str
    sequence_length: int
    weights: int | str
    model: dict[str, Any]
    """The model's configuration."""
    train: dict[str, Any]
    """The `[train]` section."""
    key: str
    """Address of the training artifact."""


class LogSink(Protocol):
    """A place to log to."""

    def write(self, step: int, row: LogRow, losses: LogRow) -> None:
        """Add a step: measurements, and losses by label, such as `tier/high`."""
        ...

    def write_held_out(self, step: int, bits_per_byte: LogRow, forgetting: LogRow) -> None:
        """Add an evaluation: bits per byte by label, and how much each probe rose."""
        ...

    def close(self) -> None:
        """Write out what is pending."""
        ...


class JsonLines:
    """Writes `train.jsonl`, a row per line, and `train.json` with what it was measured on."""

    def __init__(self, folder: Path, setup: LogSetup, done: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / LOG_FILE
        kept = [line for line in _finished_lines(self._path) if json.loads(line)["step"] <= done]
        self._path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
        # The standard library's JSON: a model's configuration may hold Infinity, which orjson would write as null.
        (folder / SETUP_FILE).write_text(json.dumps(dict(setup), indent=1, sort_keys=True) + "\n", encoding="utf-8")

    def write(self, step: int, row: LogRow, losses: LogRow) -> None:
        """Add a line."""
        del step
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({**row, "losses": losses}) + "\n")

    def write_held_out(self, step: int, bits_per_byte: LogRow, forgetting: LogRow) -> None:
        """Add a line."""
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"step": step, "held_out": bits_per_byte, "forgetting": forgetting}) + "\n")

    def close(self) -> None:
        """Do nothing: every line is written at once."""


def _finished_lines(path: Path) -> list[str]:
    """The lines of a log that ended with a newline: a killed run may leave half of one."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text.split("\n")[:-1]


class TensorBoard:
    """Writes event files; those of an earlier try are overruled from the step on where this one begins."""

    def __init__(self, folder: Path, done: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer: Any = SummaryWriter(str(folder / "tensorboard"), purge_step=done + 1)

    def write(self, step: int, row: LogRow, losses: LogRow) -> None:
        """Add a point to each curve."""
        for name, value in curves(row, losses).items():
            self._writer.add_scalar(name, value, step)

    def write_held_out(self, step: int, bits_per_byte: LogRow, forgetting: LogRow) -> None:
        """Add a point to each curve."""
        for name, value in held_out_curves(bits_per_byte, forgetting).items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Write out what is pending."""
        self._writer.close()


class WandB:
    """A run of Weights & Biases, the same one when training goes on."""

    def __init__(self, folder: Path, project: str, setup: LogSetup) -> None:
        if find_spec("wandb") is None:
            raise ExtraError("train.wandb_project needs the Python package 'wandb': pip install wandb")
        wandb: Any = import_module("wandb")
        name = folder.parent.name
        self._run = wandb.init(
            project=project, name=name, id=str(setup.get("key", name)), resume="allow", dir=str(folder), config=setup
        )

    def write(self, step: int, row: LogRow, losses: LogRow) -> None:
        """Add a point to each curve; the service passes over steps that it has."""
        self._run.log(curves(row, losses), step=step)

    def write_held_out(self, step: int, bits_per_byte: LogRow, forgetting: LogRow) -> None:
        """Add a point to each curve."""
        self._run.log(held_out_curves(bits_per_byte, forgetting), step=step)

    def close(self) -> None:
        """End the run."""
        self._run.finish()


def curves(row: LogRow, losses: LogRow) -> dict[str, float]:
    """All curves of a step by their names."""
    named = {"loss/all": row["loss"], **{f"loss/{name}": value for name, value in losses.items()}}
    named |= {name: row[name] for name in ("lr", "grad_norm", "tokens", "tokens_per_s", "mfu", "memory_bytes")}
    return {name: float(value) for name, value in named.items() if value is not None}


def held_out_curves(bits_per_byte: LogRow, forgetting: LogRow) -> dict[str, float]:
    """All curves of an evaluation by their names."""
    named = {f"held_out/{name}": value for name, value in bits_per_byte.items()}
    named |= {f"forgetting/{name}": value for name, value in forgetting.items()}
    return {name: float(value) for name, value in named.items() if value is not None}
