"""Sequences in windows of what a model can see, and windows in batches: the plain way to score any text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from emma.evaluate.backends.model import LanguageModel, token_costs
from emma.evaluate.engine.plan import split_batches

Ids = Sequence[int] | np.ndarray


@dataclass(frozen=True)
class Window:
    """Inputs `begin` to `end` of a sequence go through the model; those from `score` on predict a token to count."""

    begin: int
    score: int
    end: int

    def __len__(self) -> int:
        return self.end - self.begin


OwnedWindow = tuple[int, Window]
"""Number of the sequence, and a window of it."""


def split_windows(predictions: int, context: int, stride: float = 0.5) -> list[Window]:
    """Windows of at most `context` inputs for a sequence with this many tokens to predict, each from one input.

    Every token is predicted once. The first window is full; each one after it moves on by `stride` contexts, and its
    first token is predicted from `1 - stride` contexts.
    """
    step = max(1, int(context * stride))
    windows = [Window(0, 0, min(context, predictions))] if predictions else []
    while windows and (done := windows[-1].end) < predictions:
        windows.append(Window(done - (context - step), done, min(done + step, predictions)))
    return windows


def cost_windows(
    model: LanguageModel, sequences: Sequence[Ids], windows: Sequence[OwnedWindow]
) -> tuple[list[float], list[bool]]:
    """For each sequence the nats of what its windows count, and whether all of it are the likeliest tokens."""
    # In float64: the order of windows in batches must not show in the sums.
    total = torch.zeros(len(sequences), dtype=torch.float64)
    misses = torch.zeros(len(sequences), dtype=torch.long)
    for numbers in split_batches([len(window) for _, window in windows], model.batch_tokens):
        owners, nats, greedy = _cost_batch(model, sequences, [windows[number] for number in numbers])
        total.index_add_(0, owners, nats.double())
        misses.index_add_(0, owners, (~greedy).long())
    return total.tolist(), (misses == 0).tolist()


def _cost_batch(
    model: LanguageModel, sequences: Sequence[Ids], batch: Sequence[OwnedWindow]
) -> tuple[Tensor, Tensor, Tensor]:
    """For every token that counts in a batch of windows: its sequence, its nats, and whether it is the likeliest."""
    width = max(len(window) for _, window in batch)
    # Padding is on the right, where a causal model cannot see it from the positions that count.
    inputs = torch.zeros(len(batch), width, dtype=torch.long)
    targets = torch.full((len(batch), width), -1)  # -1: not counted, by padding or as context
    for row, (number, window) in enumerate(batch):
        ids = torch.as_tensor(sequences[number][window.begin : window.end + 1])
        inputs[row, : len(window)] = ids[:-1]
        targets[row, window.score - window.begin : len(window)] = ids[window.score - window.begin + 1 :]
    counted = targets >= 0
    hidden = model.hidden_states(inputs)[counted.to(model.device)]
    owners = torch.tensor([number for number, _ in batch])[:, None].expand_as(targets)[counted]
    return owners, *token_costs(hidden, model.head, targets[counted].to(model.device))
