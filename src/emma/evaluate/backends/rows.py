"""Sequences that a model continues together, with the keys and values behind each.

Prompts go in flush left, as no padding stands before anything there; then each row is moved flush right, so that what
is written stands in one column for all. Rows leave when they are finished, and others join those that stay.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers.cache_utils import Cache, DynamicLayer

SPARE_COLUMNS = 64
"""Columns by which keys and values grow at once. Each growth copies them all, as transformers' own cache does
at every step."""


class SpareLayer(DynamicLayer):
    """Keys and values of one layer, (rows, heads, columns, width), in a buffer with room for more columns."""

    keys: Tensor
    values: Tensor
    _buffers: tuple[Tensor, ...] = ()

    def update(self, key_states: Tensor, value_states: Tensor, *_args: Any, **_kwargs: Any) -> tuple[Tensor, Tensor]:
        """Append columns."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)  # type: ignore[no-untyped-call]
            self.set(key_states[:, :, :0], value_states[:, :, :0])
        begin, end = self.keys.shape[2], self.keys.shape[2] + key_states.shape[2]
        if not self._buffers or self._buffers[0].shape[2] < end:
            spare = (0, 0, 0, key_states.shape[2] + SPARE_COLUMNS)
            self._buffers = (pad(self.keys, spare), pad(self.values, spare))
        for buffer, states in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, begin:end] = states
        self.keys, self.values = (buffer[:, :, :end] for buffer in self._buffers)
        return self.keys, self.values

    def set(self, keys: Tensor, values: Tensor) -> None:
        """Replace keys and values."""
        self.keys, self.values, self._buffers = keys, values, ()


@dataclass
class Rows:
    """Keys and values of several sequences, of which the last tokens stand in one column."""

    cache: Any
    """A Cache of SpareLayers."""
    lengths: Tensor
    """Tokens of each row (rows,), on the model's device."""

    @property
    def width(self) -> int:
        """Columns, padding included."""
        return int(self.cache.get_seq_length())

    def mask(self, columns: int) -> Tensor:
        """Which of so many columns are a row's own (rows, columns)."""
        return torch.arange(columns, device=self.lengths.device) >= columns - self.lengths[:, None]


def new_cache() -> Any:
    """Keys and values of no token yet, each layer whole: what a sliding window hides, the model's own mask hides."""
    return Cache(layer_class_to_replicate=SpareLayer)


def change(cache: Any, function: Callable[[Tensor], Tensor]) -> None:
    """Replace the keys and the values of every layer."""
    for layer in cache.layers:
        layer.set(function(layer.keys), function(layer.values))


def repeat_row(cache: Any, rows: int) -> None:
    """Put the only row of a cache into so many rows."""
    change(cache, lambda states: states.expand(rows, -1, -1, -1))


def align_right(cache: Any, lengths: Tensor) -> Rows:
    """Move rows that begin in the first column, of so many tokens each, so that they end in the last."""
    columns = torch.arange(cache.get_seq_length(), device=lengths.device)
    # (rows, columns): where each column comes from; that of padding does not matter, as nothing sees it.
    source = (columns - (len(columns) - lengths[:, None])).clamp(min=0)
    rows = torch.arange(len(lengths), device=lengths.device)[:, None]
    change(cache, lambda states: states[rows, :, source].transpose(1, 2))
    return Rows(cache, lengths)


def keep_rows(rows: Rows, kept: Sequence[int]) -> Rows:
    """Only some of the rows, without the columns that none of them needs."""
    index = torch.tensor(kept, device=rows.lengths.device)
    lengths = rows.lengths[index]
    first = rows.width - int(lengths.max())
    change(rows.cache, lambda states: states[index, :, first:])
    return Rows(rows.cache, lengths)


def join_rows(one: Rows | None, other: Rows) -> Rows:
    """The rows of both."""
    if one is None:
        return other
    width = max(one.width, other.width)
    for rows in (one, other):
        missing = (0, 0, width - rows.width, 0)
        change(rows.cache, lambda states, missing=missing: pad(states, missing))  # type: ignore[misc]
    theirs = iter([states for layer in other.cache.layers for states in (layer.keys, layer.values)])
    change(one.cache, lambda states: torch.cat([states, next(theirs)]))
    return Rows(one.cache, torch.cat([one.lengths, other.lengths]))
