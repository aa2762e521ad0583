"""The output head of a causal language model: how logits come from hidden states.

Training and evaluation both stop at the hidden states and make logits a chunk at a time, so both must know what the
model does after its last layer: a bias, a scale, a soft cap. It is read from the configuration and then checked
against the model's own logits, as a model that does something else would be trained and scored wrongly without a word.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from emma.errors import RecipeError
from emma.models.configuration import context_length

TOLERANCE = 1e-4
"""Largest difference of logits, relative to their size, that counts as equal in float32."""

LOGIT_FACTORS = ("logit_scale", "lm_head_multiplier", "output_multiplier")
"""Fields of configurations with a number that logits are multiplied by (Cohere, Falcon-H1, Muse)."""
LOGIT_DIVISORS = ("logits_scaling",)
"""Fields with a number that logits are divided by (Granite)."""
MULTIPLYING_TYPES = ("hyperclovax",)
"""Types of model that multiply by what others divide by."""
PROBE_TOKENS = 16
"""Tokens on which the head is checked, unless the model takes fewer."""


@dataclass(frozen=True)
class Head:
    """Logits are `cap · tanh(scale · (hidden · weightᵀ + bias) / cap)`. `len` is the size of the vocabulary."""

    weight: Tensor
    """(vocabulary, width); one with the input embeddings where the model ties them."""
    bias: Tensor | None = None
    """(vocabulary,)."""
    scale: float = 1.0
    cap: float | None = None
    """Soft bound of the logits (Gemma 2, arXiv 2408.00118 §2.2)."""

    def __len__(self) -> int:
        return len(self.weight)

    def logits(self, hidden: Tensor) -> Tensor:
        """Logits (…, vocabulary) of hidden states (…, width), in the type of `hidden`."""
        bias = None if self.bias is None else self.bias.to(hidden.dtype)
        return self.scale_and_cap(torch.nn.functional.linear(hidden, self.weight.to(hidden.dtype), bias))

    def scale_and_cap(self, raw: Tensor) -> Tensor:
        """Scale and cap; `raw` is products plus bias, and is not changed."""
        scaled = raw if self.scale == 1.0 else raw * self.scale
        return scaled if self.cap is None else torch.tanh(scaled / self.cap) * self.cap


def head_of(model: PreTrainedModel) -> Head:
    """The model's head. Its tensors are the model's own, so ask again after they were moved, sharded or gathered."""
    layer: Any = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    config = model.config.get_text_config()
    return Head(layer.weight, getattr(layer, "bias", None), _scale(config), config_cap(config))


def config_cap(config: Any) -> float | None:
    """The soft cap that a configuration asks for."""
    cap = getattr(config, "final_logit_softcapping", None)
    return float(cap) if cap else None


def _scale(config: Any) -> float:
    """The factor that a configuration multiplies logits by, all its fields together."""
    scale = 1.0
    for name in LOGIT_FACTORS:
        scale *= float(getattr(config, name, None) or 1.0)
    for name in LOGIT_DIVISORS:
        number = float(getattr(config, name, None) or 1.0)
        scale = scale * number if config.model_type in MULTIPLYING_TYPES else scale / number
    return scale


@torch.no_grad()
def check_head(model: PreTrainedModel, name: str) -> None:
    """RecipeError, naming the model, unless its own logits are what its head makes of its hidden states."""
    # Dropout would make the two sets of logits differ.
    was_training = model.training
    model.train(False)
    head, backbone = head_of(model), model.base_model
    tokens = min(PROBE_TOKENS, context_length(model.config) or PROBE_TOKENS)
    ids = torch.arange(tokens, device=head.weight.device)[None] % len(head)
    hidden = backbone(input_ids=ids, use_cache=False).last_hidden_state
    own = model(input_ids=ids, use_cache=False).logits
    model.train(was_training)
    if not is_close(head.logits(hidden), own):
        raise RecipeError(
            f"{name} makes its logits in a way that EMMA does not know: they are not what weights, bias, scale and cap "
            f"of its configuration ({model.config.model_type}) make of the hidden states. Choose another base."
        )


def is_close(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are equal but for rounding in float32."""
    return bool((one - other).abs().max() <= TOLERANCE * other.abs().max())
