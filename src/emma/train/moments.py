"""AdamW whose two moments are kept in bfloat16, or in 8 bits: a half or a quarter of the memory of float32.

Moments are moved and used in float32 and made small only to be kept. Weights and gradients stay as they are. Kept so,
moments can be cut between any two rows, which is where FSDP2 cuts: a checkpoint opens on any number of processes.
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

BLOCK = 256
"""Values of a row that share a scale."""
DECADES = 7
LARGEST_BETA2 = 0.99
"""What a step changes by less than 2^-8 of itself stands still in bfloat16, as the second moment does at 0.999."""


class SmallAdamW(Optimizer):
    """As torch.optim.AdamW (Loshchilov and Hutter, arXiv 1711.05101). A group has its moments in 8 bits if its `bits`
    is 8, else in bfloat16."""

    def __init__(
        self, params: Any, lr: float, betas: tuple[float, float], eps: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "bits": 16})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move the weights by their gradients."""
        del closure
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, group)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """As any optimiser's. Moments keep their type: torch would give them that of the weights, and so all memory."""
        super().load_state_dict({**state_dict, "state": {}})
        weights, names = (
            [each for group in groups for each in group["params"]]
            for groups in (self.param_groups, state_dict["param_groups"])
        )
        for weight, saved in zip(weights, names, strict=True):
            state = state_dict["state"].get(saved, {})
            self.state[weight] = {key: each if key == "step" else each.to(weight.device) for key, each in state.items()}

    def _move(self, weight: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight]
        if not state:
            state["step"] = torch.zeros(())
            for name in ("exp_avg", "exp_avg_sq"):
                state |= empty(name, weight, group["bits"])
        state["step"] += 1
        (beta1, beta2), count = group["betas"], float(state["step"])
        # Every element moves by itself, so on a shard this is the arithmetic of the whole.
        value, grad = local(weight), local(weight.grad).float()
        mean = load(state, "exp_avg", signed=True).lerp_(grad, 1 - beta1)
        square = load(state, "exp_avg_sq", signed=False).mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        keep(state, "exp_avg", mean, signed=True)
        keep(state, "exp_avg_sq", square, signed=False)
        value.mul_(1 - group["lr"] * group["weight_decay"])
        spread = square.div_(1 - beta2**count).sqrt_().add_(group["eps"])
        value.addcdiv_(mean, spread, value=-group["lr"] / (1 - beta1**count))


def empty(name: str, weight: Tensor, bits: int) -> dict[str, Tensor]:
    """A moment of zeros for a weight, as state entries, spread over processes as the weight is."""
    if bits == 16:
        return {name: torch.zeros_like(weight, dtype=torch.bfloat16)}
    shape = torch.Size((*weight.shape[:-1], -(-weight.shape[-1] // BLOCK)))
    scales: Tensor = torch.zeros(*local(weight).shape[:-1], shape[-1], device=weight.device)
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


def load(state: dict[str, Tensor], name: str, *, signed: bool) -> Tensor:
    """This process's part of a moment, in float32."""
    kept = local(state[name])
    if kept.dtype == torch.bfloat16:
        return kept.float()
    values = codebook(signed, kept.device)[kept.int()]
    return (blocked(values) * local(state[f"{name}_scale"])[..., None]).flatten(-2)[..., : kept.shape[-1]]


def keep(state: dict[str, Tensor], name: str, moment: Tensor, *, signed: bool) -> None:
    """Put a moment back, rounded to the nearest value there is."""
    kept = local(state[name])
    if kept.dtype == torch.bfloat16:
        kept.copy_(moment)
        return
    blocks = blocked(moment)
    scales = blocks.abs().amax(-1)
    local(state[f"{name}_scale"]).copy_(scales)
    shares = blocks / scales.clamp(min=torch.finfo(torch.float32).tiny)[..., None]
    codes = encode(shares.flatten(-2)[..., : kept.shape[-1]].contiguous(), signed)
    if not signed:
        # A second moment that were rounded to nothing would make the next step one without measure.
        codes = codes.clamp_(min=1)
    kept.copy_(codes)


def blocked(matrix: Tensor) -> Tensor:
    """A matrix, or a stack of them, (…, columns) as (…, blocks, BLOCK), filled up with zeros."""
    return pad(matrix, (0, -matrix.shape[-1] % BLOCK)).view(*matrix.shape[:-1], -1, BLOCK)


def encode(shares: Tensor, signed: bool) -> Tensor:
    """The codes, int32, of the values that are nearest to these, which are in [-1, 1] or [0, 1]."""
    book = codebook(signed, shares.device)
    return torch.bucketize(shares, (book[:-1] + book[1:]) / 2, out_int32=True)


@lru_cache(maxsize=8)
def codebook(signed: bool, device: torch.device) -> Tensor:
    """The 256 values that codes stand for, ascending: 0, 1, and in each decade below twice as many as in the next."""
    found = [torch.tensor([0.0, 1.0], dtype=torch.float64)]
    for decade in range(DECADES):
        edges = torch.linspace(0.1, 1, 2 ** (decade + (not signed)) + 1, dtype=torch.float64)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (decade + 1 - DECADES)
        found += [middles, -middles] if signed else [middles]
    return torch.cat(found).sort().values.float().to(device)


def local(tensor: Any) -> Tensor:
    """This process's part of a tensor that is spread over many; any other as it is."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor
