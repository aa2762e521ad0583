"""Shapes by name, by file, and of a recipe."""

import json
from pathlib import Path

import pytest
from transformers import AutoConfig

from emma.adapt.config import ArchitectureConfig
from emma.errors import RecipeError
from emma.inspect.plan.shape import NAMED_SHAPES, find_named_shape, read_shape, shape_from_architecture, with_new_pieces
from tests.models.test_shape import LLAMA_LIKE


def test_a_recipe_s_architecture() -> None:
    architecture = ArchitectureConfig(tie=True)
    config = AutoConfig.for_model("llama", **LLAMA_LIKE | {"hidden_size": 128, "intermediate_size": 352})
    assert shape_from_architecture(architecture, 1000).width == config.hidden_size
    assert shape_from_architecture(architecture, 1000).tied


@pytest.mark.parametrize(("name", "billions"), [("llama2-7b", 6.74), ("llama2-13b", 13.02), ("llama3-8b", 8.03)])
def test_named_shapes_have_the_published_sizes(name: str, billions: float) -> None:
    assert NAMED_SHAPES[name].weights / 1e9 == pytest.approx(billions, abs=0.006)


def test_new_pieces_are_padded() -> None:
    shape = NAMED_SHAPES["llama2-7b"]
    assert with_new_pieces(shape, 0, 128) == shape
    assert with_new_pieces(shape, 8001, 128).rows == 40_064


def test_a_file_or_folder_by_path(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama", **LLAMA_LIKE}))
    assert find_named_shape(str(tmp_path)) == find_named_shape(str(tmp_path / "config.json"))
    (tmp_path / "nested.json").write_text(json.dumps({"model_type": "x", "text_config": LLAMA_LIKE}))
    assert read_shape(tmp_path / "nested.json").layers == 3


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("{", "is not valid JSON"),
        (json.dumps({**LLAMA_LIKE, "num_local_experts": 8}), "a mixture of experts"),
        (json.dumps({**LLAMA_LIKE, "hidden_size": "x"}), "no whole number above 0 for hidden_size;"),
        (json.dumps({**LLAMA_LIKE, "num_attention_heads": 0}), "no whole number above 0 for num_attention_heads;"),
        (
            json.dumps({"hidden_size": 3}),
            "no whole number above 0 for num_hidden_layers, num_attention_heads, intermediate_size",
        ),
    ],
)
def test_what_is_no_dense_decoder_is_refused(tmp_path: Path, config: str, message: str) -> None:
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(RecipeError, match=message):
        read_shape(tmp_path / "config.json")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(RecipeError, match="--shape lama7b: no such file, and none of the names llama2-7b"):
        find_named_shape("lama7b")
