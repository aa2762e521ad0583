"""Logs of a running training: JSON lines always, TensorBoard and Weights & Biases where they are installed.

All of it goes to a folder outside the artifact, since times and speeds are no result. A run that goes on takes up its
files at the step where it does, so nothing is there twice. A log that cannot be written is given up, with one line to
say so: no training dies of it.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from emma.tokens.samples import TokenSource
from emma.train.watch.ledger import Ledger
from emma.train.watch.sinks import JsonLines, LogSetup, LogSink, TensorBoard, WandB
from emma.train.watch.validation import Validation
from emma.work.process import peak_memory

MAX_LANGUAGES = 20
"""Languages with a curve of their own: those with most tokens in the corpus."""


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
