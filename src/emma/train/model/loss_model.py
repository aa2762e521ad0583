"""The model as the trainer sees it: tokens in, nats out.

A `LossModel` is any Hugging Face decoder with its loss inside one module, so that sharding, which gathers weights when
the forward pass of a module begins, has all of the head's weights when the loss needs them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils import logging

from emma.errors import RecipeError
from emma.models.configuration import context_length
from emma.models.head import check_head, head_of
from emma.models.probe import check_documents_apart
from emma.train.config import BF16_PRECISIONS
from emma.train.model.attention import Attention, choose_attention
from emma.train.model.documents import check_rotary, scale_by_document
from emma.train.model.loss import next_token_loss

if TYPE_CHECKING:
    from emma.train.config import Precision, TrainConfig
    from emma.train.model.documents import Documents


def load_model(folder: Path, device: torch.device) -> PreTrainedModel:
    """The model of a Hugging Face folder in float32, in training mode."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    auto: Any = AutoModelForCausalLM
    model: PreTrainedModel = auto.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, trust_remote_code=False
    )
    model.to(device).train()  # type: ignore[arg-type]
    return model


class LossModel(nn.Module):
    """A causal language model with its next-token loss."""

    def __init__(self, model: PreTrainedModel, section: TrainConfig) -> None:
        super().__init__()
        self.model = model
        self.section = section
        self.attention: Attention | None = None
        """Chosen at the first batch, which shows the device and the length of sequences."""

    def forward(self, inputs: Tensor, positions: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The sum of nats, to be differentiated, and the nats of each predicted token, float32 (predicted,).

        All three are int64 (sequences, tokens). `positions` start again at 0 with every document; a target below 0
        is not predicted.
        """
        if not self.section.document_masks:
            positions = torch.arange(inputs.shape[1], device=inputs.device).expand_as(inputs)
        if self.attention is None:
            self.attention = choose_attention(self.model, self.section, inputs.device, inputs.shape[1])
            scale_by_document(self.model, inputs.shape[1])
        keywords = self.attention.model_inputs(positions)
        hidden = hidden_states(self.model, inputs, positions, self.section.precision, **keywords)
        predicted = targets >= 0
        return next_token_loss(hidden[predicted], head_of(self.model), targets[predicted])


def hidden_states(
    model: PreTrainedModel, inputs: Tensor, positions: Tensor, precision: Precision, **keywords: Documents
) -> Tensor:
    """Hidden states, which the head reads: (sequences, tokens, width), in the type of the computation.

    Positions that start again at 0 mark documents, and tokens see their own document only: transformers makes that
    mask from the positions when no other mask is given, or our own attention takes it from `keywords`.
    """
    backbone: Any = model.base_model
    half = precision in BF16_PRECISIONS
    # Weights that a sharding policy has already made bfloat16 need no casting.
    cast = half and head_of(model).weight.dtype == torch.float32
    with torch.autocast(inputs.device.type, torch.bfloat16, enabled=cast):
        outputs = backbone(input_ids=inputs, position_ids=positions, use_cache=False, **keywords)
    hidden: Tensor = outputs.last_hidden_state
    return hidden.to(torch.bfloat16) if half else hidden


def check_model(model: PreTrainedModel, sequence_length: int) -> None:
    """Raises RecipeError unless logits are head times hidden states, documents are apart, and sequences fit."""
    context = context_length(model.config)
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
    check_rotary(model.config, sequence_length)
    check_head(model, f"The model to train ({model.config.model_type})")
    check_documents_apart(model)
