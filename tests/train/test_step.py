"""A step against transformers' own loss on unpacked documents, and accumulation against one big batch."""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from emma.tokens.samples import Samples
from emma.train.batch import IGNORE, StepPlan, make_batch, split_micro_batches
from emma.train.config import TrainConfig
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import make_mesh, shard_model
from emma.train.optimizer.optimizers import make_optimizers
from emma.train.ranks import process_group
from emma.train.step import accumulate, optimise
from tests.train.conftest import tiny_model

CPU = torch.device("cpu")


@pytest.fixture
def samples(world) -> Samples:
    inputs = world()
    return Samples(inputs["pack"], inputs["mix"])


@pytest.fixture
def sharded() -> Iterator[Callable[..., LossModel]]:
    """Make a tiny model as the trainer has it."""

    def make(section: TrainConfig | None = None) -> LossModel:
        section = section or TrainConfig()
        loss_model = LossModel(tiny_model(), section)
        shard_model(loss_model, section, make_mesh(section, CPU))
        return loss_model

    with process_group(TrainConfig(device="cpu")):
        yield make


def gradients(loss_model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: each.grad.full_tensor() for name, each in loss_model.model.named_parameters()}


def test_gradient_equals_that_of_separate_documents(samples: Samples, sharded) -> None:
    batch = make_batch(samples, range(8))
    loss_model, reference = sharded(), tiny_model()
    nats = accumulate(loss_model, [batch], batch.predicted, TrainConfig())
    total, tokens = torch.zeros(()), 0
    for inputs, targets, positions in zip(batch.inputs, batch.targets, batch.positions, strict=True):
        cuts = [*np.flatnonzero(positions == 0), len(positions)]
        for start, end in pairwise(cuts):
            logits = reference(torch.from_numpy(inputs[start:end])[None]).logits[0]
            wanted = torch.from_numpy(targets[start:end])
            total = total + nn.functional.cross_entropy(logits, wanted, ignore_index=IGNORE, reduction="sum")
            tokens += int((wanted != IGNORE).sum())
    (total / tokens).backward()
    assert nats.sum() == pytest.approx(total.item(), rel=1e-5)
    found = gradients(loss_model)
    for name, each in reference.named_parameters():
        torch.testing.assert_close(found[name], each.grad, rtol=1e-4, atol=1e-6, msg=name)


@pytest.mark.parametrize("change", [{}, {"whole_gradients": True}, {"optimizer": "muon"}], ids=str)
@pytest.mark.parametrize("micro_batch", [1, 3, 8])
def test_accumulation_changes_nothing(samples: Samples, sharded, micro_batch: int, change) -> None:
    """The gradients, and with AdamW the weights: Muon's products in bfloat16 make more of a difference in rounding."""
    batch, found, weights = make_batch(samples, range(8)), [], []
    for size, count in ((8, 1), (micro_batch, math.ceil(8 / micro_batch))):
        section = TrainConfig(micro_batch=size, learning_rate=1e-2, **change)
        loss_model = sharded(section)
        parts = split_micro_batches(batch, size, count)
        assert len(accumulate(loss_model, parts, batch.predicted, section)) == batch.predicted
        found.append(gradients(loss_model))
        loss_model.zero_grad()
        nats, norm = optimise(loss_model, make_optimizers(loss_model.model, section), parts, batch.predicted, section)
        assert len(nats) == batch.predicted
        assert norm == pytest.approx(math.sqrt(sum(float(each.norm()) ** 2 for each in found[-1].values())), rel=1e-5)
        weights.append({name: each.full_tensor() for name, each in loss_model.named_parameters()})
    torch.testing.assert_close(*found, rtol=1e-4, atol=1e-6)
    if "optimizer" not in change:
        torch.testing.assert_close(*weights, rtol=1e-4, atol=1e-5)


def test_clipping_bounds_the_gradient(samples: Samples, sharded) -> None:
    section = TrainConfig(grad_clip=1e-12, weight_decay=0, learning_rate=1.0)
    loss_model, batch = sharded(section), make_batch(samples, range(2))
    before = [each.full_tensor().detach().clone() for each in loss_model.parameters()]
    optimise(loss_model, make_optimizers(loss_model.model, section), [batch], batch.predicted, section)
    # Adam's step is rate · g / (|g| + 1e-8): gradients of 1e-12 move weights by at most 1e-4.
    after = [each.full_tensor() for each in loss_model.parameters()]
    moved = max((one - other).abs().max().item() for one, other in zip(before, after, strict=True))
    assert 0 < moved <= 1e-3


@pytest.mark.parametrize("taken", [True, False])
def test_a_step_that_is_not_taken_moves_nothing(samples: Samples, sharded, taken: bool) -> None:
    loss_model, batch, section = sharded(), make_batch(samples, range(4)), TrainConfig(learning_rate=1e-3)
    before = loss_model.model.model.norm.weight.full_tensor().detach().clone()
    optimizers, asked = make_optimizers(loss_model.model, section), []
    _, norm = optimise(
        loss_model, optimizers, [batch], batch.predicted, section, accepts=lambda norm: asked.append(norm) or taken
    )
    assert asked == [norm]
    assert torch.equal(loss_model.model.model.norm.weight.full_tensor(), before) is not taken
    assert all(each.grad is None for each in loss_model.parameters())


def test_a_gradient_that_is_no_number_is_not_taken(samples: Samples, sharded) -> None:
    loss_model, batch, section = sharded(), make_batch(samples, range(4)), TrainConfig(learning_rate=1e-3)
    with torch.no_grad():
        loss_model.model.lm_head.weight.to_local()[5, 0] = float("nan")
    before = loss_model.model.model.norm.weight.full_tensor().detach().clone()
    _, norm = optimise(loss_model, make_optimizers(loss_model.model, section), [batch], batch.predicted, section)
    assert math.isnan(norm)
    assert torch.equal(loss_model.model.model.norm.weight.full_tensor(), before)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_every_sample_is_seen_once_by_one_rank(size: int) -> None:
    ranks = [StepPlan(50, 8, rank, size) for rank in range(size)]
    assert {len(each) for each in ranks} == {7}
    for step in range(7):
        own = [list(each.own_samples(step)) for each in ranks]
        assert sorted(number for part in own for number in part) == list(range(8 * step, min(8 * step + 8, 50)))
        for micro_batch in (1, 2, 5):
            (parts,) = {each.count_micro_batches(step, micro_batch) for each in ranks}
            assert parts == max(math.ceil(len(part) / micro_batch) for part in own)


def test_parts_that_predict_nothing_change_nothing(samples: Samples, sharded) -> None:
    batch, section = make_batch(samples, range(2)), TrainConfig()
    found = []
    for count in (1, 3):
        loss_model = sharded()
        parts = split_micro_batches(batch, 2, count)
        assert [len(each.inputs) for each in parts] == [2, 1, 1][:count]
        nats = accumulate(loss_model, parts, batch.predicted, section)
        found.append((torch.from_numpy(nats), gradients(loss_model)))
    torch.testing.assert_close(*found, rtol=0, atol=0)
