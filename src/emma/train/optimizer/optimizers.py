"""The optimisers: AdamW for everything, or Muon for the matrices inside the blocks.

Weights fall in three groups with a peak rate each: matrices inside the blocks, input embeddings, and the head with
norms and biases. Embeddings need a rate of their own, since a row is updated only when its piece occurs, and the rows
of new pieces may have another. All of it works on unsharded weights and on FSDP2's shards alike.
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
from emma.train.optimizer.moments import LARGEST_BETA2, SmallAdamW
from emma.train.optimizer.muon import Muon
from emma.train.optimizer.rows import vocabulary_weights

Group = dict[str, Any]


def make_optimizers(
    model: PreTrainedModel,
    section: TrainConfig,
    muon_type: torch.dtype | None = None,
    first_new_row: int | None = None,
) -> list[Optimizer]:
    """The optimisers of all weights that are trained. Every group carries its peak rate under `peak`.

    `muon_type` is the type of Muon's iteration; None: the one that the model's device is fast in. Rows of the
    vocabulary from `first_new_row` on are those of new pieces; None: there are none.

    Raises RecipeError for a beta2 that moments of few bits cannot follow.
    """
    blocks, embeddings, rest = split_parameters(model)
    # What shields columns decays the others itself (keep.anchor).
    decay = 0.0 if section.shield else section.weight_decay
    inside = {"params": blocks, "peak": section.learning_rate, "weight_decay": decay}
    ends = [
        {"params": embeddings, "peak": section.embedding_lr or section.learning_rate, "weight_decay": 0.0},
        {"params": rest, "peak": section.head_lr or section.learning_rate, "weight_decay": 0.0},
    ]
    rows = take_rows(ends, model, section, first_new_row)
    # With adapters, or what is frozen, some groups have no weights.
    inner, outer, by_row = ([group for group in groups if group["params"]] for groups in ([inside], ends, rows))
    optimizers: list[Optimizer] = [make_row_adamw(by_row, section)] if by_row else []
    if section.optimizer == "adamw":
        return [make_adamw(inner, outer, section), *optimizers] if inner or outer else optimizers
    compute = muon_type or fast_type(model.device)
    muon: list[Optimizer] = [Muon(inner, lr=float(section.learning_rate), compute=compute)] if inner else []
    return [*muon, *([make_adamw([], outer, section)] if outer else []), *optimizers]


def take_rows(
    groups: Sequence[Group], model: PreTrainedModel, section: TrainConfig, first_new_row: int | None
) -> list[Group]:
    """Take the weights with new rows out of these groups, in place, into groups that know the rate of those rows."""
    if section.new_row_lr is None or first_new_row is None:
        return []
    with_rows, taken = {id(weight) for weight in vocabulary_weights(model)}, []
    for group in groups:
        weights, new = group["params"], {"first_new_row": first_new_row, "new_row_peak": section.new_row_lr}
        group["params"] = [weight for weight in weights if id(weight) not in with_rows]
        taken.append({**group, **new, "params": [weight for weight in weights if id(weight) in with_rows]})
    return taken


def make_row_adamw(groups: list[Group], section: TrainConfig) -> Optimizer:
    """AdamW for weights whose rows have two rates. Its moments are in float32, or bfloat16 where others are in less."""
    check_states(section)
    rate, bits = float(section.learning_rate), 32 if section.optimizer_states == "fp32" else 16
    with_bits = [{**group, "bits": bits, "new_row_lr": group["new_row_peak"]} for group in groups]
    return SmallAdamW(with_bits, lr=rate, betas=(section.beta1, section.beta2))


def make_adamw(inner: list[Group], outer: list[Group], section: TrainConfig) -> Optimizer:
    """AdamW with its moments as `train.optimizer_states` says.

    8 bits are for the matrices inside the blocks: rows of rare pieces have gradients of nothing between their
    occurrences, and second moments that fall by less than 8 bits resolve would never fall.
    """
    settings: Group = {"lr": float(section.learning_rate), "betas": (section.beta1, section.beta2)}
    if section.optimizer_states == "fp32":
        return AdamW([*inner, *outer], fused=True, **settings)
    check_states(section)
    bits = 8 if section.optimizer_states == "int8" else 16
    return SmallAdamW([*({**group, "bits": bits} for group in inner), *outer], **settings)


def check_states(section: TrainConfig) -> None:
    """RecipeError for a beta2 that the moments' type cannot follow."""
    if section.optimizer_states != "fp32" and section.beta2 > LARGEST_BETA2:
        raise RecipeError(
            f"train.optimizer_states = '{section.optimizer_states}' cannot follow train.beta2 = {section.beta2}: the "
            "second moment changes by less in a step than so few bits resolve, and stands still. Set train.beta2 to "
            f"{LARGEST_BETA2} or less, or keep the states in fp32."
        )


def split_parameters(model: PreTrainedModel) -> tuple[list[nn.Parameter], list[nn.Parameter], list[nn.Parameter]]:
    """The matrices inside the blocks, the input embeddings, and all other weights: each trained weight in one group."""
    ends: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]  # type: ignore[no-untyped-call]
    embedding, head = (layer.weight for layer in ends)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    inside = [weight for weight in trained if weight.dim() > 1 and weight is not embedding and weight is not head]
    grouped = {id(weight) for weight in (embedding, *inside)}
    return (
        inside,
        [embedding] if embedding.requires_grad else [],
        [weight for weight in trained if id(weight) not in grouped],
    )


def set_rates(optimizers: Sequence[Optimizer], share: float) -> None:
    """Give every group this share of its peak rate."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * share
            if "new_row_lr" in group:
                group["new_row_lr"] = group["new_row_peak"] * share
