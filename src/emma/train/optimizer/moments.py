"""AdamW whose two moments are stored in bfloat16, or in 8 bits: a half or a quarter of the memory of float32.

Moments are updated and used in float32 and rounded only to be stored. Weights and gradients stay as they are. Blocks
end with their row, so moments can be split between any two rows, which is where FSDP2 splits: a checkpoint opens on any
number of ranks. torchao's AdamW8bit cannot stand in for it (docs/decisions/0004-optimisers.md says why).
bfloat16 moments are DeepSeek-V3's (arXiv 2412.19437, section 3.3.2); 8 bits are those of Dettmers et al. (arXiv
2110.02861): a block has a scale, and codes that are as fine near zero as the block's largest value allows.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor
from torch.nn.functional import pad
from torch.optim import Optimizer

from emma.train.config import STATES_BLOCK
from emma.train.optimizer.rows import count_rows_before, local_part

CODE_DECADES = 7
"""Powers of ten that the codes of 8-bit moments span (arXiv 2110.02861)."""
LARGEST_BETA2 = 0.99
"""Largest beta2 that such moments can follow: a number that changes by less than 2^-8 of itself in a step stands still
in bfloat16, as the second moment does at 0.999."""


class WeightwiseOptimizer(Optimizer):
    """An optimiser that moves each weight by itself."""

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move the weights by their gradients."""
        del closure
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, group)

    def _move(self, weight: Tensor, group: dict[str, Any]) -> None:
        raise NotImplementedError


class SmallAdamW(WeightwiseOptimizer):
    """The arithmetic of torch.optim.AdamW (Loshchilov and Hutter, arXiv 1711.05101). A group has its moments in 8 bits
    if its `bits` is 8, in float32 if it is 32, else in bfloat16. A group with a `new_row_lr` moves its rows from
    `first_new_row` on at that rate."""

    def __init__(
        self, params: Any, lr: float, betas: tuple[float, float], eps: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "bits": 16})

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load a state whose moments keep their type: torch would give them that of the weights, and so all the
        memory."""
        super().load_state_dict({**state_dict, "state": {}})
        weights, names = (
            [weight for group in groups for weight in group["params"]]
            for groups in (self.param_groups, state_dict["param_groups"])
        )
        for weight, saved in zip(weights, names, strict=True):
            state = state_dict["state"].get(saved, {})
            self.state[weight] = {
                key: value if key == "step" else value.to(weight.device) for key, value in state.items()
            }

    def _move(self, weight: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight]
        if not state:
            state["step"] = torch.zeros(())
            for name in ("exp_avg", "exp_avg_sq"):
                state |= empty_moment(name, weight, group["bits"])
        state["step"] += 1
        (beta1, beta2), count = group["betas"], float(state["step"])
        # Every element is updated by itself, so on a shard this is the arithmetic of the whole tensor.
        value, grad = local_part(weight), local_part(weight.grad).float()
        mean = load_moment(state, "exp_avg", signed=True).lerp_(grad, 1 - beta1)
        square = load_moment(state, "exp_avg_sq", signed=False).mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        store_moment(state, "exp_avg", mean, signed=True)
        store_moment(state, "exp_avg_sq", square, signed=False)
        value.mul_(1 - group["lr"] * group["weight_decay"])
        # Both means begin at zero; dividing by 1 - beta^t takes that out (arXiv 1412.6980, section 3).
        spread = square.div_(1 - beta2**count).sqrt_().add_(group["eps"])
        for rows, rate in row_rates(weight, group):
            value[rows].addcdiv_(mean[rows], spread[rows], value=-rate / (1 - beta1**count))


def row_rates(weight: Tensor, group: dict[str, Any]) -> list[tuple[slice, float]]:
    """This rank's rows of a weight, in parts that share a learning rate, and the rate of each."""
    if "new_row_lr" not in group:
        return [(slice(None), group["lr"])]
    old = count_rows_before(weight, group["first_new_row"])
    return [(slice(old), group["lr"]), (slice(old, None), group["new_row_lr"])]


def empty_moment(name: str, weight: Tensor, bits: int) -> dict[str, Tensor]:
    """A moment of zeros for a weight, as state entries, sharded as the weight is."""
    if bits > 8:
        return {name: torch.zeros_like(weight, dtype=torch.float32 if bits == 32 else torch.bfloat16)}
    shape = torch.Size((*weight.shape[:-1], -(-weight.shape[-1] // STATES_BLOCK)))
    scales: Tensor = torch.zeros(*local_part(weight).shape[:-1], shape[-1], device=weight.device)
    if isinstance(weight, DTensor):
        scales = DTensor.from_local(
            scales,
            weight.device_mesh,
            weight.placements,
            run_check=False,
            shape=shape,
            stride=torch.empty(shape, device="meta").stride(),
        )
    return {name: torch.zeros_like(weight, dtype=torch.uint8), f"{name}_scale": scales}


def load_moment(state: dict[str, Tensor], name: str, *, signed: bool) -> Tensor:
    """A copy of this rank's part of a moment, in float32."""
    stored = local_part(state[name])
    if stored.dtype != torch.uint8:
        return stored.to(torch.float32, copy=True)
    values = codebook(signed, stored.device)[stored.int()]
    return (blocked(values) * local_part(state[f"{name}_scale"])[..., None]).flatten(-2)[..., : stored.shape[-1]]


def store_moment(state: dict[str, Tensor], name: str, moment: Tensor, *, signed: bool) -> None:
    """Store a moment, rounded to the nearest value that its type has."""
    kept = local_part(state[name])
    if kept.dtype != torch.uint8:
        kept.copy_(moment)
        return
    blocks = blocked(moment)
    scales = blocks.abs().amax(-1)
    local_part(state[f"{name}_scale"]).copy_(scales)
    shares = blocks / scales.clamp(min=torch.finfo(torch.float32).tiny)[..., None]
    codes = encode(shares.flatten(-2)[..., : kept.shape[-1]].contiguous(), signed)
    if not signed:
        # A second moment rounded to zero would make the next step unbounded.
        codes = codes.clamp_(min=1)
    kept.copy_(codes)


def blocked(matrix: Tensor) -> Tensor:
    """A matrix, or a stack of them, (…, columns) as (…, blocks, STATES_BLOCK), filled up with zeros."""
    return pad(matrix, (0, -matrix.shape[-1] % STATES_BLOCK)).view(*matrix.shape[:-1], -1, STATES_BLOCK)


def encode(shares: Tensor, signed: bool) -> Tensor:
    """The codes, int32, of the values that are nearest to these, which are in [-1, 1] or [0, 1]."""
    book = codebook(signed, shares.device)
    return torch.bucketize(shares, (book[:-1] + book[1:]) / 2, out_int32=True)


@lru_cache(maxsize=8)
def codebook(signed: bool, device: torch.device) -> Tensor:
    """The 256 values that codes stand for, ascending: 0, 1, and in each decade below twice as many as in the next."""
    values = [torch.tensor([0.0, 1.0], dtype=torch.float64)]
    for decade in range(CODE_DECADES):
        edges = torch.linspace(0.1, 1, 2 ** (decade + (not signed)) + 1, dtype=torch.float64)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (decade + 1 - CODE_DECADES)
        values += [middles, -middles] if signed else [middles]
    return torch.cat(values).sort().values.float().to(device)
