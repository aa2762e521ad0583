"""The anchor: what holds weights at those of the base while all else is trained.

Old rows that are frozen get a gradient of zero before its norm is taken. Their moments then stay zero, embeddings have
no weight decay, and so AdamW moves them by exactly nothing.

The pull is L2 regularisation towards the initial weights (L2-SP: Li et al., arXiv 1802.01483), decoupled as AdamW's
weight decay is (Loshchilov and Hutter, arXiv 1711.05101): before each update a weight goes the share
`rate · l2_to_base` of the way back. In the loss, Adam would divide the pull by the size of the gradient.

Columns that are shielded (`train.shield`) get a gradient of zero too. As they are in matrices that have weight decay,
that is done here, for the other columns alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.optim import Optimizer
from transformers import PreTrainedModel

from emma.train.config import TrainConfig
from emma.train.model.freeze import holds_old_rows
from emma.train.optimizer.optimizers import split_parameters
from emma.train.optimizer.rows import count_rows_before, local_part, vocabulary_weights


@dataclass(frozen=True)
class Anchor:
    """What holds back the weights of one rank. An empty one does nothing."""

    frozen: Sequence[tuple[Tensor, int]] = ()
    """Weights whose first rows are frozen, and how many of this rank's rows those are."""
    initial: Mapping[Tensor, Tensor] = field(default_factory=dict)
    """This rank's part of the initial values by weight; of a weight with new rows only those before."""
    strength: float = 0.0
    """`train.l2_to_base`."""
    columns: Mapping[Tensor, Tensor] = field(default_factory=dict)
    """The columns that are shielded, by matrix, bool (in,)."""
    decayed: Mapping[Tensor, Tensor] = field(default_factory=dict)
    """The weight decay of each column, by matrix, (in,): zero where it is shielded. Without a shield, the optimiser
    does it."""

    def clear_gradients(self) -> None:
        """Set the gradients of frozen rows and columns to zero; before the norm is taken."""
        for weight, rows in self.frozen:
            if weight.grad is not None:
                local_part(weight.grad)[:rows] = 0
        for weight, columns in self.columns.items():
            if weight.grad is not None:
                local_part(weight.grad).masked_fill_(columns, 0)

    @torch.no_grad()
    def pull(self, optimizers: Sequence[Optimizer]) -> None:
        """Move the weights towards the initial ones, and decay columns; before an update, with the rates of that."""
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            for weight in group["params"]:
                if (initial := self.initial.get(weight)) is not None:
                    local_part(weight)[: len(initial)].lerp_(initial, min(1.0, group["lr"] * self.strength))
                if (decay := self.decayed.get(weight)) is not None:
                    local_part(weight).mul_(1 - group["lr"] * decay)


def make_anchor(
    model: PreTrainedModel,
    section: TrainConfig,
    first_new_row: int | None,
    shield: Mapping[str, Tensor] | None = None,
) -> Anchor:
    """The anchor at a sharded model's weights as they are now: before the first step, a resumed run's too.

    `shield` are the columns that stay, by the name of their matrix.
    """
    old = {
        weight: len(local_part(weight)) if first_new_row is None else count_rows_before(weight, first_new_row)
        for weight in vocabulary_weights(model)
    }
    frozen = [(weight, rows) for weight, rows in old.items() if holds_old_rows(section.freeze)]
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    initial: dict[Tensor, Tensor] = {
        weight: local_part(weight.detach())[: old.get(weight, len(local_part(weight)))].clone()
        for weight in (trained if section.l2_to_base else ())
    }
    return Anchor(frozen, initial, section.l2_to_base or 0.0, *shield_columns(model, section, shield or {}))


def shield_columns(
    model: PreTrainedModel, section: TrainConfig, shield: Mapping[str, Tensor]
) -> tuple[dict[Tensor, Tensor], dict[Tensor, Tensor]]:
    """The shielded columns of each matrix, and the weight decay of the columns of every matrix inside the blocks."""
    names = {id(weight): name for name, weight in model.named_parameters()}
    columns: dict[Tensor, Tensor] = {}
    decayed: dict[Tensor, Tensor] = {}
    for weight in split_parameters(model)[0] if shield else ():
        own = shield.get(names[id(weight)], torch.zeros(weight.shape[-1], dtype=torch.bool)).to(weight.device)
        columns[weight], decayed[weight] = own, section.weight_decay * (~own).float()
    return columns, decayed
