"""Examples in a prompt: the same ones for all items of a language, or drawn as the published protocol drew them."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, zip_longest
from random import Random

import numpy as np

from emma.evaluate.tasks.task import Item, TaskData
from emma.store.address import hash64

PUBLISHED_SEED = 42
"""Seed of the published protocol, from which each item has a seed of its own."""
PUBLISHED_SEEDS = 1001
"""How many seeds an item's own is drawn from."""


def choose_shots(data: TaskData, count: int, seed: int = 0) -> tuple[Item, ...]:
    """The first examples of a language, one of each label in turn; as many as there are, at most `count`.

    All items of a language have the same ones, which a model then reads once. Where ids are those of parallel texts,
    all languages have the same ones too.
    """
    return _order_pool(data, seed)[:count]


@lru_cache(maxsize=4)  # items are asked language after language
def _order_pool(data: TaskData, seed: int) -> tuple[Item, ...]:
    """The pool by hashes of ids, which depend on nothing else; labels take turns, as far as each has examples."""
    groups: dict[object, list[Item]] = {}
    for item in sorted(data.pool, key=lambda item: hash64(seed, item.id)):
        groups.setdefault(item.gold if isinstance(item.gold, int) else "", []).append(item)
    return tuple(item for item in chain.from_iterable(zip_longest(*groups.values())) if item is not None)


def draw_shots(pool: Sequence[Item], count: int, row: int) -> tuple[Item, ...]:
    """Examples for the item in this row of its file, from 1 on: as published for SIB-200 and Taxi1500.

    Each item has others, none twice. They are the published ones where the pool is the published file, in its order.
    """
    generator = np.random.RandomState(_published_seed(row))  # pandas' `sample(n, random_state=seed)`
    places = generator.choice(len(pool), min(count, len(pool)), replace=False) if pool else ()
    return tuple(pool[place] for place in places)


def draw_shots_with_replacement(pool: Sequence[Item], count: int, row: int) -> tuple[Item, ...]:
    """Examples for the item in this row of its file, from 1 on, some perhaps twice: as published for FLORES-200."""
    generator = Random(_published_seed(row))
    return tuple(pool[generator.randint(0, len(pool) - 1)] for _ in range(count)) if pool else ()


def _published_seed(row: int) -> int:
    return _published_seeds(-(-row // 1024) * 1024)[row - 1]


@lru_cache(maxsize=8)
def _published_seeds(count: int) -> tuple[int, ...]:
    generator = Random(PUBLISHED_SEED)
    return tuple(generator.randrange(PUBLISHED_SEEDS) for _ in range(count))
