"""The optimisers: AdamW for everything, or Muon for the matrices inside the blocks.

Weights fall in three groups with a peak rate each: matrices inside the blocks, input embeddings, and the head with
norms and biases. Embeddings need a rate of their own, since a row is moved only when its piece occurs.
"""

from collections.abc import Sequence
from typing import Any

from torch import nn
from torch.optim import AdamW, Muon, Optimizer
from transformers import PreTrainedModel

from emma.train.config import TrainConfig


def make_optimizers(model: PreTrainedModel, section: TrainConfig) -> list[Optimizer]:
    """The optimisers of all weights. Every group carries its peak rate under `peak`."""
    blocks, embeddings, rest = groups(model)
    others = [
        {"params": embeddings, "peak": section.embedding_lr or section.learning_rate, "weight_decay": 0.0},
        {"params": rest, "peak": section.head_lr or section.learning_rate, "weight_decay": 0.0},
    ]
    inside = {"params": blocks, "peak": section.learning_rate, "weight_decay": section.weight_decay}
    adam: dict[str, Any] = {"betas": (section.beta1, section.beta2), "fused": True}
    if section.optimizer == "adamw":
        return [AdamW([inside, *others], lr=section.learning_rate, **adam)]
    return [Muon([inside], lr=section.learning_rate), AdamW(others, lr=section.learning_rate, **adam)]


def groups(model: PreTrainedModel) -> tuple[list[nn.Parameter], list[nn.Parameter], list[nn.Parameter]]:
    """The matrices inside the blocks, the input embeddings, and all other weights: each weight in one group."""
    ends: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]  # type: ignore[no-untyped-call]
    embedding, head = (each.weight for each in ends)
    inside = [each for each in model.parameters() if each.dim() == 2 and each is not embedding and each is not head]
    taken = {id(each) for each in (embedding, *inside)}
    return inside, [embedding], [each for each in model.parameters() if id(each) not in taken]


def set_rates(optimizers: Sequence[Optimizer], share: float) -> None:
    """Give every group this share of its peak rate."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * share
