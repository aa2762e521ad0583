"""Logs of a running training: JSON lines always, TensorBoard and Weights & Biases where they are installed.

All of it goes to a folder outside the artifact, since times and speeds are no result. A run that goes on takes up its
files at the step where it does, so nothing is there twice. A log that cannot be written is given up, with one line to
say so: no training dies of it.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypedDict

import torch

from emma.errors import ExtraError
from emma.tokens.samples import TokenSource
from emma.train.begun import LOG_FILE, SETUP_FILE
from emma.train.ledger import Ledger
from emma.train.validation import Validation
from emma.work.process import peak_memory

MAX_LANGUAGES = 20
"""Languages with a curve of their own: those with most tokens in the corpus."""

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


class Logs:
    """The logs of a training. Rank 0 has them; the other ranks make an object with no folder."""

    def __init__(
        self,
        folder: Path | None,
        setup: LogSetup,
        sources: Sequence[TokenSource],
        ledger: Ledger,
        *,
        evaluated: bool = False,
        wandb_project: str | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        """`setup` has `flops_per_token`, `peak_flops` (None: unknown) and `ranks`, and whatever else tells what speed
        was measured on; `ledger` is as it is after a resume, and `evaluated` says whether held-out text was
        scored before the first step by then."""
        self._setup, self._ledger, self._say = setup, ledger, say
        self._tiers = [f"tier/{source.tier}" for source in sources]
        self._langs = [f"lang/{source.lang}" for source in sources]
        self._shown = largest_languages(sources)
        self._before = time.perf_counter(), ledger.input_tokens
        self._done = int(ledger.metrics[-1]["step"]) if ledger.metrics else int(evaluated) - 1
        self._folder, self._project = folder, wandb_project
        # None: not opened yet. Empty: there is nothing to log to.
        self._sinks: dict[str, LogSink] | None = None if folder is not None else {}

    def _open(self) -> dict[str, LogSink]:
        """Open the logs that are possible here. Done for the first row only, as some take seconds to import."""
        assert self._folder is not None
        folder, project, done = self._folder, self._project, self._done
        makers: dict[str, Callable[[], LogSink]] = {"JSON lines": lambda: JsonLines(folder, self._setup, done)}
        if find_spec("tensorboard") is not None:
            makers["TensorBoard"] = lambda: TensorBoard(folder, done)
        if project is not None:
            makers["Weights & Biases"] = lambda: WandB(folder, project, self._setup)
        sinks = {name: self._safely(name, make) for name, make in makers.items()}
        return {name: sink for name, sink in sinks.items() if sink is not None}

    def log_row(self) -> None:
        """Log the ledger's last row."""
        metrics, now = self._ledger.metrics[-1], time.time()
        if self._sinks == {}:
            return
        row = {**metrics, **self._speed(int(metrics["tokens"])), "time": now}
        losses = self._ledger.means(self._tiers)
        losses |= {name: loss for name, loss in self._ledger.means(self._langs).items() if name in self._shown}
        self._write(lambda sink: sink.write(int(metrics["step"]), row, losses))

    def log_held_out(self, validation: Validation, seconds: float) -> None:
        """Log the last evaluation of held-out text, which took so many seconds; no speed counts them."""
        self._before = self._before[0] + seconds, self._before[1]
        scores, rises = validation.last
        shown = self._shown | {f"lang/{probe}" for probe in validation.probes}
        by_lang = {f"lang/{lang}": value for lang, value in scores.of_languages().items()}
        values = {"mean": scores.mean(), **{f"tier/{tier}": value for tier, value in scores.of_tiers().items()}}
        values |= {name: value for name, value in by_lang.items() if name in shown}
        self._write(lambda sink: sink.write_held_out(validation.evaluations[-1].step, values, rises))

    def _write(self, write: Callable[[LogSink], None]) -> None:
        """Write to all logs that there are; one that fails is given up."""
        if self._sinks is None:
            self._sinks = self._open()
        for name, sink in list(self._sinks.items()):
            if not self._safely(name, partial(_succeeds, write, sink)):
                del self._sinks[name]

    def _speed(self, tokens: int) -> dict[str, float | None]:
        """Tokens per second over all ranks since the last row, share of the peak, and the most memory used so far."""
        (last_time, last_tokens), self._before = self._before, (time.perf_counter(), tokens)
        rate = (tokens - last_tokens) / max(1e-9, self._before[0] - last_time)
        peak = self._setup.get("peak_flops")
        used = rate * self._setup["flops_per_token"] / (peak * self._setup["ranks"]) if peak else None
        return {"tokens_per_s": rate, "mfu": used, "memory_bytes": peak_memory_bytes()}

    def close(self) -> None:
        """Finish all logs."""
        for name, sink in (self._sinks or {}).items():
            self._safely(name, sink.close)
        self._sinks = {}

    def _safely(self, name: str, do: Callable[[], Any]) -> Any:
        """Call `do` and return its result; when it fails in any way, report that in one line and return None."""
        try:
            return do()
        except Exception as error:  # no training dies of a log, whatever its library raises
            self._say(f"  train: no more logs to {name}: {type(error).__name__}: {error}")
            return None


def _succeeds(write: Callable[[LogSink], None], sink: LogSink) -> bool:
    """Write to a log; returns true, which `_safely` does not when writing raised."""
    write(sink)
    return True


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


def largest_languages(sources: Sequence[TokenSource]) -> set[str]:
    """Labels of the MAX_LANGUAGES languages with most tokens."""
    sizes: dict[str, int] = {}
    for source in sources:
        sizes[f"lang/{source.lang}"] = sizes.get(f"lang/{source.lang}", 0) + source.tokens
    return set(sorted(sizes, key=lambda name: (-sizes[name], name))[:MAX_LANGUAGES])


def peak_memory_bytes() -> int:
    """The most memory so far: the accelerator's, or this process's where there is none; in bytes."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return peak_memory()
