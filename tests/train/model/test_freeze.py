"""What is frozen, by which name, and what cannot be."""

import pytest
from pydantic import ValidationError

from emma.errors import RecipeError
from emma.train.config import TrainConfig
from emma.train.model.blocks import find_decoder_blocks
from emma.train.model.freeze import check_base_settings, freeze_weights
from emma.train.optimizer.rates import StartingPoint
from tests.train.conftest import tiny_model

BASE = StartingPoint(1000, 32, base=True, first_new_row=90)


def trained(parts: tuple[str, ...], **fields: object) -> set[str]:
    """The parts of a model of four blocks that are trained, as `0` for a block."""
    model = tiny_model(num_hidden_layers=4, **fields)
    freeze_weights(model, find_decoder_blocks(model), TrainConfig(freeze=parts))
    names = (name for name, weight in model.named_parameters() if weight.requires_grad)
    return {name.split("layers.")[1][0] if "layers." in name else name.removesuffix(".weight") for name in names}


ENDS = {"model.embed_tokens", "model.norm", "lm_head"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), {*ENDS, *"0123"}),
        (("old_rows",), {*ENDS, *"0123"}),  # by row, while training
        (("blocks",), ENDS),
        (("blocks.0", "blocks.2-3"), {*ENDS, "1"}),
        (("all_but_new_rows",), {"model.embed_tokens", "lm_head"}),
    ],
)
def test_parts_by_name(parts: tuple[str, ...], expected: set[str]) -> None:
    assert trained(parts) == expected


def test_tied_rows_are_one_weight() -> None:
    assert trained(("all_but_new_rows",), tie_word_embeddings=True) == {"model.embed_tokens"}


@pytest.mark.parametrize("part", ["blocks.4", "blocks.2-4", "blocks.3-1"])
def test_a_block_that_is_not_there(part: str) -> None:
    with pytest.raises(RecipeError, match=rf"train\.freeze = '{part}': the model has the blocks 0 to 3"):
        trained((part,))


@pytest.mark.parametrize("part", ["embeddings", "blocks.", "blocks.a", "layers.3", "blocks.1-", ""])
def test_words_that_name_no_part(part: str) -> None:
    with pytest.raises(ValidationError, match=r"no part of a model that can be frozen; there are old_rows"):
        TrainConfig(freeze=(part,))


@pytest.mark.parametrize("parts", [("all_but_new_rows",), ("blocks", "old_rows", "all_but_new_rows")])
def test_a_freeze_that_leaves_nothing(parts: tuple[str, ...]) -> None:
    """Where the vocabulary gained no piece; with new pieces their rows are left."""
    model, section = tiny_model(), TrainConfig(freeze=parts)
    freeze_weights(model, find_decoder_blocks(model), section)
    check_base_settings(model, section, BASE)
    none_new = StartingPoint(1000, 32, base=True)
    with pytest.raises(RecipeError, match=r"leaves nothing to train\. The vocabulary gained no pieces"):
        check_base_settings(model, section, none_new)


def test_a_freeze_beside_adapters_that_leaves_nothing() -> None:
    model = tiny_model().requires_grad_(False)
    with pytest.raises(RecipeError, match=r"train\.freeze = \['blocks'\] leaves nothing to train\. Take"):
        check_base_settings(model, TrainConfig(freeze=("blocks",)), BASE)


@pytest.mark.parametrize("setting", [{"freeze": ("old_rows",)}, {"new_row_lr": 0.1}, {"l2_to_base": 0.1}], ids=str)
def test_without_a_base_there_is_nothing_to_keep(setting: dict[str, object]) -> None:
    (name,) = setting
    with pytest.raises(RecipeError, match=rf"train\.{name} keeps what a base knows, but training starts from random"):
        check_base_settings(tiny_model(), TrainConfig(**setting), StartingPoint(1000, 32, base=False))
