"""Rows with their keys and values: appended to, moved, kept and joined as lists of lists would be."""

from random import Random
from typing import Any

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from emma.evaluate.backends.rows import SPARE_COLUMNS, Rows, SpareLayer, align_right, join_rows, keep_rows, new_cache

HEADS, WIDTH = 2, 3
Lists = list[list[float]]


def make_rows(lists: Lists) -> Rows:
    """Rows whose keys are the numbers, values their negatives, put in flush left in two pieces."""
    cache, longest = new_cache(), max(map(len, lists))
    table = torch.tensor([[*numbers, *[-7.0] * (longest - len(numbers))] for numbers in lists])
    append(cache, table[:, :1])
    append(cache, table[:, 1:])
    return align_right(cache, torch.tensor([len(numbers) for numbers in lists]))


def append(cache: Any, columns: torch.Tensor) -> None:
    states = columns[:, None, :, None].expand(-1, HEADS, -1, WIDTH)
    for layer in range(2):
        cache.update(states, -states, layer)


def read(rows: Rows) -> Lists:
    for layer in rows.cache.layers:
        assert isinstance(layer, SpareLayer)
        assert torch.equal(layer.keys, -layer.values)
        assert torch.equal(layer.keys, layer.keys[:, :1, :, :1].expand_as(layer.keys))
    mask = rows.mask(rows.width)
    return [row[seen].tolist() for row, seen in zip(rows.cache.layers[0].keys[:, 0, :, 0], mask, strict=True)]


def draw(random: Random, rows: int) -> Lists:
    return [[float(random.randint(0, 99)) for _ in range(random.randint(2, 9))] for _ in range(rows)]


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_rows_are_lists_that_grow_leave_and_join(seed: int) -> None:
    random = Random(seed)
    lists = draw(random, random.randint(1, 4))
    rows = make_rows(lists)
    for _ in range(6):
        assert read(rows) == lists
        if random.random() < 0.3:
            more = draw(random, random.randint(1, 3))
            lists, rows = lists + more, join_rows(rows, make_rows(more))
        elif random.random() < 0.4:
            kept = sorted(random.sample(range(len(lists)), random.randint(1, len(lists))))
            lists, rows = [lists[number] for number in kept], keep_rows(rows, kept)
            assert rows.width == max(map(len, lists))
        else:
            new = [float(random.randint(0, 99)) for _ in lists]
            append(rows.cache, torch.tensor(new)[:, None])
            rows.lengths = rows.lengths + 1
            lists = [[*numbers, number] for numbers, number in zip(lists, new, strict=True)]


def test_a_buffer_grows_now_and_then_and_not_at_every_step() -> None:
    rows = make_rows([[1.0, 2.0]])
    places = set()
    for step in range(2 * SPARE_COLUMNS):
        append(rows.cache, torch.tensor([[float(step)]]))
        places.add(rows.cache.layers[0].keys.data_ptr())
    assert len(places) == 2
