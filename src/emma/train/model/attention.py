"""Attention that keeps the documents of a packed sequence apart, by the fastest means that machine and model have.

`sdpa` is transformers' own path: a dense mask, or none where every sequence holds one document. `varlen` and `flex` do
not compute what is masked. They are registered with transformers under names of ours, and take the documents from a
keyword that models hand down to their layers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import flex_attention
from torch.nn.attention.varlen import varlen_attn
from transformers import AttentionInterface, PretrainedConfig, PreTrainedModel

from emma.errors import RecipeError
from emma.train.config import BF16_PRECISIONS
from emma.train.model.attention_probe import AttentionCall, record_attention_calls
from emma.train.model.documents import FLEX_BLOCK, Documents, documents_for_flex, documents_for_varlen

if TYPE_CHECKING:
    from emma.train.config import TrainConfig

Kind = Literal["sdpa", "flex", "varlen"]

REGISTERED_NAMES: dict[Kind, str] = {"flex": "emma_flex", "varlen": "emma_varlen"}
"""Names under which our functions are registered with transformers."""
SUPPORTED_KEYWORDS = {"varlen": {"scaling", "sliding_window"}, "flex": {"scaling", "sliding_window", "softcap"}}
"""Keywords that layers may pass to them."""
MAX_HEAD_WIDTH = 256
"""Widest head that the flash kernels take, in numbers."""
SUPPORTS_GROUPED_HEADS = "enable_gqa" in inspect.signature(varlen_attn).parameters
"""Whether torch's `varlen_attn` takes fewer key heads than query heads; not yet in torch 2.11."""


@dataclass(frozen=True)
class Attention:
    """The way in which a model attends in training."""

    kind: Kind
    windows: frozenset[int] = frozenset()
    """Sliding windows of its layers, in tokens; 0: none."""

    def model_inputs(self, positions: Tensor) -> dict[str, Documents]:
        """Keywords for the model besides tokens and `positions` (sequences, tokens)."""
        if self.kind == "sdpa":
            return {}
        return {
            "documents": documents_for_flex(positions, self.windows)
            if self.kind == "flex"
            else documents_for_varlen(positions)
        }


def choose_attention(model: PreTrainedModel, section: TrainConfig, device: torch.device, tokens: int) -> Attention:
    """Choose how the model attends to sequences of `tokens`, and set it. `auto` looks for something faster on GPUs
    only.

    Raises RecipeError when the section names a kind that machine or model do not have.
    """
    setting = section.attention
    if setting == "sdpa" or (setting == "auto" and not (device.type == "cuda" and section.document_masks)):
        return Attention("sdpa")
    calls = record_attention_calls(model.config)
    kinds: tuple[Kind, ...] = ("varlen", "flex") if setting == "auto" else (setting,)
    for kind in kinds:
        obstacle = _machine_obstacle(kind, section, device, tokens) or _model_obstacle(kind, calls, model.config)
        if obstacle is None:
            model.set_attn_implementation(REGISTERED_NAMES[kind])
            return Attention(kind, frozenset(call.window for call in calls))
        if setting != "auto":
            raise RecipeError(f"train.attention = '{kind}' cannot be used here: {obstacle}. Set it to auto.")
    return Attention("sdpa")


def _machine_obstacle(kind: Kind, section: TrainConfig, device: torch.device, tokens: int) -> str | None:
    """Why this kind cannot be used on this machine or with these settings; None when it can."""
    if kind == "varlen" and not (device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0)):
        return "it needs a CUDA device of compute capability 8.0 or more"
    if kind == "varlen" and section.precision not in BF16_PRECISIONS:
        return "it computes in bfloat16 only, and train.precision is fp32"
    if kind == "flex" and device.type == "cpu":
        return "on a CPU it has no backward pass"
    if kind == "flex" and tokens % FLEX_BLOCK:
        return f"mix.sequence_length is {tokens}, and must be a multiple of {FLEX_BLOCK}"
    return None


