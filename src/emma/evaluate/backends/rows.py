"""Sequences that a model continues together, with the keys and values behind each.

Prompts go in flush left, as no padding stands before anything there; then each row is moved flush right, so that what
is written stands in one column for all. Rows leave when they are finished, and others join those that stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers.cache_utils import Cache, DynamicLayer

SPARE_COLUMNS = 64
"""Columns by which keys and values grow at once. Each growth copies them all, which is what most of a step's time would
go to otherwise (transformers' own cache copies them at every step)."""


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

    cache: Cache
    lengths: Tensor
    """Tokens of each row (rows,), on the model's device."""

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def width(self) -> int:
        """Columns, padding included."""
        return int(self.cache.get_seq_length())

    def mask(self, columns: int) -> Tensor:
        """Which of so many columns are a row's own (rows, columns)."""
        return torch.arange(columns, device=self.lengths.device) >= columns - self.lengths[:, None]


def new_cache() -> Cache:
    """Keys and values of no token yet, each layer whole: what a sliding window hides, the model's own mask hides."""
    return Cache(layer_class_to_replicate=SpareLayer)


def repeat_row(cache: Cache, rows: int) -> None:
    """Put the only row of a cache into so many rows."""
    for layer in layers_of(cache):
        layer.set(layer.keys.expand(rows, -1, -1, -1), layer.values.expand(rows, -1, -1, -1))


def align_right(cache: Cache, lengths: Tensor) -> Rows:
    """Move rows that begin in the first column, of so many tokens each, so that they end in the last."""
    columns = torch.arange(cache.get_seq_length(), device=lengths.device)
    # (rows, columns): where each column comes from; that of padding does not matter, as nothing sees it.
    source = (columns - (len(columns) - lengths[:, None])).clamp(min=0)
    rows = torch.arange(len(lengths), device=lengths.device)[:, None]
    for layer in layers_of(cache):
        keys, values = (states[rows, :, source].transpose(1, 2) for states in (layer.keys, layer.values))
        layer.set(keys, values)
    return Rows(cache, lengths)


def keep_rows(rows: Rows, kept: Sequence[int]) -> Rows:
    """Only some of the rows, without the columns that none of them needs."""
    index = torch.tensor(kept, device=rows.lengths.device)
    lengths = rows.lengths[index]
    first = rows.width - int(lengths.max())
    for layer in layers_of(rows.cache):
        layer.set(layer.keys[index, :, first:], layer.values[index, :, first:])
    return Rows(rows.cache, lengths)


def join_rows(one: Rows | None, other: Rows) -> Rows:
    """The rows of both."""
    if one is None:
        return other
    width = max(one.width, other.width)
    for mine, theirs in zip(layers_of(one.cache), layers_of(other.cache), strict=True):
        keys, values = (
            torch.cat([_widen(a, width), _widen(b, width)])
            for a, b in ((mine.keys, theirs.keys), (mine.values, theirs.values))
        )
        mine.set(keys, values)
    return Rows(one.cache, torch.cat([one.lengths, other.lengths]))


def _widen(states: Tensor, width: int) -> Tensor:
    """Padding on the left."""
    return pad(states, (0, 0, width - states.shape[2], 0))


def layers_of(cache: Cache) -> list[SpareLayer]:
    """The layers of a cache of `new_cache`."""
    return cache.layers  # type: ignore[return-value]
