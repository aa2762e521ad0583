"""The needs of a model's attention layers, observed rather than guessed from its configuration.

A twin of the model without weights is run once with an attention function, and a mask function, that only record what
they are called with. Nothing is computed, so it takes milliseconds for a model of any size.
"""

import copy
import logging as levels
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface, AutoModelForCausalLM, PretrainedConfig
from transformers.utils import logging

RECORDER_NAME = "emma_watch"
HARMLESS = {"position_ids", "cache_position", "use_cache", "output_attentions", "is_causal", "documents"}
"""Keywords that do not change attention in training."""
FAR_POSITION = 1 << 24
"""A token so far into a sequence that every window ends before its beginning."""


@dataclass(frozen=True)
class AttentionCall:
    """The call of one layer to its attention function."""

    keywords: frozenset[str]
    """Names of keywords that are set and not harmless."""
    window: int
    """Tokens that a token sees, itself included; 0: all that are before it."""
    widths: tuple[int, int]
    """Width of a head in queries and in values."""
    documents: bool
    """Whether the keyword `documents`, passed to the model, reached this layer."""
    is_plain: bool
    """Whether tokens see what is before them, back to where the window ends, if there is one, and nothing else."""


class _Recorder:
    """Attention and mask functions for transformers that compute nothing and record each layer's call."""

    def __init__(self) -> None:
        self.calls: list[AttentionCall] = []
        self._masks: dict[int, Callable[..., Tensor]] = {}
        self._tensors: list[Tensor] = []

    def mask(self, *, mask_function: Callable[..., Tensor], **_: Any) -> Tensor:
        # Masks are told apart by `id`, so each is kept alive: a freed one's id could be given to the next.
        self._tensors.append(torch.empty(1, 1, 8, 8))
        self._masks[id(self._tensors[-1])] = mask_function
        return self._tensors[-1]

    def attend(
        self, module: Any, query: Tensor, _key: Tensor, value: Tensor, mask: Any, **keywords: Any
    ) -> tuple[Tensor, None]:
        passed = {name for name, setting in keywords.items() if setting is not None and name not in HARMLESS}
        # A dropout of 0 is passed by every model, and asks for nothing.
        if not keywords.get("dropout"):
            passed.discard("dropout")
        causal = getattr(module, "is_causal", True) and keywords.get("is_causal") is not False
        sees = self._masks.get(id(mask))
        is_plain = bool(causal and sees is not None and is_causal_window(sees, keywords.get("sliding_window")))
        widths = query.shape[-1], value.shape[-1]
        window = int(keywords.get("sliding_window") or 0)
        self.calls.append(AttentionCall(frozenset(passed), window, widths, keywords.get("documents") is self, is_plain))
        return query.new_empty(query.shape[0], query.shape[2], query.shape[1], value.shape[-1]), None


def is_causal_window(sees: Callable[..., Tensor], window: int | None) -> bool:
    """Whether a mask function of transformers is causal, and reaches back over the window, or to the beginning.

    Without a window it may still have one so long that no sequence is longer.
    """
    last = FAR_POSITION if window is None else window - 1
    distances = [-1, 0, 1, last // 2, last] + ([] if window is None else [window, 2 * window])
    expected = [0 <= distance <= last for distance in distances]
    with torch.device("cpu"):
        none, query = torch.zeros(1, dtype=torch.long), torch.tensor([FAR_POSITION])
        visible = [bool(sees(none, none, query, query - distance)) for distance in distances]
    return visible == expected


def record_attention_calls(config: PretrainedConfig) -> list[AttentionCall]:
    """The call of each attention layer of this configuration's model; empty if they cannot be observed."""
    recorder = _Recorder()
    AttentionInterface.register(RECORDER_NAME, recorder.attend)
    AttentionMaskInterface.register(RECORDER_NAME, recorder.mask)
    auto: Any = AutoModelForCausalLM
    try:
        with torch.device("meta"), transformers_silenced():
            twin = auto.from_config(copy.deepcopy(config), attn_implementation=RECORDER_NAME, dtype=torch.float32)
            twin.train()
            ids = torch.zeros(1, 8, dtype=torch.long)
            # With a mask of ones transformers does not look for documents in the positions, which have no values here.
            inputs = {"position_ids": ids, "attention_mask": torch.ones_like(ids), "documents": recorder}
            twin.base_model(input_ids=ids, use_cache=False, **inputs)
    except Exception:
        # Any failure means the same: this model cannot be looked into, and transformers' own path is the safe one.
        return []
    return recorder.calls


@contextmanager
def transformers_silenced() -> Iterator[None]:
    """Keep transformers from warning about a model that is never used."""
    before = logging.get_verbosity()
    logging.set_verbosity(levels.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)