def _model_obstacle(kind: Kind, calls: list[AttentionCall], config: PretrainedConfig) -> str | None:
    """Why this kind cannot be used with this kind of model; None when it can."""
    models = f"models of type {config.model_type}"
    if len(calls) != config.get_text_config().num_hidden_layers or not all(call.documents for call in calls):
        return f"{models} do not hand documents down to all of their layers"
    if not all(call.is_plain for call in calls):
        return f"{models} have layers that do not simply see what is before"
    if unsupported := {word for call in calls for word in call.keywords} - SUPPORTED_KEYWORDS[kind]:
        return f"{models} ask their attention for {', '.join(sorted(unsupported))}"
    if kind == "varlen" and any(
        one != other or one > MAX_HEAD_WIDTH or one % 8 for one, other in (call.widths for call in calls)
    ):
        return f"{models} have heads of a width that flash attention does not know"
    return None


def attend_varlen(
    _module: Any, query: Tensor, key: Tensor, value: Tensor, _mask: None, **keywords: Any
) -> tuple[Tensor, None]:
    """Flash attention (arXiv 2307.08691) over documents of different lengths, laid end to end.

    `query` (sequences, heads, tokens, width); `key` and `value` likewise, with as many heads or a divisor of them.
    Gives (sequences, tokens, heads, width).
    """
    documents: Documents = keywords["documents"]
    # It counts the tokens before, without the token itself; -1 stands for all of them.
    options: dict[str, Any] = {"scale": keywords.get("scaling"), "window_size": (window_of(keywords) - 1, 0)}
    if SUPPORTS_GROUPED_HEADS:
        options["enable_gqa"] = query.shape[1] != key.shape[1]
    else:
        key, value = (_repeat(states, query.shape[1]) for states in (key, value))
    # Flash attention takes sequences laid end to end, (tokens, heads, width), and bounds between documents.
    q, k, v = (states.transpose(1, 2).flatten(0, 1) for states in (query, key, value))
    bounds, longest = documents.bounds, documents.tokens
    output: Any = varlen_attn(q, k, v, bounds, bounds, longest, longest, **options)
    return output.unflatten(0, (query.shape[0], query.shape[2])), None


def attend_flex(
    _module: Any, query: Tensor, key: Tensor, value: Tensor, _mask: None, **keywords: Any
) -> tuple[Tensor, None]:
    """FlexAttention (arXiv 2412.05496) over blocks of tokens; shapes as in `attend_varlen`."""
    documents: Documents = keywords["documents"]
    shared = query.shape[1] // key.shape[1]
    if shared & (shared - 1):  # its kernels take a power of two only
        key, value = (_repeat(states, query.shape[1]) for states in (key, value))
    output = _flex(query.device)(
        query,
        key,
        value,
        score_mod=_capped(keywords.get("softcap")),
        block_mask=documents.masks[window_of(keywords)],
        scale=keywords.get("scaling"),
        enable_gqa=query.shape[1] != key.shape[1],
    )
    return output.transpose(1, 2).contiguous(), None


def window_of(keywords: dict[str, Any]) -> int:
    """The tokens that a token sees, itself included; 0: all that are before it."""
    return int(keywords.get("sliding_window") or 0)


def _capped(cap: float | None) -> Callable[..., Tensor] | None:
    """FlexAttention's hook for a soft cap of scores (Gemma 2, arXiv 2408.00118 §2.2)."""
    return None if cap is None else lambda score, *_: cap * torch.tanh(score / cap)


def _repeat(states: Tensor, heads: int) -> Tensor:
    """Key or value states with each head as often as queries share it."""
    return states if states.shape[1] == heads else states.repeat_interleave(heads // states.shape[1], dim=1)


def _flex(device: torch.device) -> Any:
    """FlexAttention: compiled on a GPU, unless the code around it is being compiled already."""
    return flex_attention if device.type == "cpu" or torch.compiler.is_compiling() else _compiled_flex()


@cache
def _compiled_flex() -> Any:
    compiled: Any = torch.compile(flex_attention, dynamic=False)
    return compiled


AttentionInterface.register("emma_varlen", attend_varlen)
AttentionInterface.register("emma_flex", attend_flex)
