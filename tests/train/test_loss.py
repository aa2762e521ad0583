"""The chunked loss against torch's own cross-entropy on whole logits."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from emma.train import loss
from emma.train.loss import next_token_loss


@pytest.mark.parametrize("elements", [1, 300, 1 << 20], ids=["row by row", "uneven chunks", "at once"])
def test_equal_to_cross_entropy(monkeypatch: pytest.MonkeyPatch, elements: int) -> None:
    monkeypatch.setitem(loss.CHUNK_ELEMENTS, "cpu", elements)
    torch.manual_seed(0)
    hidden, head = torch.randn(23, 8, requires_grad=True), torch.randn(50, 8, requires_grad=True)
    targets = torch.randint(0, 50, (23,))
    total, nats = next_token_loss(hidden, head, targets)
    (total / 7).backward()
    found = hidden.grad.clone(), head.grad.clone()
    hidden.grad = head.grad = None
    wanted = cross_entropy(hidden @ head.T, targets, reduction="none")
    (wanted.sum() / 7).backward()
    torch.testing.assert_close(nats, wanted)
    torch.testing.assert_close(total, wanted.sum())
    torch.testing.assert_close(found, (hidden.grad, head.grad))


def test_bfloat16_products_give_float32_gradients_of_the_head() -> None:
    torch.manual_seed(0)
    hidden, head = torch.randn(200, 16), torch.randn(50, 16, requires_grad=True)
    targets = torch.randint(0, 50, (200,))
    total, nats = next_token_loss(hidden.to(torch.bfloat16), head, targets)
    total.backward()
    found = head.grad.clone()
    head.grad = None
    cross_entropy(hidden @ head.T, targets, reduction="sum").backward()
    assert nats.dtype == found.dtype == torch.float32
    torch.testing.assert_close(found, head.grad, rtol=0, atol=0.02 * head.grad.abs().max().item())


def test_an_impossible_target_costs_its_true_price() -> None:
    """Its probability is zero in float32, its cost of 200 nats is not infinite."""
    hidden, head = torch.tensor([[200.0]], requires_grad=True), torch.tensor([[1.0], [0.0]])
    total, nats = next_token_loss(hidden, head, torch.tensor([1]))
    total.backward()
    assert nats.item() == 200.0
    assert hidden.grad.item() == 1.0


def test_nothing_to_predict() -> None:
    hidden = torch.ones(0, 4, requires_grad=True)
    total, nats = next_token_loss(hidden, torch.ones(5, 4), torch.zeros(0, dtype=torch.long))
    total.backward()
    assert total.item() == 0
    assert nats.shape == (0,)
