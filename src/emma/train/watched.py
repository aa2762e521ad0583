"""What a model's attention layers ask for, seen rather than guessed.

A twin of the model without weights is run once with an attention function, and a mask function, that only take notes.
Nothing is computed, so it takes milliseconds for a model of any size.
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

NAME = "emma_watch"
HARMLESS = {"position_ids", "cache_position", "use_cache", "output_attentions", "is_causal", "documents"}
"""Keywords that change nothing about attention in training."""
FAR = 1 << 24
"""A token so far into a sequence that every window ends before its beginning."""


@dataclass(frozen=True)
class Call:
    """What one layer asked of its attention function."""

    keywords: frozenset[str]
    """Those that are set and not harmless."""
    window: int
    """Tokens that a token sees, itself included; 0: all that are before it."""
    widths: tuple[int, int]
    """Of a head, in queries and in values."""
    documents: bool
    """The keyword `documents`, given to the model, came through."""
    plain: bool
    """Tokens see what is before them, back to where the window ends, if there is one, and nothing else."""


class _Watch:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._masks: dict[int, Callable[..., Tensor]] = {}
        self._kept: list[Tensor] = []

    def mask(self, *, mask_function: Callable[..., Tensor], **_: Any) -> Tensor:
        self._kept.append(torch.empty(1, 1, 8, 8))
        self._masks[id(self._kept[-1])] = mask_function
        return self._kept[-1]

    def attend(
        self, module: Any, query: Tensor, _key: Tensor, value: Tensor, mask: Any, **given: Any
    ) -> tuple[Tensor, None]:
        asked = {name for name, setting in given.items() if setting is not None and name not in HARMLESS}
        if not given.get("dropout"):
            asked.discard("dropout")
        causal = getattr(module, "is_causal", True) and given.get("is_causal") is not False
        sees = self._masks.get(id(mask))
        plain = bool(causal and sees is not None and is_plain(sees, given.get("sliding_window")))
        widths = query.shape[-1], value.shape[-1]
        window = int(given.get("sliding_window") or 0)
        self.calls.append(Call(frozenset(asked), window, widths, given.get("documents") is self, plain))
        return query.new_empty(query.shape[0], query.shape[2], query.shape[1], value.shape[-1]), None


def is_plain(sees: Callable[..., Tensor], window: int | None) -> bool:
    """Whether a mask function of transformers is causal, and reaches back over the window, or to the beginning.

    Without a window it may still have one so long that no sequence is longer.
    """
    last = FAR if window is None else window - 1
    distances = [-1, 0, 1, last // 2, last] + ([] if window is None else [window, 2 * window])
    wanted = [0 <= distance <= last for distance in distances]
    with torch.device("cpu"):
        none, query = torch.zeros(1, dtype=torch.long), torch.tensor([FAR])
        found = [bool(sees(none, none, query, query - distance)) for distance in distances]
    return found == wanted


def attention_calls(config: PretrainedConfig) -> list[Call]:
    """What each attention layer of this configuration's model asks for; nothing if that cannot be seen."""
    watch = _Watch()
    AttentionInterface.register(NAME, watch.attend)
    AttentionMaskInterface.register(NAME, watch.mask)
    auto: Any = AutoModelForCausalLM
    try:
        with torch.device("meta"), quiet():
            twin = auto.from_config(copy.deepcopy(config), attn_implementation=NAME, dtype=torch.float32)
            twin.train()
            ids = torch.zeros(1, 8, dtype=torch.long)
            # With a mask of ones transformers does not look for documents in the positions, which have no values here.
            given = {"position_ids": ids, "attention_mask": torch.ones_like(ids), "documents": watch}
            twin.base_model(input_ids=ids, use_cache=False, **given)
    except Exception:
        # Any failure means the same: this model cannot be looked into, and transformers' own path is the safe one.
        return []
    return watch.calls


@contextmanager
def quiet() -> Iterator[None]:
    """transformers says nothing about a model that is never used."""
    before = logging.get_verbosity()
    logging.set_verbosity(levels.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)
