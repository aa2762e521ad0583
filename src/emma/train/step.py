"""One optimiser step: gradients accumulated over the parts of a batch, clipped, applied."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.optim import Optimizer
from transformers import PreTrainedModel

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.data import IGNORE, Batch, Source
from emma.train.loss import next_token_loss
from emma.train.model import head_of, hidden_states

Nats = npt.NDArray[np.float32]


def optimise(
    model: PreTrainedModel, optimizers: Sequence[Optimizer], batch: Batch, section: TrainConfig
) -> tuple[Nats, float]:
    """Take one step on a batch, unless the gradient is no number.

    Returns the nats of every predicted token, in the order of the batch, and the gradient's norm before clipping.
    """
    parts = [batch.part(start, section.micro_batch) for start in range(0, len(batch.inputs), section.micro_batch)]
    # Divided by the tokens of the whole batch, not part by part: otherwise a token's weight would depend on how full
    # its part is.
    nats = np.concatenate([accumulate(model, part, batch.predicted, section) for part in parts])
    norm = float(nn.utils.clip_grad_norm_(model.parameters(), section.grad_clip))
    for optimizer in optimizers if math.isfinite(norm) else ():
        optimizer.step()
    model.zero_grad()
    return nats, norm


def accumulate(model: PreTrainedModel, part: Batch, tokens: int, section: TrainConfig) -> Nats:
    """Add the gradient of a part's loss divided by `tokens`; returns the nats of its predicted tokens."""
    inputs, positions, targets = (
        torch.from_numpy(each).to(model.device) for each in (part.inputs, part.positions, part.targets)
    )
    wanted = targets != IGNORE
    hidden = hidden_states(model, inputs, positions, section.precision)
    total, nats = next_token_loss(hidden[wanted], head_of(model), targets[wanted])
    (total / max(1, tokens)).backward()  # type: ignore[no-untyped-call]
    found: Nats = nats.cpu().numpy()
    return found


def check_finite(step: int, batch: Batch, sources: list[Source], nats: Nats, norm: float) -> None:
    """RecipeError, with what was in the batch, when loss or gradient are not numbers any more."""
    if math.isfinite(norm) and np.isfinite(nats).all():
        return
    names = [f"{sources[source].lang} ({sources[source].domain})" for source in batch.sources]
    shown = sorted({f"{name} at token {start:,}" for name, start in zip(names, batch.starts.tolist(), strict=True)})
    raise RecipeError(
        f"Training broke at step {step}: the loss is {nats.mean()}, the gradient's norm {norm}. In the batch: "
        f"{', '.join(shown[:8])}{' and others' if len(shown) > 8 else ''}. "
        "Set train.learning_rate lower or train.warmup higher, and run again."
    )
