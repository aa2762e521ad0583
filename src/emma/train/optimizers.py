"""The optimisers: AdamW for everything, or Muon for the matrices inside the blocks.

Weights fall in three groups with a peak rate each: matrices inside the blocks, input embeddings, and the head with
norms and biases. Embeddings need a rate of their own, since a row is moved only when its piece occurs. All of it works
on whole weights and on FSDP2's shards alike.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW, Optimizer
from transformers import PreTrainedModel

from emma.errors import RecipeError
from emma.models.device import fast_type
from emma.train.config import TrainConfig
from emma.train.moments import LARGEST_BETA2, SmallAdamW
from emma.train.muon import Muon

Group = dict[str, Any]


def make_optimizers(
    model: PreTrainedModel, section: TrainConfig, muon_type: torch.dtype | None = None
) -> list[Optimizer]:
    """The optimisers of all weights that are trained. Every group carries its peak rate under `peak`.

    `muon_type` is the type of Muon's iteration; None: the one that the model's device is fast in.

    Raises RecipeError for a beta2 that moments of few bits cannot follow.
    """
    blocks, embeddings, rest = groups(model)
    inside = {"params": blocks, "peak": section.learning_rate, "weight_decay": section.weight_decay}
    ends = [
        {"params": embeddings, "peak": section.embedding_lr or section.learning_rate, "weight_decay": 0.0},
        {"params": rest, "peak": section.head_lr or section.learning_rate, "weight_decay": 0.0},
    ]
    # With adapters some groups have no weights.
    inner, outer = ([each for each in some if each["params"]] for some in ([inside], ends))
    if section.optimizer == "adamw":
        return [adamw(inner, outer, section)]
    compute = muon_type or fast_type(model.device)
    muon: list[Optimizer] = [Muon(inner, lr=float(section.learning_rate), compute=compute)] if inner else []
    return [*muon, adamw([], outer, section)] if outer else muon


def adamw(inner: list[Group], outer: list[Group], section: TrainConfig) -> Optimizer:
    """AdamW with its moments as `train.optimizer_states` says.

    8 bits are for the matrices inside the blocks: rows of rare pieces have gradients of nothing between their
    occurrences, and second moments that fall by less than 8 bits resolve would never fall.
    """
    settings: Group = {"lr": float(section.learning_rate), "betas": (section.beta1, section.beta2)}
    if section.optimizer_states == "fp32":
        return AdamW([*inner, *outer], fused=True, **settings)
    if section.beta2 > LARGEST_BETA2:
        raise RecipeError(
            f"train.optimizer_states = '{section.optimizer_states}' cannot follow train.beta2 = {section.beta2}: the "
            "second moment changes by less in a step than so few bits resolve, and stands still. Set train.beta2 to "
            f"{LARGEST_BETA2} or less, or keep the states in fp32."
        )
    bits = 8 if section.optimizer_states == "int8" else 16
    return SmallAdamW([*({**each, "bits": bits} for each in inner), *outer], **settings)


def groups(model: PreTrainedModel) -> tuple[list[nn.Parameter], list[nn.Parameter], list[nn.Parameter]]:
    """The matrices inside the blocks, the input embeddings, and all other weights: each trained weight in one group."""
    ends: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]  # type: ignore[no-untyped-call]
    embedding, head = (each.weight for each in ends)
    trained = [each for each in model.parameters() if each.requires_grad]
    inside = [each for each in trained if each.dim() > 1 and each is not embedding and each is not head]
    taken = {id(each) for each in (embedding, *inside)}
    return (
        inside,
        [embedding] if embedding.requires_grad else [],
        [each for each in trained if id(each) not in taken],
    )


def set_rates(optimizers: Sequence[Optimizer], share: float) -> None:
    """Give every group this share of its peak rate."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * share
