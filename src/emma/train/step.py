"""One optimiser step: gradients accumulated over the parts of a batch and over all processes, clipped, applied."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, distributed, nn
from torch.optim import Optimizer

from emma.train.config import TrainConfig
from emma.train.data import IGNORE, Batch

Nats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Steps:
    """Which samples each step has, and which of them this process takes. `len` is the number of steps.

    The last step may have fewer samples; each sample of the plan is in one step.
    """

    samples: int
    sequences: int
    """In a step, over all processes."""
    rank: int = 0
    size: int = 1
    """Number of processes."""

    def __len__(self) -> int:
        return math.ceil(self.samples / self.sequences)

    def whole(self, step: int) -> range:
        """The samples of a step (from 0)."""
        return range(step * self.sequences, min((step + 1) * self.sequences, self.samples))

    def own(self, step: int) -> range:
        """Those of this process: every `size`-th."""
        return self.whole(step)[self.rank :: self.size]

    def parts(self, step: int, micro_batch: int) -> int:
        """Times that each process calls the model in a step: as often as the one with most samples must."""
        return math.ceil(math.ceil(len(self.whole(step)) / self.size) / micro_batch)


def micro_batches(batch: Batch, size: int, count: int) -> list[Batch]:
    """A batch in `count` parts of at most `size` sequences; where there are none left, one that predicts nothing.

    All processes must call a sharded model equally often, or they would wait for each other for ever.
    """
    parts = [batch.part(start, size) for start in range(0, len(batch.inputs), size)]
    return parts + [nothing(batch.inputs.shape[1])] * (count - len(parts))


def nothing(tokens: int) -> Batch:
    """One sequence with nothing to predict."""
    zeros = np.zeros((1, tokens), np.int64)
    places = np.arange(tokens, dtype=np.int64)[None]
    return Batch(zeros, np.full_like(zeros, IGNORE), places, np.zeros(1, np.int64), np.ones((1, tokens), np.bool_))


def optimise(
    trainee: nn.Module,
    optimizers: Sequence[Optimizer],
    parts: Sequence[Batch],
    tokens: int,
    section: TrainConfig,
    *,
    takes: Callable[[float], bool] = math.isfinite,
) -> tuple[Nats, float]:
    """Take one step on the parts of a batch, if its gradient's norm is one that `takes` takes.

    `tokens` are those to be predicted in the whole step, over all processes: each has the same weight, however full
    its part is. Returns the nats of this process's predicted tokens, in the order of the batch, and the norm of the
    gradient before clipping, which is the same on all.
    """
    nats = accumulate(trainee, parts, tokens, section)
    norm = whole(nn.utils.clip_grad_norm_(trainee.parameters(), section.grad_clip))
    for optimizer in optimizers if takes(norm) else ():
        optimizer.step()
    trainee.zero_grad()
    return nats, norm


def accumulate(trainee: nn.Module, parts: Sequence[Batch], tokens: int, section: TrainConfig) -> Nats:
    """Add up the gradients of the parts' losses, divided by `tokens`; returns the nats of all predicted tokens."""
    sharded: Any = trainee
    device = next(trainee.parameters()).device
    # FSDP makes the mean over the processes; what is wanted is the sum.
    share = distributed.get_world_size() / max(1, tokens)
    found: list[Tensor] = []
    for number, part in enumerate(parts, 1):
        last = number == len(parts)
        sharded.set_requires_gradient_sync(last or not section.whole_gradients)
        sharded.set_requires_all_reduce(last)
        given = (torch.from_numpy(each) for each in (part.inputs, part.positions, part.targets))
        total, nats = trainee(*(each.to(device, non_blocking=True) for each in given))
        (total * share).backward()
        found.append(nats)
    # Fetched once: every fetch makes the host wait for the accelerator.
    together: Nats = torch.cat(found).cpu().numpy()
    return together


def whole(norm: Any) -> float:
    """A norm over the shards of all processes, as a number."""
    return float(norm.full_tensor() if hasattr(norm, "full_tensor") else norm)


def everywhere(*numbers: float) -> list[float]:
    """These numbers added up over all processes, which all call it."""
    sums = torch.tensor(numbers, dtype=torch.float64)
    if distributed.get_world_size() > 1:
        distributed.all_reduce(sums)
    found: list[float] = sums.tolist()
    return found
