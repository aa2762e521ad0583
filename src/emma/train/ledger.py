"""The record of a training run: loss over all, and by language and domain, at every log step."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emma.store import shards
from emma.train.data import IGNORE, Batch, Source

LOSSES = pa.schema(
    [
        ("step", pa.int64()),  # the last of the steps that the row sums up
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("nats", pa.float64()),
        ("tokens", pa.int64()),
    ]
)


class Ledger:
    """Adds up nats and tokens by source between two log steps. All of its state goes into checkpoints."""

    def __init__(self, sources: int) -> None:
        self.metrics: list[dict[str, float | int]] = []
        self.losses: list[tuple[int, int, float, int]] = []
        """(step, source, nats, tokens)."""
        self.nats = np.zeros(sources)
        self.tokens = np.zeros(sources, dtype=np.int64)
        self.seen = 0
        """Tokens that went through the model, with or without a target."""

    def add(self, batch: Batch, nats: npt.NDArray[np.float32]) -> None:
        """Count a batch; `nats` has one number for each target that is not IGNORE, in order."""
        sources = np.broadcast_to(batch.sources[:, None], batch.targets.shape)[batch.targets != IGNORE]
        self.nats += np.bincount(sources, nats, len(self.nats))
        self.tokens += np.bincount(sources, minlength=len(self.tokens))
        self.seen += batch.inputs.size

    def log(self, step: int, rate: float, norm: float) -> None:
        """Close the rows of the steps since the last call."""
        loss = float(self.nats.sum() / max(1, self.tokens.sum()))
        self.metrics.append({"step": step, "tokens": self.seen, "loss": loss, "lr": rate, "grad_norm": norm})
        for source in np.flatnonzero(self.tokens).tolist():
            self.losses.append((step, source, float(self.nats[source]), int(self.tokens[source])))
        self.nats[:], self.tokens[:] = 0.0, 0

    def state(self) -> dict[str, Any]:
        """Everything in it, as plain values."""
        return {name: each.tolist() if isinstance(each, np.ndarray) else each for name, each in vars(self).items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Become what `state` was taken from."""
        self.metrics, self.losses, self.seen = state["metrics"], state["losses"], state["seen"]
        self.nats, self.tokens = np.array(state["nats"]), np.array(state["tokens"], dtype=np.int64)

    def write(self, folder: Path, sources: list[Source]) -> None:
        """Write `metrics.jsonl` and `losses.parquet`."""
        lines = "".join(f"{json.dumps(row)}\n" for row in self.metrics)
        (folder / "metrics.jsonl").write_text(lines, encoding="utf-8")
        rows = [
            {"step": step, "lang": sources[at].lang, "domain": sources[at].domain, "nats": nats, "tokens": tokens}
            for step, at, nats, tokens in self.losses
        ]
        shards.write(folder / "losses.parquet", pa.Table.from_pylist(rows, schema=LOSSES))
