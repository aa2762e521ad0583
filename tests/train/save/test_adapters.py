"""Adapters by themselves: peft puts them on the adapted base, and the logits are the merged model's."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from emma.train.config import TrainConfig
from emma.train.model.config import LoraConfig
from emma.train.model.sharding import load_sharded
from emma.train.ranks import process_group
from emma.train.save.export import export_model
from tests.train.conftest import random_ids, tiny_model
from tests.train.model.test_loss_model import packed

peft = pytest.importorskip("peft")


def train(folder: Path, model: torch.nn.Module, **fields: Any) -> Path:
    """Train adapters for some steps; returns the folder with base, model and adapters."""
    model.save_pretrained(folder / "base")
    section = TrainConfig(lora=LoraConfig(rank=4, alpha=3.0, save=True, **fields), device="cpu")
    with process_group(section):
        loss_model = load_sharded(folder / "base", section, 40)
        optimizer = torch.optim.AdamW([each for each in loss_model.parameters() if each.requires_grad], lr=0.05)
        for _ in range(3):
            loss_model(*packed())[0].backward()
            optimizer.step()
            optimizer.zero_grad()
        export_model(loss_model, folder / "base", folder / "model")
    return folder


CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"tie_word_embeddings": True}, {}),
    ({}, {"train_embeddings": False, "targets": ("q_proj", "up_proj")}),
]


@pytest.mark.parametrize(("model", "lora"), CASES, ids=str)
def test_peft_loads_them(tmp_path: Path, model: dict[str, Any], lora: dict[str, Any]) -> None:
    train(tmp_path, tiny_model(**model), **lora)
    base = AutoModelForCausalLM.from_pretrained(tmp_path / "base")
    adapted = peft.PeftModel.from_pretrained(base, tmp_path / "adapters").eval()
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "model").eval()
    ids = random_ids(2, 30)
    torch.testing.assert_close(adapted(ids).logits, merged(ids).logits, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(merged(ids).logits, tiny_model(**model).eval()(ids).logits, atol=1e-2)
    # Of its own accord peft merges them to the same model.
    plain = adapted.merge_and_unload()
    torch.testing.assert_close(plain(ids).logits, merged(ids).logits, rtol=1e-5, atol=1e-5)


def test_a_base_without_the_new_rows_can_take_them(tmp_path: Path) -> None:
    """Rows of embeddings and head come with the adapters: a base of fewer pieces needs room for them, and no more."""
    train(tmp_path, tiny_model())
    base = AutoModelForCausalLM.from_pretrained(tmp_path / "base")
    base.resize_token_embeddings(80)
    base.resize_token_embeddings(101)
    adapted = peft.PeftModel.from_pretrained(base, tmp_path / "adapters").eval()
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "model").eval()
    ids = random_ids(2, 30)
    torch.testing.assert_close(adapted(ids).logits, merged(ids).logits, rtol=1e-5, atol=1e-5)


def test_the_files_say_nothing_of_this_machine(tmp_path: Path) -> None:
    for name in ("one", "two"):
        train(tmp_path / name, tiny_model().to(torch.bfloat16))
    for path in (tmp_path / "one" / "adapters").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / "adapters" / path.name).read_bytes()
    settings = json.loads((tmp_path / "one" / "adapters" / "adapter_config.json").read_text())
    assert settings["base_model_name_or_path"] is None
    assert (settings["r"], settings["lora_alpha"]) == (4, 3.0)
    assert settings["modules_to_save"] == ["model.embed_tokens", "lm_head"]
    assert str(tmp_path) not in json.dumps(settings)
    kinds = {name: each.dtype for name, each in load_file(tmp_path / "one/adapters/adapter_model.safetensors").items()}
    assert kinds["base_model.model.lm_head.weight"] == torch.bfloat16
    assert kinds["base_model.model.model.layers.0.mlp.up_proj.lora_A.weight"] == torch.float32


def test_none_are_written_unasked(tmp_path: Path) -> None:
    tiny_model().save_pretrained(tmp_path / "base")
    section = TrainConfig(lora=LoraConfig(rank=2), device="cpu")
    with process_group(section):
        export_model(load_sharded(tmp_path / "base", section, 40), tmp_path / "base", tmp_path / "model")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "model"]
