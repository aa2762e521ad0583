"""The model as the trainer sees it: hidden states from the backbone, and the head's weights.

The loss takes it from there, so nothing depends on the architecture. What has to hold for that is tested on the
loaded model before the first step, as a model that breaks it would train without a word, on the wrong thing.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils import logging

from emma.errors import RecipeError
from emma.train.config import Precision

TOLERANCE = 1e-4
"""Largest difference of logits, relative to their size, that counts as equal in float32."""


def load_model(folder: Path, device: torch.device) -> PreTrainedModel:
    """The model of a Hugging Face folder in float32, in training mode."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    auto: Any = AutoModelForCausalLM
    model: PreTrainedModel = auto.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    model.to(device).train()  # type: ignore[arg-type]
    return model


def head_of(model: PreTrainedModel) -> Tensor:
    """The weights that turn hidden states into logits (vocabulary, width)."""
    head: Any = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    weight: Tensor = head.weight
    return weight


def hidden_states(model: PreTrainedModel, inputs: Tensor, positions: Tensor, precision: Precision) -> Tensor:
    """What the head sees: (sequences, tokens, width), in the type of the computation.

    Positions that start again at 0 mark documents, and tokens see their own document only: transformers makes that
    mask from the positions when no other mask is given.
    """
    backbone: Any = model.base_model
    with torch.autocast(inputs.device.type, torch.bfloat16, enabled=precision == "bf16"):
        hidden: Tensor = backbone(input_ids=inputs, position_ids=positions, use_cache=False).last_hidden_state
    return hidden.to(torch.bfloat16) if precision == "bf16" else hidden


@torch.no_grad()
def check_model(model: PreTrainedModel, sequence_length: int) -> None:
    """Raises RecipeError unless logits are head times hidden states, documents are apart, and sequences fit."""
    context = getattr(model.config, "max_position_embeddings", None)
    if context is None:
        raise RecipeError(
            f"Models of type {model.config.model_type} take no positions, so packed documents cannot be told apart. "
            "Choose another base."
        )
    if sequence_length > context:
        raise RecipeError(
            f"Sequences of {sequence_length} tokens do not fit the model's context of {context}. "
            "Set `mix.sequence_length` lower or `adapt.context` higher."
        )
    model.train(False)
    ids = torch.arange(16, device=model.device)[None] % len(head_of(model))
    places = torch.arange(16, device=model.device)[None]
    hidden = hidden_states(model, ids, places, "fp32")
    if not _close(hidden @ head_of(model).T, model(input_ids=ids, use_cache=False).logits):
        raise RecipeError(
            f"Models of type {model.config.model_type} change their logits after the head (by a bias, a scale or a "
            "cap), which the trainer does not do yet. Choose another base."
        )
    if not _close(
        hidden_states(model, ids, places % 8, "fp32")[:, 8:], hidden_states(model, ids[:, 8:], places[:, :8], "fp32")
    ):
        raise RecipeError(
            f"Models of type {model.config.model_type} let packed documents see each other. Choose another base."
        )
    model.train()


def _close(one: Tensor, other: Tensor) -> bool:
    return bool((one - other).abs().max() <= TOLERANCE * other.abs().max())
