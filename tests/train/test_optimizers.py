"""Which weights an optimiser moves, by how much, and Muon's step against its closed form."""

import pytest
import torch

from emma.train.config import TrainConfig
from emma.train.optimizers import groups, make_optimizers, set_rates
from tests.train.conftest import tiny_model


@pytest.mark.parametrize("tie", [True, False])
def test_every_weight_is_in_one_group(tie: bool) -> None:
    model = tiny_model(tie_word_embeddings=tie)
    blocks, embeddings, rest = groups(model)
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
