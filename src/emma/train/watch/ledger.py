"""The record of a training run: loss over all, and nats and tokens by source, at every log step.

Each rank adds up its own batches; one all-reduce of the open sums makes them those of the run. Nats are summed as whole
multiples of 2^-24, so sums are exact: losses by language, domain or tier add up to the total to the last bit, whatever
the order, the number of ranks, or the steps at which a run was stopped.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch

from emma.schemas import Row
from emma.store import shards
from emma.tokens.samples import TokenSource
from emma.train.batch import IGNORE, Batch
from emma.train.ranks import all_reduce_sum, is_rank_zero

LOSSES = pa.schema(
    [
        ("step", pa.int64()),  # the last of the steps that the row sums up
        ("lang", pa.string()),
        ("domain", pa.string()),
        ("tier", pa.string()),  # of the language in the mix: lang.tiers.TIER_NAMES
        ("nats", pa.float64()),
        ("tokens", pa.int64()),  # predicted
        ("inputs", pa.int64()),  # that went through the model, with or without a target; no padding
    ]
)
NATS, TOKENS, INPUTS = range(3)
NATS_PER_UNIT = 2.0**-24
"""Nats in one unit of the sums: what float32 resolves at 1. An int64 holds 5·10^11 nats of them."""

Sums = npt.NDArray[np.int64]


class LedgerState(TypedDict):
    """The part of a checkpoint that the ledger needs."""

    metrics: list[dict[str, float | int]]
    open: torch.Tensor
    """Sums since the last row, int64 (3, sources)."""
    closed: torch.Tensor
    """Sums of each row, int64 (rows, 3, sources)."""


class Ledger:
    """Adds up by source between two log steps. All of its state goes into checkpoints; see `merge` for when."""

    def __init__(self, sources: int) -> None:
        self.metrics: list[dict[str, float | int]] = []
        """Rows of `metrics.jsonl`."""
        self.closed: list[Sums] = []
        """The values of `open` at each of those rows."""
        self.open: Sums = np.zeros((3, sources), np.int64)
        """Nats in multiples of NATS_PER_UNIT, predicted tokens and inputs since the last row, (3, sources)."""

    @property
    def input_tokens(self) -> int:
        """The tokens that went through the model: on all ranks up to the last row, and on this rank since."""
        return int(self.open[INPUTS].sum()) + (int(self.metrics[-1]["tokens"]) if self.metrics else 0)

    def add(self, batch: Batch, nats: npt.NDArray[np.float32]) -> None:
        """Count a batch; `nats` has one number for each target that is not IGNORE, in order."""
        sources = np.broadcast_to(batch.sources[:, None], batch.targets.shape)
        predicted = sources[batch.targets != IGNORE]
        size = self.open.shape[1]
        self.open[NATS] += np.bincount(predicted, np.rint(nats / NATS_PER_UNIT), size).astype(np.int64)
        self.open[TOKENS] += np.bincount(predicted, minlength=size)
        self.open[INPUTS] += np.bincount(sources[~batch.padding], minlength=size)

    def log(self, step: int, rate: float, norm: float) -> None:
        """Close the row of the steps since the last call; all ranks call it, and all get the row of the run."""
        all_reduce_sum(self.open)
        nats, predicted = int(self.open[NATS].sum()) * NATS_PER_UNIT, int(self.open[TOKENS].sum())
        self.metrics.append(
            {
                "step": step,
                "tokens": self.input_tokens,
                "predicted": predicted,
                "nats": nats,
                "loss": nats / max(1, predicted),
                "lr": rate,
                "grad_norm": norm,
            }
        )
        self.closed.append(self.open.copy())
        self.open[:] = 0

    def merge(self) -> None:
        """Move the open sums of all ranks to rank 0, whose `state` is then complete. All call it, before a
        checkpoint."""
        all_reduce_sum(self.open)
        # Else the next all-reduce would count them once for every rank.
        self.open *= is_rank_zero()

    def means(self, labels: Sequence[str]) -> dict[str, float]:
        """The mean loss in the last row by label, given one label per source (its language, say); sorted by label."""
        last = self.closed[-1]
        names, at = np.unique(labels, return_inverse=True)
        sums = np.zeros((2, len(names)), np.int64)
        np.add.at(sums.T, at, last[[NATS, TOKENS]].T)
        pairs = zip(names.tolist(), *sums.tolist(), strict=True)
        return {name: nats * NATS_PER_UNIT / tokens for name, nats, tokens in pairs if tokens}

    def state(self) -> LedgerState:
        """Everything in the ledger, as lists and tensors: open sums (3, sources), closed ones (rows, 3, sources)."""
        closed = np.stack(self.closed) if self.closed else np.zeros((0, *self.open.shape), np.int64)
        return {
            "metrics": list(self.metrics),
            "open": torch.from_numpy(self.open.copy()),
            "closed": torch.from_numpy(closed),
        }

    def restore(self, state: LedgerState) -> None:
        """Become the ledger that `state` was taken from; open sums go to rank 0, however many ranks there are."""
        self.metrics, self.closed = list(state["metrics"]), list(state["closed"].numpy())
        self.open = state["open"].numpy() * is_rank_zero()

    def write(self, folder: Path, sources: Sequence[TokenSource]) -> None:
        """Write `metrics.jsonl` and `losses.parquet`, in which each source has a row for each log step it was in."""
        # The standard library's JSON here and in the guard: the spelling of floats is part of an artifact's bytes.
        lines = "".join(f"{json.dumps(row)}\n" for row in self.metrics)
        (folder / "metrics.jsonl").write_text(lines, encoding="utf-8")
        with shards.ShardWriter(folder / "losses.parquet", LOSSES) as writer:
            for row, sums in zip(self.metrics, self.closed, strict=True):
                for at in np.flatnonzero(sums[INPUTS]).tolist():
                    writer.add(_row(int(row["step"]), sources[at], sums[:, at]))


def _row(step: int, source: TokenSource, sums: Sums) -> Row:
    return {
        "step": step,
        "lang": source.lang,
        "domain": source.domain,
        "tier": source.tier,
        "nats": int(sums[NATS]) * NATS_PER_UNIT,
        "tokens": int(sums[TOKENS]),
        "inputs": int(sums[INPUTS]),
    }
