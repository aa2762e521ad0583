"""How likely the choices of an item are.

Context and choices go through the model as a tree, and what the prompts of a language begin with goes through it once.
A model that cannot take trees, and an item that needs more than it can see at a time, are scored choice by choice.
"""

import warnings
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.model import LanguageModel, token_costs
from emma.evaluate.backends.windows import Window, cost_windows, split_windows
from emma.evaluate.engine.plan import split_batches
from emma.evaluate.engine.requests import ScoreAnswer
from emma.evaluate.engine.tree import Tree, TreeBatch, build_batch, path_length, tree_mask, tree_width
from emma.models.head import is_close

Cost = tuple[float, bool]
"""Nats of a choice, and whether its tokens are the likeliest."""


class SharedPrefix(DynamicCache):
    """Keys and values of one row, put before those of any number of rows. What comes after it is not kept."""

    def update(
        self, key_states: Tensor, value_states: Tensor, layer_idx: int, *_: Any, **__: Any
    ) -> tuple[Tensor, Tensor]:
        """Keys and values of the prefix and of these rows."""
        layer: Any = self.layers[layer_idx]
        rows = len(key_states)
        pairs = ((layer.keys, key_states), (layer.values, value_states))
        keys, values = (torch.cat([old.expand(rows, -1, -1, -1), new], dim=-2) for old, new in pairs)
        return keys, values


