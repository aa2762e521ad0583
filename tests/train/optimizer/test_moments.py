"""AdamW with moments in few bits: near torch's own, with the codes and the memory that it should have."""

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.optim import AdamW

from emma.train.optimizer import moments
from emma.train.optimizer.moments import SmallAdamW

STARTS = [
    torch.randn(shape, generator=torch.Generator().manual_seed(5)) for shape in ((20, 700), (700, 20), (300, 300))
]


def steps_with(make: Callable[..., torch.optim.Optimizer], weights: list[nn.Parameter], steps: int = 30) -> list:
    """Descend from here to matrices that are known, by noisy gradients of very different sizes."""
    optimizer = make(weights, lr=0.01, weight_decay=0.1)
    noise = torch.Generator().manual_seed(9)
    for _ in range(steps):
        for number, weight in enumerate(weights):
            scale = torch.logspace(-1.5, 0, weight.shape[-1])
            target = 0.5 * STARTS[number].flip(0)
            weight.grad = (weight.detach() - target + 0.3 * torch.randn(weight.shape, generator=noise)) * scale
        optimizer.step()
    return [weight.detach() for weight in weights]


def small(bits: int) -> Callable[..., SmallAdamW]:
    return lambda weights, **given: SmallAdamW([{"params": weights, "bits": bits}], betas=(0.9, 0.95), **given)


@pytest.mark.parametrize(("bits", "far"), [(16, 0.02), (8, 0.15)])
def test_small_moments_go_where_full_ones_do(bits: int, far: float) -> None:
    """Over 30 steps each weight moves by up to 0.3; paths part by a small share of that."""
    exact = steps_with(lambda weights, **given: AdamW(weights, betas=(0.9, 0.95), **given), params())
    found = steps_with(small(bits), params())
    for start, one, other in zip(STARTS, found, exact, strict=True):
        moved = (other - start).pow(2).mean().sqrt()
        assert (one - other).pow(2).mean().sqrt() < far * moved
        assert (one - other).abs().max() < 10 * far * moved


def params() -> list[nn.Parameter]:
    return [nn.Parameter(start.clone()) for start in STARTS]


def test_one_step_of_small_moments_is_exactly_that_of_full_ones() -> None:
    """The first step uses moments before they were rounded."""
    exact, *found = (
        steps_with(make, params(), steps=1)
        for make in (lambda weights, **given: AdamW(weights, betas=(0.9, 0.95), **given), small(16), small(8))
    )
    for ours in found:
        torch.testing.assert_close(ours, exact, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("bits", "each"), [(32, 8.0), (16, 4.0), (8, 2.04)])
def test_bytes_a_weight(bits: int, each: float) -> None:
    weight = nn.Parameter(torch.zeros(100, 1000))
    weight.grad = torch.ones(100, 1000)
    optimizer = AdamW([weight]) if bits == 32 else small(bits)([weight], lr=0.1)
    optimizer.step()
    held = sum(value.nbytes for name, value in optimizer.state[weight].items() if name != "step")
    assert held / weight.numel() == pytest.approx(each, rel=0.01)


@pytest.mark.parametrize("signed", [True, False])
def test_codes_are_those_of_a_peer(signed: bool) -> None:
    peer = pytest.importorskip("torchao.optim.quant_utils")
    expected = torch.tensor(peer.create_dynamic_map(signed))
    torch.testing.assert_close(moments.codebook(signed, torch.device("cpu")), expected, rtol=1e-6, atol=1e-9)


def test_what_is_kept_is_the_nearest_there_is() -> None:
    book = moments.codebook(True, torch.device("cpu"))
    values = torch.linspace(-1, 1, 999)
    nearest = (values[:, None] - book).abs().argmin(1)
    torch.testing.assert_close(book[moments.encode(values, True).long()], book[nearest])


def test_a_small_second_moment_never_becomes_none() -> None:
    """Or the step after, a mean over the root of nothing, would have no measure."""
    weight = nn.Parameter(torch.zeros(1, 2))
    optimizer = small(8)([weight], lr=0.01)
    for grad in ([1e-5, 1.0], [0.0, 0.0]):
        before = weight.detach().clone()
        weight.grad = torch.tensor([grad])
        optimizer.step()
        assert (weight - before).abs().max() < 0.02
