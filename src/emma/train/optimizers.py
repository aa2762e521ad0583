"""The optimisers: AdamW for everything, or Muon for the matrices inside the blocks.

Weights fall in three groups with a peak rate each: matrices inside the blocks, input embeddings, and the head with
norms and biases. Embeddings need a rate of their own, since a row is updated only when its piece occurs, and the rows
of new pieces may have another. All of it works on unsharded weights and on FSDP2's shards alike.

Muon makes momentum orthogonal and takes it as the step of a matrix (Jordan et al. 2024,
kellerjordan.github.io/posts/muon). The arithmetic is that of torch.optim.Muon, with which it agrees to the bit on
unsharded matrices in bfloat16. Where the device has no bfloat16 in hardware the iteration runs in float32, which is
faster there by far: machines of the two kinds make models that differ in the third digit of a step, and only machines
of one kind the same bits. On FSDP2's shards each rank gathers every matrix before it makes it orthogonal: the iteration
has few digits, and products summed in another order on every number of ranks would make another model of each.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import AdamW, Optimizer
from transformers import PreTrainedModel

from emma.errors import RecipeError
from emma.models.device import fast_type
from emma.train.config import TrainConfig
from emma.train.moments import LARGEST_BETA2, SmallAdamW, WeightwiseOptimizer
from emma.train.rows import local_part, vocabulary_weights

Group = dict[str, Any]

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Coefficients of the quintic that drives singular values near 1: Jordan's."""
ITERATIONS = 5
"""Steps of the quintic, as many as in torch.optim.Muon."""
MIN_NORM = 1e-7
"""Least norm to divide by, so that a gradient of zeros gives a step of zeros."""


class Muon(WeightwiseOptimizer):
    """Muon for matrices, or stacks of them. A tall matrix takes steps that are √(rows / columns) longer."""

    def __init__(
        self,
        params: Any,
        lr: float,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        *,
        compute: torch.dtype = torch.bfloat16,
    ) -> None:
        """`compute` is the type of the iteration that makes a step orthogonal: the one that the device is fast in."""
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})
        self._compute = compute

    def _move(self, weight: Tensor, group: dict[str, Any]) -> None:
        state, grad = self.state[weight], weight.grad
        assert grad is not None
        if not state:
            state["momentum_buffer"] = torch.zeros_like(grad)
        # Elements depend on each other only while the step is made orthogonal, so all else is done on this rank's part.
        value, change, momentum = map(local_part, (weight, grad, state["momentum_buffer"]))
        momentum.lerp_(change, 1 - group["momentum"])
        # Nesterov's momentum: the gradient once more beside the running mean (Jordan et al. 2024).
        step = orthogonalise_sharded(change.lerp(momentum, group["momentum"]), weight, self._compute)
        value.mul_(1 - group["lr"] * group["weight_decay"])
        value.add_(step, alpha=-group["lr"] * math.sqrt(max(1, weight.shape[-2] / weight.shape[-1])))


def orthogonalise_sharded(part: Tensor, like: Tensor, compute: torch.dtype) -> Tensor:
    """`orthogonalise` for a matrix that is sharded as `like` is: this rank's part goes in and comes out."""
    if not isinstance(like, DTensor) or like.device_mesh.size() == 1:
        return orthogonalise(part, compute)
    mesh, places = like.device_mesh, like.placements
    sharded = DTensor.from_local(part, mesh, places, run_check=False, shape=like.shape, stride=like.stride())
    step = orthogonalise(sharded.full_tensor(), compute)
    return local_part(distribute_tensor(step, mesh, places, src_data_rank=None))


def orthogonalise(matrix: Tensor, compute: torch.dtype = torch.bfloat16) -> Tensor:
    """About the nearest matrix with orthogonal rows or columns: singular values between 0.5 and 1.5.

    Computed and returned in the type `compute`. Each matrix of a stack, such as the experts of a layer, by itself.
    """
    if matrix.dim() == 3:
        return torch.stack([orthogonalise(layer, compute) for layer in matrix])
    # The Gram matrix is of the shorter side.
    tall = matrix.size(0) > matrix.size(1)
    step = matrix.to(compute).T if tall else matrix.to(compute)
    # The iteration needs singular values of 1 at most, and none is larger than the Frobenius norm.
    step = step / step.norm().clamp(min=MIN_NORM)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = step @ step.T
        step = torch.addmm(step, torch.addmm(gram, gram, gram, beta=b, alpha=c), step, beta=a)
    return step.T if tall else step


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
    # What shields columns decays the others itself (train.anchor).
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