class ChoiceScorer:
    """Scores the choices of items under a model."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model

    def answer(self, prepared: Sequence[Prepared]) -> list[ScoreAnswer]:
        """Answer requests that `prepare_rows` made ready, in their order."""
        rows: list[Tree] = [each.payload for each in prepared]
        groups: dict[str, list[int]] = defaultdict(list)
        flat = []
        for number, (row, each) in enumerate(zip(rows, prepared, strict=True)):
            if path_length(row) > self.longest_path:
                flat.append(number)
            else:
                groups[each.group if self.shares_prefixes else ""].append(number)
        costs: dict[int, list[Cost]] = dict(zip(flat, self._cost_flat([rows[n] for n in flat]), strict=True))
        for name, members in groups.items():
            skip = rows[members[0]].shared if name else 0
            costs |= zip(members, self._cost_group([rows[n] for n in members], skip), strict=True)
        return [_answer(row, costs[number]) for number, row in enumerate(rows)]

    def _cost_flat(self, rows: Sequence[Tree]) -> Iterator[list[Cost]]:
        """The costs of each row's choices, each a sequence of its own."""
        sequences = [row.context + choice for row in rows for choice in row.choices]
        starts = [len(row.context) - 1 for row in rows for _ in row.choices]
        windows = [
            (number, window)
            for number, (ids, start) in enumerate(zip(sequences, starts, strict=True))
            for window in self._windows(len(ids) - 1, start)
        ]
        found = iter(zip(*cost_windows(self.model, sequences, windows), strict=True))
        return ([next(found) for _ in row.choices] for row in rows)

    def _windows(self, predictions: int, start: int) -> list[Window]:
        # Only behind a bare beginning-of-text token can a choice be longer than the context: see prepare_rows.
        if predictions <= self.model.context:
            return [Window(0, start, predictions)]
        return split_windows(predictions, self.model.context, self.model.section.stride)

    def _cost_group(self, rows: Sequence[Tree], skip: int) -> list[list[Cost]]:
        """The costs of rows as trees, whose first `skip` tokens are the same."""
        prefix = self._read_prefix(rows[0].context[:skip]) if skip else None
        costs: list[list[Cost]] = [[] for _ in rows]
        # What is shared costs attention, though nothing else.
        widths = [tree_width(row, skip) + skip // 8 for row in rows]
        for numbers in split_batches(widths, self.model.batch_tokens):
            batch = build_batch([rows[number] for number in numbers], skip)
            found = iter(self._cost_batch(batch, prefix))
            for number in numbers:
                costs[number] = [next(found) for _ in rows[number].choices]
        return costs

    def _cost_batch(self, batch: TreeBatch, prefix: SharedPrefix | None) -> Iterator[Cost]:
        hidden = self._hidden_states(batch, prefix)
        device = self.model.device
        nats, greedy = token_costs(hidden, self.model.head, batch.targets.to(device), batch.owners.to(device))
        choices = int(batch.choices.max()) + 1 if len(batch.choices) else 0
        total = torch.zeros(choices, dtype=torch.float64).index_add_(0, batch.choices, nats.double())
        misses = torch.zeros(choices, dtype=torch.long).index_add_(0, batch.choices, (~greedy).long())
        return zip(total.tolist(), (misses == 0).tolist(), strict=True)

    def _hidden_states(self, batch: TreeBatch, prefix: SharedPrefix | None) -> Tensor:
        """Hidden states (places, width) of the tokens that predict something."""
        shared = prefix.get_seq_length() if prefix else 0
        device, cache = self.model.device, {"past_key_values": prefix, "use_cache": True} if prefix else {}
        mask = tree_mask(batch.branches.to(device), shared)
        if self.model.network.config._attn_implementation != "sdpa":
            # Eager attention adds the mask to its scores.
            lowest = torch.finfo(torch.float32).min
            mask = torch.zeros(mask.shape, device=device).masked_fill_(~mask, lowest)
        hidden = self.model.hidden_states(
            batch.inputs, attention_mask=mask, position_ids=batch.positions.to(device), **cache
        )
        return hidden.flatten(0, 1)[batch.places.to(device)]

    def _read_prefix(self, ids: Sequence[int]) -> SharedPrefix:
        cache, shared = DynamicCache(), SharedPrefix()
        self.model.hidden_states(torch.tensor([list(ids)]), past_key_values=cache, use_cache=True)
        shared.layers = cache.layers
        return shared

    @cached_property
    def longest_path(self) -> int:
        """Tokens that a path through a tree may have; 0 where the model takes no trees."""
        if self._is_like_flat(skip=0):
            return min(self.model.context, sight(self.model.network.config.get_text_config()))
        kind = self.model.network.config.model_type
        warnings.warn(
            f"Models of type {kind} take no trees: each choice is scored by itself, which is slow", stacklevel=2
        )
        return 0

    @cached_property
    def shares_prefixes(self) -> bool:
        """Whether the model gives the same with keys and values of a prefix that were computed before."""
        return self._is_like_flat(skip=3)

    def _is_like_flat(self, skip: int) -> bool:
        """Whether hidden states of a small tree are those of its choices one by one."""
        context, *choices = (array("i", [1 + n % 7 for n in part]) for part in (range(6), range(3, 6), range(2)))
        row = Tree(context, tuple(choices))
        if path_length(row) > self.model.context:
            return False
        with _in_float32(self.model):
            single = [self.model.hidden_states(torch.tensor([[*context, *each[:-1]]]))[0] for each in choices]
            try:
                prefix = self._read_prefix(context[:skip]) if skip else None
                tree = self._hidden_states(build_batch([row], skip), prefix)
            except Exception:  # what models raise that take no masks, positions or caches of this kind has no class
                return False
        return is_close(tree, torch.cat([single[0][5:], single[1][6:]]))


@contextmanager
def _in_float32(model: LanguageModel) -> Iterator[None]:
    """Compute in float32 for a while, in which equal means equal."""
    precision, model.precision = model.precision, "fp32"
    try:
        yield
    finally:
        model.precision = precision


def sight(config: Any) -> int:
    """Tokens up to which all layers of a model see everything, and positions mean the same whatever the length."""
    rope = getattr(config, "rope_parameters", None) or {}
    limits = [getattr(config, name, None) for name in ("sliding_window", "attention_chunk_size")]
    if rope.get("rope_type") in ("dynamic", "longrope"):
        limits.append(rope.get("original_max_position_embeddings") or config.max_position_embeddings)
    return min((int(limit) for limit in limits if limit), default=1 << 62)


def _answer(row: Tree, costs: Sequence[Cost]) -> ScoreAnswer:
    nats, greedy = zip(*costs, strict=True)
    return ScoreAnswer(nats, tuple(len(choice) for choice in row.choices), greedy, row.shots, row.truncated)
