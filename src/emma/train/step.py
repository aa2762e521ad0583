"""One optimiser step: gradients are accumulated over micro-batches, summed over ranks, clipped and applied."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, distributed, nn
from torch.optim import Optimizer

from emma.tokens.samples import Samples
from emma.train.batch import Batch, StepPlan, empty_batch, make_batch, split_micro_batches
from emma.train.config import TrainConfig
from emma.train.keep.anchor import Anchor
from emma.train.keep.goldfish import drop_targets
from emma.train.ranks import all_reduce_sum, seed_step
from emma.train.save.state import RunFacts, TrainingState
from emma.train.watch.guard import StepLosses

Nats = npt.NDArray[np.float32]
NO_ANCHOR = Anchor()


@dataclass(frozen=True)
class Training:
    """A training run: its settings, its data in steps, and the state that it changes."""

    section: TrainConfig
    samples: Samples
    steps: StepPlan
    state: TrainingState

    @property
    def facts(self) -> RunFacts:
        """Facts that a checkpoint must share with a run that goes on from it."""
        return {
            "weights": sum(weight.numel() for weight in self.state.loss_model.parameters()),
            "optimiser": "+".join(type(optimizer).__name__ for optimizer in self.state.optimizers),
            "sources": len(self.samples.sources),
            "samples": self.steps.samples,
            "samples a step": self.steps.sequences,
            "precision": self.section.precision,
        }


def take_step(training: Training, step: int) -> tuple[float, float]:
    """Take step `step` (from 0); returns nats per token and the gradient's norm, both over all ranks."""
    section, samples, steps, state = training.section, training.samples, training.steps, training.state
    seed_step(section.seed, step, steps.rank)
    own = steps.own_samples(step)
    batch = drop_targets(make_own_batch(samples, own), section.goldfish)
    tokens = int(all_reduce_sum(np.array([batch.predicted]))[0])
    parts = split_micro_batches(batch, section.micro_batch, steps.count_micro_batches(step, section.micro_batch))
    nats, norm = optimise(
        state.loss_model,
        state.optimizers,
        parts,
        tokens,
        section,
        accepts=state.guard.accepts,
        anchor=state.anchor,
    )
    loss = float(all_reduce_sum(nats.sum(dtype=np.float64, keepdims=True))[0]) / max(1, tokens)
    state.guard.observe(step, loss, norm, StepLosses(own, batch, nats), samples)
    state.ledger.add(batch, nats)
    return loss, norm


def make_own_batch(samples: Samples, numbers: range) -> Batch:
    """The samples of these numbers; in the last step there may be none for a rank."""
    return make_batch(samples, numbers) if numbers else empty_batch(samples.sequence_length).part(0, 0)


def optimise(
    loss_model: nn.Module,
    optimizers: Sequence[Optimizer],
    parts: Sequence[Batch],
    tokens: int,
    section: TrainConfig,
    *,
    accepts: Callable[[float], bool] = math.isfinite,
    anchor: Anchor = NO_ANCHOR,
) -> tuple[Nats, float]:
    """Update the weights from the micro-batches of a step, if its gradient's norm is one that `accepts` accepts.

    `tokens` are those to be predicted in the whole step, over all ranks: each has the same weight, however full its
    micro-batch is. Returns the nats of this rank's predicted tokens, in the order of the batch, and the norm of the
    gradient before clipping, which is the same on all ranks.
    """
    nats = accumulate(loss_model, parts, tokens, section)
    anchor.clear_gradients()
    norm = gather_norm(nn.utils.clip_grad_norm_(loss_model.parameters(), section.grad_clip))
    if accepts(norm):
        anchor.pull(optimizers)
        for optimizer in optimizers:
            optimizer.step()
    loss_model.zero_grad()
    return nats, norm


def accumulate(loss_model: nn.Module, parts: Sequence[Batch], tokens: int, section: TrainConfig) -> Nats:
    """Add up the gradients of the micro-batches' losses, divided by `tokens`; returns the nats of predicted tokens."""
    sharded: Any = loss_model
    device = next(loss_model.parameters()).device
    # FSDP takes the mean over the ranks; what is wanted is the sum.
    share = distributed.get_world_size() / max(1, tokens)
    nats_of_parts: list[Tensor] = []
    for number, part in enumerate(parts, 1):
        is_last = number == len(parts)
        sharded.set_requires_gradient_sync(is_last or not section.whole_gradients)
        # Between copies of the weights (`shard_over`) once per step is enough, however often it is inside of each.
        sharded.set_requires_all_reduce(is_last)
        tensors = (torch.from_numpy(array) for array in (part.inputs, part.positions, part.targets))
        total, nats = loss_model(*(tensor.to(device, non_blocking=True) for tensor in tensors))
        (total * share).backward()
        nats_of_parts.append(nats)
    # Fetched once: every fetch makes the host wait for the accelerator.
    all_nats: Nats = torch.cat(nats_of_parts).cpu().numpy()
    return all_nats


def gather_norm(norm: Any) -> float:
    """A norm over the shards of all ranks, as a number."""
    return float(norm.full_tensor() if hasattr(norm, "full_tensor") else norm)
