"""Shapes against the weights that transformers makes of the same configurations."""

import json

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from emma.models.shape import Shape, shape_from_config
from emma.train.model.flops import flops_per_token

LLAMA_LIKE = {
    "vocab_size": 1000,
    "hidden_size": 64,
    "intermediate_size": 176,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("llama", LLAMA_LIKE),
        ("llama", LLAMA_LIKE | {"tie_word_embeddings": True}),
        ("mistral", LLAMA_LIKE),
        ("qwen2", LLAMA_LIKE),
        ("qwen3", LLAMA_LIKE | {"head_dim": 32}),
        ("gemma2", LLAMA_LIKE | {"head_dim": 16}),
        ("olmo2", LLAMA_LIKE),
        ("gpt2", {"vocab_size": 1000, "n_embd": 256, "n_layer": 3, "n_head": 4, "n_positions": 8}),
        ("gpt_neox", {**LLAMA_LIKE, "num_key_value_heads": None}),
    ],
)
def test_weights_and_operations_are_those_of_transformers(kind: str, fields: dict) -> None:
    fields = {name: value for name, value in fields.items() if value is not None}
    config = AutoConfig.for_model(kind, **fields)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    shape = shape_from_config(json.loads(config.to_json_string()), kind)
    assert shape.weights == pytest.approx(sum(each.numel() for each in model.parameters()), rel=0.01)
    assert shape.tied is bool(config.tie_word_embeddings)
    if kind == "llama":
        assert shape.flops_per_token(128) == flops_per_token(model, 128)


def test_frozen_weights_take_four_operations_and_adapters_six() -> None:
    shape = Shape(2, 8, 16, 2, 1, 4, 100)
    whole = shape.flops_per_token(0)
    assert whole == 6 * (shape.weights - 800)
    # Queries and results are 8 x 8, keys and values 4 x 8, the three of the feed-forward part 16 x 8.
    assert shape.adapter_weights(3) == 2 * 3 * (2 * 16 + 2 * 12 + 3 * 24)
    frozen = 2 * shape.block + 8 + 800
    assert shape.flops_per_token(0, lora_rank=3) == whole - 2 * frozen + 6 * shape.adapter_weights(3)
    ends_trained = shape.flops_per_token(0, lora_rank=3, trains_ends=True)
    assert ends_trained == whole - 2 * 2 * shape.block + 6 * shape.adapter_weights(3)
