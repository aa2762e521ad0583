"""Runs of symbols against a slow division of each word by itself, and against dictionaries."""

import random
from itertools import groupby

import numpy as np
import pytest

from emma.kernels import runs

CLOSED, NEUTRAL = -1, 0


def slow_kinds(word: list[int]) -> list[int]:
    """The classes of one word, neutral ones settled: by the nearest before, else by the nearest after."""
    settled = []
    for place, kind in enumerate(word):
        before = next((each for each in reversed(word[:place]) if each != NEUTRAL), NEUTRAL)
        settled.append(before if kind == NEUTRAL and before != CLOSED else kind)
    kinds = []
    for place, kind in enumerate(settled):
        after = next((each for each in settled[place + 1 :] if each != NEUTRAL), NEUTRAL)
        kinds.append(after if kind == NEUTRAL and after != CLOSED else kind)
    return kinds


def slow_runs(kinds: list[int], words: list[int], most: int) -> list[tuple[int, int]]:
    """Start and length of each run of two or more."""
    found = []
    whole = groupby(range(len(kinds)), key=lambda at: (words[at], kinds[at], at if kinds[at] == CLOSED else None))
    for _, group in whole:
        places = list(group)
        pieces = [places[start : start + most] for start in range(0, len(places), most)]
        found += [(piece[0], len(piece)) for piece in pieces if len(piece) > 1]
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [0, 1, 400])
def test_as_the_slow_division(seed: int, size: int) -> None:
    chance = random.Random(seed)
    classes = np.array([CLOSED, NEUTRAL, NEUTRAL, 1, 1, 2, 3])
    symbols = np.array(chance.choices(range(len(classes)), k=size), np.int32)
    words = np.array(sorted(chance.choices(range(size // 6 + 1), k=size)), np.int64)
    kinds = runs.resolve_neutral(symbols, words, classes, CLOSED, NEUTRAL)
    by_word = [[at for at in range(size) if words[at] == word] for word in sorted(set(words.tolist()))]
    wanted = [kind for places in by_word for kind in slow_kinds(classes[symbols[places]].tolist())]
    assert kinds.tolist() == wanted
    starts, lengths = runs.find_runs(kinds, words, CLOSED, 3)
    assert list(zip(starts.tolist(), lengths.tolist(), strict=True)) == slow_runs(wanted, words.tolist(), 3)
    spelled = [tuple(symbols[a : a + n].tolist()) for a, n in zip(starts, lengths, strict=True)]
    same, firsts = runs.number_runs(symbols, starts, lengths)
    order = list(dict.fromkeys(spelled))
    assert [order[each] for each in same] == spelled
    assert firsts.tolist() == [spelled.index(each) for each in order]
    together = runs.concatenate_runs(symbols, starts[firsts], lengths[firsts])
    assert together.tolist() == [symbol for each in order for symbol in each]
    amounts = np.arange(len(spelled), dtype=np.int64) + 1
    sums = runs.sum_by_kind(same, amounts, len(order))
    assert sums.tolist() == [sum(i + 1 for i, each in enumerate(spelled) if each == kind) for kind in order]


def test_many_runs_find_their_kind_in_a_full_table() -> None:
    symbols = np.arange(20_000, dtype=np.int32)
    starts = np.arange(0, 20_000, 2)
    same, firsts = runs.number_runs(symbols, starts, np.full(len(starts), 2, np.int32))
    assert same.tolist() == firsts.tolist() == list(range(10_000))
