"""The anchor: what holds weights at those of the base while all else is trained.

Old rows that are frozen get a gradient of zero before its norm is taken. Their moments then stay zero, embeddings have
no weight decay, and so AdamW moves them by exactly nothing.

The pull is L2 regularisation towards the initial weights (L2-SP: Li et al., arXiv 1802.01483), decoupled as AdamW's
weight decay is (Loshchilov and Hutter, arXiv 1711.05101): before each update a weight goes the share
`rate · l2_to_base` of the way back. In the loss, Adam would divide the pull by the size of the gradient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.optim import Optimizer
from transformers import PreTrainedModel

from emma.train.config import TrainConfig
from emma.train.freeze import holds_old_rows
from emma.train.rows import count_rows_before, local_part, vocabulary_weights


@dataclass(frozen=True)
class Anchor:
    """What holds back the weights of one rank. An empty one does nothing."""

    frozen: Sequence[tuple[Tensor, int]] = ()
    """Weights whose first rows are frozen, and how many of this rank's rows those are."""
    initial: Mapping[Tensor, Tensor] = field(default_factory=dict)
    """This rank's part of the initial values by weight; of a weight with new rows only those before."""
    strength: float = 0.0
    """`train.l2_to_base`."""

    def clear_gradients(self) -> None:
        """Set the gradients of frozen rows to zero; before the norm is taken."""
        for weight, rows in self.frozen:
            if weight.grad is not None:
                local_part(weight.grad)[:rows] = 0

    @torch.no_grad()
    def pull(self, optimizers: Sequence[Optimizer]) -> None:
        """Move the weights towards the initial ones; before an update, with the rates of that."""
        for group in (group for optimizer in optimizers for group in optimizer.param_groups) if self.initial else ():
            for weight in group["params"]:
                if (initial := self.initial.get(weight)) is not None:
                    local_part(weight)[: len(initial)].lerp_(initial, min(1.0, group["lr"] * self.strength))


def make_anchor(model: PreTrainedModel, section: TrainConfig, first_new_row: int | None) -> Anchor:
    """The anchor at a sharded model's weights as they are now: before the first step, a resumed run's too."""
    old = {
        weight: len(local_part(weight)) if first_new_row is None else count_rows_before(weight, first_new_row)
        for weight in vocabulary_weights(model)
    }
    frozen = [(weight, rows) for weight, rows in old.items() if holds_old_rows(section.freeze)]
    if section.l2_to_base is None:
        return Anchor(frozen)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    initial: dict[Tensor, Tensor] = {
        weight: local_part(weight.detach())[: old.get(weight, len(local_part(weight)))].clone() for weight in trained
    }
    return Anchor(frozen, initial, section.l2_to_base)
