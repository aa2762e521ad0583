"""Muon: momentum, made orthogonal, as the step of a matrix (Jordan et al. 2024, kellerjordan.github.io/posts/muon).

The arithmetic is that of torch.optim.Muon, with which it agrees to the bit on whole matrices in bfloat16. Where the
device has no bfloat16 in hardware the iteration runs in float32, which is faster there by far: machines of the two
kinds make models that differ in the third digit of a step, and only machines of one kind the same bits.

On FSDP2's shards each process gathers every matrix and makes it orthogonal as a whole: the iteration has few digits,
and products summed in another order on every number of processes would make another model of each.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import Optimizer

from emma.train.moments import local

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic that drives singular values near 1: Jordan's."""
ITERATIONS = 5
SMALLEST = 1e-7


class Muon(Optimizer):
    """For weights that are matrices, or stacks of them. A tall matrix takes steps that are √(rows / columns) longer."""

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

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move the weights by their gradients."""
        del closure
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, group)

    def _move(self, weight: Tensor, group: dict[str, Any]) -> None:
        state, grad = self.state[weight], weight.grad
        assert grad is not None
        if not state:
            state["momentum_buffer"] = torch.zeros_like(grad)
        # Every element moves by itself but in making the step, so all else is done on this process's part.
        value, change, momentum = map(local, (weight, grad, state["momentum_buffer"]))
        momentum.lerp_(change, 1 - group["momentum"])
        step = orthogonal_everywhere(change.lerp(momentum, group["momentum"]), weight, self._compute)
        value.mul_(1 - group["lr"] * group["weight_decay"])
        value.add_(step, alpha=-group["lr"] * math.sqrt(max(1, weight.shape[-2] / weight.shape[-1])))


def orthogonal_everywhere(part: Tensor, like: Tensor, compute: torch.dtype) -> Tensor:
    """As `orthogonal`, of a matrix of which each process has the part that it has of `like`: in, and out."""
    if not isinstance(like, DTensor) or like.device_mesh.size() == 1:
        return orthogonal(part, compute)
    mesh, places = like.device_mesh, like.placements
    spread = DTensor.from_local(part, mesh, places, run_check=False, shape=like.shape, stride=like.stride())
    return local(distribute_tensor(orthogonal(spread.full_tensor(), compute), mesh, places, src_data_rank=None))


def orthogonal(matrix: Tensor, compute: torch.dtype = torch.bfloat16) -> Tensor:
    """About the nearest matrix with orthogonal rows or columns: singular values between 0.5 and 1.5.

    Computed and given in the type `compute`. Of a stack of matrices, such as the experts of a layer, each.
    """
    if matrix.dim() == 3:
        return torch.stack([orthogonal(each, compute) for each in matrix])
    tall = matrix.size(0) > matrix.size(1)
    found = matrix.to(compute).T if tall else matrix.to(compute)
    found = found / found.norm().clamp(min=SMALLEST)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = found @ found.T
        found = torch.addmm(found, torch.addmm(gram, gram, gram, beta=b, alpha=c), found, beta=a)
    return found.T if tall else found
