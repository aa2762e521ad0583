"""Low-rank adapters (Hu et al., arXiv 2106.09685) through peft, and their merging into plain weights.

Merging works on a state dict of whole tensors, so it does not matter how the model was sharded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from emma.config.extras import need
from emma.errors import RecipeError
from emma.wording import suggest

if TYPE_CHECKING:
    from emma.train.model.config import LoraConfig

ADAPTER = "default"
"""Name under which peft keeps the only adapter."""
BASE, DOWN, UP = ".base_layer.", f".lora_A.{ADAPTER}.weight", f".lora_B.{ADAPTER}.weight"
"""Parts of peft's names for the weights of a layer with an adapter: its own, (rank, in) and (out, rank)."""


def add_adapters(model: PreTrainedModel, blocks: Sequence[nn.Module], lora: LoraConfig) -> None:
    """Put adapters beside linear layers of the blocks, in place, and freeze all but them and the embeddings.

    Raises ExtraError without peft, RecipeError when there is no layer to adapt.
    """
    peft: Any = need("peft", "lora")
    settings = peft.LoraConfig(
        r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, target_modules=target_layers(model, blocks, lora)
    )
    peft.inject_adapter_in_model(settings, model, ADAPTER)
    if lora.train_embeddings:
        ends: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]  # type: ignore[no-untyped-call]
        for layer in ends:
            layer.requires_grad_(True)


def target_layers(model: nn.Module, blocks: Sequence[nn.Module], lora: LoraConfig) -> list[str]:
    """Full names of the linear layers to adapt. RecipeError, with the names there are, for a target that is none."""
    inside = {id(layer) for block in blocks for layer in block.modules() if isinstance(layer, nn.Linear)}
    names = [name for name, layer in model.named_modules() if id(layer) in inside]
    words = sorted({name.rpartition(".")[2] for name in names})
    if not words:
        raise RecipeError("train.lora: the layers of this kind of model cannot have adapters. Remove [train.lora].")
    if unknown := sorted(set(lora.targets) - set(words)):
        raise RecipeError(
            f"train.lora.targets: this model has no linear layer '{unknown[0]}' inside its blocks. "
            f"{suggest(unknown[0], words)}"
        )
    return [name for name in names if not lora.targets or name.rpartition(".")[2] in lora.targets]


def merge_adapters(state: Mapping[str, Tensor], lora: LoraConfig) -> dict[str, Tensor]:
    """The weights of the model without adapters that computes the same: W + alpha / rank · B A, in W's type.

    `state` has whole tensors under the names of the model with adapters; names and order are those of the model
    without. Tensors that have no adapter are handed on as they are.
    """
    scale = lora.alpha / lora.rank
    return {
        name.replace(BASE, "."): _with_update(name, weight, state, scale)
        for name, weight in state.items()
        if not name.endswith((DOWN, UP))
    }


def _with_update(name: str, weight: Tensor, state: Mapping[str, Tensor], scale: float) -> Tensor:
    layer, is_base, kind = name.partition(BASE)
    if not is_base or kind != "weight":
        return weight
    # Summed in float32 and rounded once.
    up, down = state[layer + UP].float(), state[layer + DOWN].float()
    return torch.addmm(weight.float(), up, down, alpha=scale).to(weight.dtype)
