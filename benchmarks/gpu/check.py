"""Before anything is timed: do the kernels of this machine agree, and what do its largest products reach?"""

import time
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import AutoModelForCausalLM, LlamaConfig

from emma.models.head import Head
from emma.train.config import TrainConfig
from emma.train.model.blocks import prepare_model
from emma.train.model.loss import next_token_loss
from emma.train.model.loss_model import LossModel

TOKENS = 512
KINDS: dict[str, dict[str, Any]] = {
    "sdpa": {"attention": "sdpa"},
    "varlen": {"attention": "varlen"},
    "flex": {"attention": "flex"},
    "varlen, compiled, selective": {"attention": "varlen", "compile": True, "activation_checkpointing": "selective"},
    "flex, compiled, selective": {"attention": "flex", "compile": True, "activation_checkpointing": "selective"},
}


def check(_size: object, device: torch.device, deadline: float) -> dict[str, Any]:
    """Mean nats and gradient of a small model by each kind of attention, in bfloat16, against float32's."""
    exact = outcome(device, {"attention": "sdpa", "precision": "fp32"})
    found: dict[str, Any] = {"loss of chunks": loss_error(device), "products": products(device)}
    for name, settings in KINDS.items():
        if time.perf_counter() > deadline:
            found[name] = "no time left"
            continue
        try:
            nats, gradient = outcome(device, {"precision": "bf16", **settings})
            error = (gradient - exact[1]).norm() / exact[1].norm()
            found[name] = f"nats {nats - exact[0]:+.4f} of {exact[0]:.4f}, gradient {100 * error:.2f} % off"
        except Exception as error:  # it is what is to be found out
            found[name] = f"{type(error).__name__}: {error}"[:500]
    return {"checks": found}


def outcome(device: torch.device, settings: dict[str, Any]) -> tuple[float, torch.Tensor]:
    """Nats a token, and the gradient of the first layer's query weights."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2, "vocab_size": 1024}
    config = LlamaConfig(**sizes, num_attention_heads=4, num_key_value_heads=2, initializer_range=0.1)
    auto: Any = AutoModelForCausalLM
    model = auto.from_config(config, dtype=torch.float32).to(device).train()
    section = TrainConfig(**settings)
    prepare_model(model, section)
    ids = torch.randint(0, 1024, (2, TOKENS + 1), device=device)
    positions = torch.stack([torch.arange(TOKENS) % length for length in (100, TOKENS)]).to(device)
    total, nats = LossModel(model, section)(ids[:, :-1], positions, ids[:, 1:])
    (total / nats.numel()).backward()
    return nats.mean().item(), model.model.layers[0].self_attn.q_proj.weight.grad.float().clone()


def loss_error(device: torch.device) -> str:
    """The chunked loss in bfloat16 against torch's own in float32."""
    torch.manual_seed(0)
    hidden = torch.randn(3000, 256, device=device).bfloat16().requires_grad_()
    weight = torch.randn(20_000, 256, device=device).mul_(0.1).requires_grad_()
    targets = torch.randint(0, 20_000, (3000,), device=device)
    total, _ = next_token_loss(hidden, Head(weight), targets)
    found = [each.float() for each in torch.autograd.grad(total, (hidden, weight))]
    whole = cross_entropy(hidden.float() @ weight.bfloat16().float().T, targets, reduction="sum")
    wanted = [each.float() for each in torch.autograd.grad(whole, (hidden, weight))]
    off = [
        float((one.float() - other.float()).norm() / other.float().norm())
        for one, other in zip(found, wanted, strict=True)
    ]
    return f"nats {(total - whole).item() / 3000:+.5f}, gradients {100 * off[0]:.2f} % and {100 * off[1]:.2f} % off"


def products(device: torch.device) -> str:
    """What products of large random matrices in bfloat16 reach."""
    size, count = (8192, 20) if device.type == "cuda" else (512, 3)
    one, other = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    for repeat in range(count + 3):
        if repeat == 3:
            settle(device)
            start = time.perf_counter()
        one @ other
    settle(device)
    return f"{2 * size**3 * count / (time.perf_counter() - start) / 1e12:.1f} TFLOP/s at {size} x {size}"


def settle(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
