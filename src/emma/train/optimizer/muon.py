"""Muon makes momentum orthogonal and takes it as the step of a matrix (Jordan et al. 2024,
kellerjordan.github.io/posts/muon). The arithmetic is that of torch.optim.Muon, with which it agrees to the bit on
unsharded matrices in bfloat16. Where the device has no bfloat16 in hardware the iteration runs in float32, which is
faster there by far: machines of the two kinds make models that differ in the third digit of a step, and only machines
of one kind the same bits. On FSDP2's shards each rank gathers every matrix before it makes it orthogonal: the iteration
has few digits, and products summed in another order on every number of ranks would make another model of each.
"""

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor, distribute_tensor

from emma.train.optimizer.moments import WeightwiseOptimizer
from emma.train.optimizer.rows import local_part

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
