"""Which weights an optimiser moves and by how much: against torch's own, closed forms, and one process against two."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.distributed import checkpoint
from torch.distributed.checkpoint.state_dict import (
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import AdamW

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.optimizer.muon import Muon
from emma.train.optimizer.optimizers import make_optimizers, set_rates, split_parameters
from tests.train.conftest import tiny_model
from tests.train.optimizer.test_moments import small
from tests.train.processes import in_processes, meet


@pytest.mark.parametrize("tie", [True, False])
def test_every_weight_is_in_one_group(tie: bool) -> None:
    model = tiny_model(tie_word_embeddings=tie)
    blocks, embeddings, rest = split_parameters(model)
    names = {id(weight): name for name, weight in model.named_parameters()}
    found = [names[id(weight)] for weight in (*blocks, *embeddings, *rest)]
    assert sorted(found) == sorted(names.values())
    assert all("layers" in names[id(weight)] for weight in blocks)
    assert [names[id(weight)] for weight in embeddings] == ["model.embed_tokens.weight"]
    assert ("lm_head.weight" in {names[id(weight)] for weight in rest}) is not tie


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_rates_and_decay_by_group(optimizer: str) -> None:
    model = tiny_model()
    section = TrainConfig(optimizer=optimizer, learning_rate=0.02, embedding_lr=0.1, head_lr=0.03)
    optimizers = make_optimizers(model, section)
    set_rates(optimizers, 0.5)
    found = {
        id(weight): (group["lr"], group["weight_decay"])
        for each in optimizers
        for group in each.param_groups
        for weight in group["params"]
    }
    block = model.model.layers[0]
    assert found[id(block.mlp.up_proj.weight)] == (0.01, 0.1)
    assert found[id(model.model.embed_tokens.weight)] == (0.05, 0.0)
    assert found[id(model.lm_head.weight)] == found[id(block.input_layernorm.weight)] == (0.015, 0.0)


def test_one_rate_serves_all_unless_told_otherwise() -> None:
    (adamw,) = make_optimizers(tiny_model(), TrainConfig(learning_rate=0.5))
    assert [group["peak"] for group in adamw.param_groups] == [0.5] * 3


@pytest.mark.parametrize("states", ["bf16", "int8"])
def test_a_memory_too_long_for_few_bits_is_refused(states: str) -> None:
    with pytest.raises(RecipeError, match=rf"'{states}' cannot follow train\.beta2 = 0\.999.*0\.99 or less"):
        make_optimizers(tiny_model(), TrainConfig(learning_rate=1e-3, optimizer_states=states, beta2=0.999))


def test_eight_bits_are_for_the_blocks() -> None:
    model = tiny_model()
    (optimizer,) = make_optimizers(model, TrainConfig(learning_rate=1e-3, optimizer_states="int8"))
    for each in model.parameters():
        each.grad = torch.ones_like(each)
    optimizer.step()
    assert optimizer.state[model.model.layers[0].mlp.up_proj.weight]["exp_avg"].dtype == torch.uint8
    for each in (model.model.embed_tokens.weight, model.lm_head.weight, model.model.norm.weight):
        assert optimizer.state[each]["exp_avg"].dtype == torch.bfloat16


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_frozen_weights_stay_out(optimizer: str) -> None:
    """With adapters only some weights are trained."""
    model = tiny_model().requires_grad_(False)
    model.model.layers[1].mlp.up_proj.weight.requires_grad_(True)
    (only,) = make_optimizers(model, TrainConfig(learning_rate=1e-3, optimizer=optimizer))
    assert [id(weight) for group in only.param_groups for weight in group["params"]] == [
        id(model.model.layers[1].mlp.up_proj.weight)
    ]


KINDS = {
    "fp32": lambda weights: AdamW(weights, lr=0.01, fused=True),
    "bf16": lambda weights: small(16)(weights, lr=0.01),
    "int8": lambda weights: small(8)(weights, lr=0.01),
    "muon": lambda weights: Muon(weights, lr=0.01),
}


class Layers(nn.Module):
    """Two matrices that two processes cannot halve evenly, one with rows longer than a block."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(2)
        shapes = ((5, 300), (7, 5))
        self.weights = nn.ParameterList([nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes])


def given_gradients(model: Layers, optimizer: torch.optim.Optimizer, steps: range) -> None:
    """Steps with gradients that are the same bits however the weights are spread."""
    for step in steps:
        for number, weight in enumerate(model.weights):
            grad = torch.randn(weight.shape, generator=torch.Generator().manual_seed(10 * step + number))
            spread = isinstance(weight, DTensor)
            weight.grad = distribute_tensor(grad, weight.device_mesh, weight.placements) if spread else grad
        optimizer.step()


def saved_and_loaded(rank: int, count: int, folder: Path, before: int) -> None:
    """Three steps, saved, as one of `count`; or what one of `before` saved, and three more."""
    meet(rank, count, folder)
    for kind, make in KINDS.items():
        model = Layers()
        fully_shard(model)
        optimizer = make(list(model.parameters()))
        state = {"model": get_model_state_dict(model)}
        if before == 0:
            given_gradients(model, optimizer, range(3))
            state["optimizer"] = get_optimizer_state_dict(model, optimizer)
            checkpoint.save(state, checkpoint_id=folder / f"{kind}-{count}")
            continue
        state["optimizer"] = get_optimizer_state_dict(model, optimizer)
        checkpoint.load(state, checkpoint_id=folder / f"{kind}-{before}")
        set_model_state_dict(model, state["model"])
        set_optimizer_state_dict(model, optimizer, state["optimizer"])
        given_gradients(model, optimizer, range(3, 6))
        whole = [weight.full_tensor() for weight in model.weights]
        torch.save(whole, folder / f"{kind}-{before}-{count}-{rank}.pt")


@pytest.mark.slow
def test_spread_over_processes_and_resumed_on_others_is_the_same_to_the_bit(tmp_path: Path) -> None:
    for count, before in ((1, 0), (2, 0), (1, 2), (2, 1), (2, 2)):
        (tmp_path / f"meet-{count}").unlink(missing_ok=True)
        in_processes(count, saved_and_loaded, count, tmp_path, before)
    for kind, make in KINDS.items():
        alone = Layers()
        given_gradients(alone, make(list(alone.parameters())), range(6))
        for name in ("2-1-0", "1-2-1", "2-2-0"):
            for one, other in zip(torch.load(tmp_path / f"{kind}-{name}.pt"), alone.weights, strict=True):
                assert torch.equal(one, other), (kind, name)
