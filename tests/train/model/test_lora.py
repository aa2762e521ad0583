"""Adapters: what is trained, and that merging changes nothing."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, PreTrainedModel

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.model.blocks import find_decoder_blocks, prepare_model
from emma.train.model.config import LoraConfig
from emma.train.model.lora import merge_adapters
from emma.train.model.loss_model import LossModel
from emma.train.model.sharding import load_sharded
from emma.train.ranks import process_group
from emma.train.save.export import export_model
from tests.train.conftest import random_ids, tiny_model
from tests.train.model.test_loss_model import packed

pytest.importorskip("peft")


def adapted(model: PreTrainedModel | None = None, **fields: Any) -> tuple[PreTrainedModel, TrainConfig]:
    model, section = model or tiny_model(), TrainConfig(lora=LoraConfig(rank=4, **fields), learning_rate=0.05)
    prepare_model(model, section)
    return model, section


def train_a_little(model: PreTrainedModel, section: TrainConfig) -> None:
    optimizer = torch.optim.AdamW([each for each in model.parameters() if each.requires_grad], lr=0.05)
    loss_model = LossModel(model.train(), section)
    for _ in range(3):
        loss_model(*packed())[0].backward()
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.parametrize("fields", [{}, {"tie_word_embeddings": True}, {"attention_bias": True}], ids=str)
def test_merged_weights_are_the_adapted_model(fields: dict[str, Any]) -> None:
    model, section = adapted(tiny_model(**fields), alpha=3.0)
    train_a_little(model, section)
    plain = tiny_model(**fields)
    before = {name: each.clone() for name, each in plain.state_dict().items()}
    plain.load_state_dict(merge_adapters(model.state_dict(), section.lora), strict=True)
    ids = random_ids(2, 30)
    torch.testing.assert_close(plain.eval()(ids).logits, model.eval()(ids).logits, rtol=1e-5, atol=1e-5)
    moved = {name for name, each in plain.state_dict().items() if not torch.equal(each, before[name])}
    linear = {f"model.layers.{n}.{name}.weight" for n in range(2) for name in ALL}
    assert moved == linear | {"model.embed_tokens.weight", "lm_head.weight"}


ALL = [f"self_attn.{each}_proj" for each in "qkvo"] + [f"mlp.{each}_proj" for each in ("gate", "up", "down")]


def test_merged_names_and_order_are_the_models() -> None:
    model, section = adapted()
    assert list(merge_adapters(model.state_dict(), section.lora)) == list(tiny_model().state_dict())


def test_adapters_start_as_nothing() -> None:
    model, section = adapted()
    ids = random_ids(1, 20)
    assert torch.equal(LossModel(model, section).model(ids).logits, tiny_model()(ids).logits)


@pytest.mark.parametrize("embeddings", [True, False])
def test_what_is_trained(embeddings: bool) -> None:
    model, _ = adapted(train_embeddings=embeddings, targets=("q_proj", "v_proj"))
    trained = {name for name, each in model.named_parameters() if each.requires_grad}
    layers = [f"model.layers.{n}.self_attn.{each}_proj.lora_{side}" for n in (0, 1) for each in "qv" for side in "AB"]
    ends = {"model.embed_tokens.weight", "lm_head.weight"} if embeddings else set()
    assert trained == {f"{each}.default.weight" for each in layers} | ends


def test_a_frozen_head_gets_no_gradient() -> None:
    model, section = adapted(train_embeddings=False)
    LossModel(model, section)(*packed())[0].backward()
    assert model.lm_head.weight.grad is None
    assert model.model.layers[0].self_attn.q_proj.lora_B.default.weight.grad.abs().sum() > 0


def test_a_layer_that_is_not_there_is_named() -> None:
    with pytest.raises(RecipeError, match=r"no linear layer 'query'.*down_proj, gate_proj, k_proj, o_proj"):
        adapted(targets=("q_proj", "query"))


def test_a_model_without_linear_layers_is_refused() -> None:
    model = GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=2, n_embd=8, vocab_size=20))
    with pytest.raises(RecipeError, match="layers of this kind of model cannot have adapters"):
        adapted(model)


def test_blocks_are_still_found() -> None:
    model, _ = adapted()
    assert find_decoder_blocks(model) == list(model.model.layers)


def test_adapters_are_sharded_and_merged_whole(tmp_path: Path) -> None:
    """As in a run: trained in shards, gathered, merged, read by transformers."""
    tiny_model().save_pretrained(tmp_path / "base")
    section = TrainConfig(lora=LoraConfig(rank=4), activation_checkpointing="selective")
    with process_group(section):
        loss_model = load_sharded(tmp_path / "base", section, 40)
        optimizer = torch.optim.AdamW([each for each in loss_model.parameters() if each.requires_grad], lr=0.05)
        loss_model(*packed())[0].backward()
        optimizer.step()
        wanted = loss_model(*packed())[1].detach()
        export_model(loss_model, tmp_path / "base", tmp_path / "model")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "model", dtype=torch.float32)
    torch.testing.assert_close(LossModel(model, TrainConfig())(*packed())[1].detach(), wanted, rtol=1e-5, atol=1e-5)
