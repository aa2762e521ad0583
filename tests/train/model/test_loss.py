"""The chunked loss against torch's own cross-entropy on whole logits."""

from itertools import product

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from emma.models.head import Head
from emma.train.model import loss
from emma.train.model.loss import next_token_loss

ENDS = {"plain": {}, "scale": {"scale": 0.25}, "cap": {"cap": 3.0}, "scale and cap": {"scale": 2.0, "cap": 5.0}}
"""What may happen to logits after the head: nothing, as in Cohere and Granite, as in Gemma 2, as in Muse."""


def slow_logits(hidden: Tensor, head: Head) -> Tensor:
    raw = hidden @ head.weight.T
    raw = (raw if head.bias is None else raw + head.bias) * head.scale
    return raw if head.cap is None else head.cap * torch.tanh(raw / head.cap)


@pytest.mark.parametrize(("name", "biased", "elements"), list(product(ENDS, [False, True], [1, 300, 1 << 20])))
def test_equal_to_cross_entropy(monkeypatch: pytest.MonkeyPatch, name: str, biased: bool, elements: int) -> None:
    """Row by row, in uneven chunks, and at once."""
    monkeypatch.setattr(loss, "MIN_CHUNK_ROWS", 1)
    monkeypatch.setitem(loss.LOGITS_PER_CHUNK, "cpu", elements)
    torch.manual_seed(0)
    hidden, weight, bias = (torch.randn(shape, requires_grad=True) for shape in ((23, 8), (50, 8), (50,)))
    head, leaves = Head(weight, bias if biased else None, **ENDS[name]), (hidden, weight, bias)[: 3 if biased else 2]
    targets = torch.randint(0, 50, (23,))
    total, nats = next_token_loss(hidden, head, targets)
    found = torch.autograd.grad(total / 7, leaves)
    wanted = cross_entropy(slow_logits(hidden, head), targets, reduction="none")
    torch.testing.assert_close(nats, wanted)
    torch.testing.assert_close(total, wanted.sum())
    torch.testing.assert_close(found, torch.autograd.grad(wanted.sum() / 7, leaves))


@pytest.mark.parametrize("trained", ["hidden", "weight"])
def test_only_what_is_trained_gets_a_gradient(trained: str) -> None:
    torch.manual_seed(0)
    leaves = {"hidden": torch.randn(9, 4), "weight": torch.randn(20, 4)}
    leaf = leaves[trained].requires_grad_()
    targets = torch.randint(0, 20, (9,))
    total, _ = next_token_loss(leaves["hidden"], Head(leaves["weight"]), targets)
    (found,) = torch.autograd.grad(total, leaf)
    (wanted,) = torch.autograd.grad(
        cross_entropy(leaves["hidden"] @ leaves["weight"].T, targets, reduction="sum"), leaf
    )
    torch.testing.assert_close(found, wanted)


def test_nothing_is_kept_where_nothing_is_trained() -> None:
    with torch.no_grad():
        total, _ = next_token_loss(torch.ones(3, 4), Head(torch.ones(5, 4, requires_grad=True)), torch.zeros(3).long())
    assert not total.requires_grad


def test_bfloat16_products_give_float32_gradients_of_the_head() -> None:
    torch.manual_seed(0)
    hidden, weight = torch.randn(200, 16), torch.randn(50, 16, requires_grad=True)
    targets = torch.randint(0, 50, (200,))
    total, nats = next_token_loss(hidden.to(torch.bfloat16), Head(weight), targets)
    (found,) = torch.autograd.grad(total, weight)
    (wanted,) = torch.autograd.grad(cross_entropy(hidden @ weight.T, targets, reduction="sum"), weight)
    assert nats.dtype == found.dtype == torch.float32
    torch.testing.assert_close(found, wanted, rtol=0, atol=0.02 * wanted.abs().max().item())


def test_a_bfloat16_head_is_summed_up_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sharding hands out weights in bfloat16. Many small chunks must not round the sum at each of them."""
    monkeypatch.setitem(loss.LOGITS_PER_CHUNK, "cpu", 50)
    monkeypatch.setattr(loss, "MIN_CHUNK_ROWS", 1)
    torch.manual_seed(0)
    hidden, weight = torch.randn(400, 16).bfloat16(), torch.randn(50, 16).bfloat16().requires_grad_()
    targets = torch.randint(0, 50, (400,))
    (found,) = torch.autograd.grad(next_token_loss(hidden, Head(weight), targets)[0], weight)
    exact = weight.detach().float().requires_grad_()
    (wanted,) = torch.autograd.grad(cross_entropy(hidden.float() @ exact.T, targets, reduction="sum"), exact)
    assert found.dtype == torch.bfloat16
    # Summed up in bfloat16 over 400 chunks it is off by 2 % of the largest.
    torch.testing.assert_close(found.float(), wanted, rtol=0, atol=0.006 * wanted.abs().max().item())


def test_an_impossible_target_costs_its_true_price() -> None:
    """Its probability is zero in float32, its cost of 200 nats is not infinite."""
    hidden, weight = torch.tensor([[200.0]], requires_grad=True), torch.tensor([[1.0], [0.0]])
    total, nats = next_token_loss(hidden, Head(weight), torch.tensor([1]))
    total.backward()
    assert nats.item() == 200.0
    assert hidden.grad.item() == 1.0


def test_nothing_to_predict() -> None:
    hidden = torch.ones(0, 4, requires_grad=True)
    total, nats = next_token_loss(hidden, Head(torch.ones(5, 4)), torch.zeros(0, dtype=torch.long))
    total.backward()
    assert total.item() == 0
    assert nats.shape == (0,)


@pytest.mark.parametrize(("pieces", "rows"), [(5_000, (1 << 21) // 5_000), (40_000, 128)])
def test_the_chunks_bound_the_memory(pieces: int, rows: int) -> None:
    """No tensor of logits is larger than a chunk."""
    largest = 0

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, function, types, given=(), named=None):
            nonlocal largest
            made = function(*given, **(named or {}))
            if isinstance(made, Tensor):
                largest = max(largest, made.numel())
            return made

    hidden, weight = torch.randn(1000, 4, requires_grad=True), torch.randn(pieces, 4, requires_grad=True)
    with Watch():
        next_token_loss(hidden, Head(weight), torch.zeros(1000, dtype=torch.long))[0].backward()
    assert largest == rows * pieces
