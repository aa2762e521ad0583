"""Muon's steps: against torch's own, and orthogonal whatever the gradient was."""

import torch
from torch import nn

from emma.train.config import TrainConfig
from emma.train.optimizer.muon import Muon
from emma.train.optimizer.optimizers import make_optimizers, set_rates
from tests.train.conftest import tiny_model
from tests.train.optimizer.test_moments import STARTS, steps_with


def test_muon_moves_matrices_by_an_orthogonal_step() -> None:
    """A step is about the rate times the nearest orthogonal matrix: singular values near one, whatever they were."""
    model = tiny_model()
    optimizers = make_optimizers(model, TrainConfig(optimizer="muon", learning_rate=0.02, weight_decay=0.0))
    weight = model.model.layers[0].self_attn.q_proj.weight
    before = weight.detach().clone()
    left, _, right = torch.linalg.svd(torch.randn(32, 32, generator=torch.Generator().manual_seed(0)))
    weight.grad = left @ torch.diag(torch.logspace(0, -2, 32)) @ right
    set_rates(optimizers, 1.0)
    optimizers[0].step()
    steps = torch.linalg.svdvals((before - weight.detach()) / 0.02)
    assert steps.min() > 0.5
    assert steps.max() < 1.3


def test_muon_is_that_of_torch() -> None:
    # Few steps: torch computes in bfloat16 everywhere, and a processor without it takes ten times as long.
    ours, theirs = (
        steps_with(make, [nn.Parameter(start.clone()) for start in STARTS], 6) for make in (Muon, torch.optim.Muon)
    )
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one, other)


def test_muon_takes_a_stack_of_matrices_one_by_one() -> None:
    """As the experts of a layer are kept."""
    stack, singles = torch.randn(3, 8, 5), [torch.randn(8, 5) for _ in range(3)]
    whole = nn.Parameter(torch.stack(singles))
    alone = [nn.Parameter(each.clone()) for each in singles]
    whole.grad = stack
    for each, grad in zip(alone, stack, strict=True):
        each.grad = grad.clone()
    for weights in ([whole], alone):
        Muon(weights, lr=0.1).step()
    assert torch.equal(whole, torch.stack([each.detach() for each in alone]))
