"""What holds weights at the base's, in whole steps: against a loop over plain tensors, and bits that stay."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from emma.tokens.samples import Samples
from emma.train.batch import make_batch
from emma.train.config import TrainConfig
from emma.train.keep.anchor import make_anchor
from emma.train.model.blocks import prepare_model
from emma.train.model.config import LoraConfig
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import make_mesh, shard_model
from emma.train.optimizer.optimizers import make_optimizers, set_rates
from emma.train.ranks import process_group
from emma.train.step import optimise
from tests.train.conftest import VOCABULARY, tiny_model

NEW_ROW, STEPS, RATE = 70, 4, 1e-2
SECTION: dict[str, Any] = {"learning_rate": RATE, "precision": "fp32", "weight_decay": 0.1}


@pytest.fixture
def samples(world) -> Samples:
    inputs = world()
    return Samples(inputs["pack"], inputs["mix"])


@pytest.fixture
def take_steps(samples: Samples) -> Iterator[Callable[..., dict[str, torch.Tensor]]]:
    """Train a tiny model for some steps; returns its weights."""

    def take(first_new_row: int | None = NEW_ROW, steps: int = STEPS, **fields: Any) -> dict[str, torch.Tensor]:
        tie = fields.pop("tie", False)
        section = TrainConfig(**(SECTION | fields))
        loss_model = LossModel(tiny_model(tie_word_embeddings=tie), section)
        prepare_model(loss_model.model, section)
        shard_model(loss_model, section, make_mesh(section, torch.device("cpu")))
        optimizers = make_optimizers(loss_model.model, section, None, first_new_row)
        anchor = make_anchor(loss_model.model, section, first_new_row)
        for step in range(steps):
            set_rates(optimizers, 1 / (step + 1))
            batch = make_batch(samples, range(4 * step, 4 * step + 4))
            optimise(loss_model, optimizers, [batch], batch.predicted, section, anchor=anchor)
        return {name: weight.full_tensor().detach() for name, weight in loss_model.model.named_parameters()}

    with process_group(TrainConfig(device="cpu")):
        yield take


@pytest.mark.parametrize(
    "change",
    [{}, {"tie": True}, {"optimizer": "muon"}, {"optimizer_states": "int8"}, {"new_row_lr": 0.1}, {"l2_to_base": 2.0}],
    ids=str,
)
def test_old_rows_keep_their_bits(take_steps, change: dict[str, Any]) -> None:
    base = dict(tiny_model(tie_word_embeddings="tie" in change).named_parameters())
    for name, weight in take_steps(freeze=("old_rows",), **change).items():
        if len(weight) == VOCABULARY:
            assert torch.equal(weight[:NEW_ROW], base[name][:NEW_ROW])
            assert (weight[NEW_ROW:] != base[name][NEW_ROW:]).any()
        else:
            assert not torch.equal(weight, base[name])


def test_all_but_new_rows_keep_their_bits(take_steps) -> None:
    base = dict(tiny_model().named_parameters())
    for name, weight in take_steps(freeze=("all_but_new_rows",)).items():
        kept = NEW_ROW if len(weight) == VOCABULARY else len(weight)
        assert torch.equal(weight[:kept], base[name][:kept])
        assert len(weight) == kept or not torch.equal(weight[kept:], base[name][kept:])


def test_the_norm_is_of_what_moves(take_steps) -> None:
    """Frozen rows do not make the gradient of the others smaller by clipping."""
    free, held = (take_steps(steps=1, grad_clip=1e-9, **fields) for fields in ({}, {"freeze": ("old_rows",)}))
    name, base = "lm_head.weight", dict(tiny_model().named_parameters())
    moved = [(each[name] - base[name])[NEW_ROW:].abs().max() for each in (free, held)]
    assert moved[1] > moved[0]


@pytest.mark.parametrize("optimizer_states", ["fp32", "bf16"])
@pytest.mark.parametrize("tie", [True, False])
def test_new_rows_have_a_rate_of_their_own(take_steps, tie: bool, optimizer_states: str) -> None:
    """In the first step each row goes where it goes if all have its rate; so do all in all steps at equal rates."""
    fields = {"tie": tie, "optimizer_states": optimizer_states}
    (slow, fast), both = (
        (take_steps(steps=1, learning_rate=rate, **fields) for rate in (RATE, 0.05)),
        take_steps(steps=1, new_row_lr=0.05, **fields),
    )
    for name, weight in both.items():
        old = NEW_ROW if len(weight) == VOCABULARY else len(weight)
        torch.testing.assert_close(weight[:old], slow[name][:old], rtol=0, atol=1e-7)
        torch.testing.assert_close(weight[old:], fast[name][old:], rtol=0, atol=1e-7)
    same = take_steps(new_row_lr=RATE, **fields)
    torch.testing.assert_close(same, take_steps(**fields), rtol=0, atol=1e-6)


def test_without_new_pieces_their_rate_is_of_nothing(take_steps) -> None:
    one, other = take_steps(None, new_row_lr=0.3), take_steps(None)
    assert all(torch.equal(one[name], other[name]) for name in one)


def slow_pull(samples: Samples, strength: float) -> dict[str, torch.Tensor]:
    """AdamW as its paper has it, over plain tensors, and before each update a step back towards the start."""
    loss_model = LossModel(tiny_model(), TrainConfig(precision="fp32"))
    weights = dict(loss_model.model.named_parameters())
    starts, means, squares = ({name: make(each) for name, each in weights.items()} for make in MADE)
    for step in range(STEPS):
        batch, rate = make_batch(samples, range(4 * step, 4 * step + 4)), RATE / (step + 1)
        total, _ = loss_model(*map(torch.from_numpy, (batch.inputs, batch.positions, batch.targets)))
        (total / batch.predicted).backward()
        for name, weight in weights.items():
            old = NEW_ROW if len(weight) == VOCABULARY else len(weight)
            weight.data[:old] -= min(1, rate * strength) * (weight.data - starts[name])[:old]
            weight.data *= 1 - rate * (0.1 if "layers" in name and weight.dim() > 1 else 0.0)
            means[name] = 0.9 * means[name] + 0.1 * weight.grad
            squares[name] = 0.95 * squares[name] + 0.05 * weight.grad**2
            mean, square = means[name] / (1 - 0.9 ** (step + 1)), squares[name] / (1 - 0.95 ** (step + 1))
            weight.data -= rate * mean / (square.sqrt() + 1e-8)
            weight.grad = None
    return {name: weight.detach() for name, weight in weights.items()}


MADE = (lambda weight: weight.detach().clone(), torch.zeros_like, torch.zeros_like)


@pytest.mark.parametrize("strength", [0.5, 30.0, 500.0])  # the last is more than the whole way
def test_the_pull_is_that_of_a_loop_over_plain_tensors(samples: Samples, take_steps, strength: float) -> None:
    found = take_steps(l2_to_base=strength, grad_clip=1e9)
    torch.testing.assert_close(found, slow_pull(samples, strength), rtol=0, atol=1e-5)
    if strength == 30.0:
        base, free = dict(tiny_model().named_parameters()), take_steps(grad_clip=1e9)
        for name in (name for name in found if "layers" in name):
            assert (found[name] - base[name]).norm() < 0.8 * (free[name] - base[name]).norm()


def test_adapters_have_no_base_to_be_pulled_to() -> None:
    with pytest.raises(ValidationError, match="l2_to_base and lora do not go together"):
        TrainConfig(l2_to_base=1.0, lora=LoraConfig())
