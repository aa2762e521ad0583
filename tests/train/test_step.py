"""A step against transformers' own loss on unpacked documents, and accumulation against one big batch."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.data import IGNORE, Samples
from emma.train.optimizers import make_optimizers
from emma.train.step import accumulate, check_finite, optimise
from tests.train.conftest import tiny_model


@pytest.fixture
def samples(world) -> Samples:
    inputs = world()
    return Samples(inputs["pack"], inputs["mix"])


def test_gradient_equals_that_of_separate_documents(samples: Samples) -> None:
    batch = samples.batch(range(8))
    model, reference = tiny_model(), tiny_model()
    nats = accumulate(model, batch, batch.predicted, TrainConfig())
    total, tokens = torch.zeros(()), 0
    for inputs, targets, positions in zip(batch.inputs, batch.targets, batch.positions, strict=True):
        cuts = [*np.flatnonzero(positions == 0), len(positions)]
        for start, end in pairwise(cuts):
            logits = reference(torch.from_numpy(inputs[start:end])[None]).logits[0]
            wanted = torch.from_numpy(targets[start:end])
            total = total + torch.nn.functional.cross_entropy(logits, wanted, ignore_index=IGNORE, reduction="sum")
            tokens += int((wanted != IGNORE).sum())
    (total / tokens).backward()
    assert nats.sum() == pytest.approx(total.item(), rel=1e-5)
    for (name, one), other in zip(model.named_parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=1e-6, msg=name)


@pytest.mark.parametrize("micro_batch", [1, 3, 8])
def test_accumulation_changes_nothing(samples: Samples, micro_batch: int) -> None:
    batch, whole, parts = samples.batch(range(8)), tiny_model(), tiny_model()
    for model, size in ((whole, 100), (parts, micro_batch)):
        section = TrainConfig(micro_batch=size, learning_rate=1e-2)
        nats, norm = optimise(model, make_optimizers(model, section), batch, section)
        assert len(nats) == batch.predicted
        assert norm > 0
    for one, other in zip(whole.parameters(), parts.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_clipping_bounds_the_gradient(samples: Samples) -> None:
    model, section = tiny_model(), TrainConfig(grad_clip=1e-12, weight_decay=0, learning_rate=1.0)
    before = [each.detach().clone() for each in model.parameters()]
    optimise(model, make_optimizers(model, section), samples.batch(range(2)), section)
    # Adam's step is rate · g / (|g| + 1e-8): gradients of 1e-12 move weights by at most 1e-4.
    moved = max((one - other).abs().max().item() for one, other in zip(before, model.parameters(), strict=True))
    assert 0 < moved <= 1e-3


def test_a_loss_that_is_no_number_stops_with_the_batch(samples: Samples) -> None:
    model = tiny_model()
    with torch.no_grad():
        model.lm_head.weight[5, 0] = float("nan")
    batch, section = samples.batch(range(4)), TrainConfig()
    before = model.model.norm.weight.clone()
    nats, norm = optimise(model, make_optimizers(model, section), batch, section)
    assert torch.equal(model.model.norm.weight, before)
    with pytest.raises(RecipeError, match=r"broke at step 12: .*amh_Ethi \(web\) at token .*learning_rate lower"):
        check_finite(12, batch, samples.sources, nats, norm)
    check_finite(12, batch, samples.sources, np.ones(3, np.float32), 1.0)
