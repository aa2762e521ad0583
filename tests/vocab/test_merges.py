"""The incremental learner against a naive one that counts everything again after every merge."""

import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from emma.kernels.bpe import Units
from emma.vocab import merges
from emma.vocab.merges import Learner
from tests.conftest import TEXTS


def units_of(runs: list[list[int]], weights: list[int]) -> Units:
    lengths = np.array([len(run) for run in runs], np.int32)
    symbols = np.array([each for run in runs for each in run], np.int32)
    return Units(symbols, np.cumsum(lengths, dtype=np.int64) - lengths, lengths, np.array(weights, np.int64))


def naive(
    runs: list[list[int]], weights: list[int], pieces: list[str], *, budget: int, minimum: int, max_chars: int
) -> list[tuple[int, int, int, str, int]]:
    runs, pieces, made, size = [list(run) for run in runs], list(pieces), [], len(pieces)
    while len(pieces) - size < budget:
        counts: Counter[tuple[int, int]] = Counter()
        for run, weight in zip(runs, weights, strict=True):
            for pair in pairwise(run):
                counts[pair] += weight
        fit = {p: n for p, n in counts.items() if n >= minimum and len(pieces[p[0]] + pieces[p[1]]) <= max_chars}
        if not fit:
            break
        left, right = min(fit, key=lambda pair: (-fit[pair], pair))
        piece = pieces[left] + pieces[right]
        if piece not in pieces:
            pieces.append(piece)
        new = pieces.index(piece)
        made.append((left, right, new, piece, fit[left, right]))
        runs = [joined(run, left, right, new) for run in runs]
    return made


def joined(run: list[int], left: int, right: int, new: int) -> list[int]:
    out: list[int] = []
    place = 0
    while place < len(run):
        if run[place : place + 2] == [left, right]:
            out.append(new)
            place += 2
        else:
            out.append(run[place])
            place += 1
    return out


def learned(runs, weights, pieces, *, budget, minimum, max_chars):
    learner = Learner(units_of(runs, weights), pieces, minimum=minimum, max_chars=max_chars)
    return [(each.left, each.right, each.new, each.piece, each.count) for each in learner.merges(budget)]


@pytest.mark.parametrize("room", [32, 1 << 16])
@pytest.mark.parametrize("letters", [2, 5, 12])
def test_same_merges_as_the_naive_learner(letters: int, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merges, "_ROOM", room)
    chance = random.Random(letters)
    pieces = [chr(0x1F00 + each) for each in range(letters)]
    runs = [[min(int(chance.expovariate(0.5)), letters - 1) for _ in range(chance.randint(2, 32))] for _ in range(60)]
    weights = [chance.randint(1, 9) for _ in runs]
    for budget, minimum, max_chars in ((40, 1, 16), (1000, 5, 6), (7, 30, 3)):
        limits = {"budget": budget, "minimum": minimum, "max_chars": max_chars}
        wanted = naive(runs, weights, pieces, **limits)
        assert len(wanted) > 2
        assert learned(runs, weights, pieces, **limits) == wanted


def test_same_merges_on_words_of_every_script() -> None:
    words = [f"▁{word}"[:32] for text in TEXTS.values() for word in text.split()]
    pieces = sorted({char for word in words for char in word})
    runs = [[pieces.index(char) for char in word] for word in words]
    weights = [1] * len(runs)
    limits = {"budget": 80, "minimum": 2, "max_chars": 16}
    wanted = naive(runs, weights, pieces, **limits)
    assert len(wanted) > 30
    assert learned(runs, weights, pieces, **limits) == wanted


def test_a_merge_to_a_piece_that_exists_is_free() -> None:
    # "ab" is a piece that no merge reaches: joining a and b must reuse it and leave the budget alone
    pieces = ["a", "b", "ab", "c"]
    runs, weights = [[0, 1, 3], [0, 1], [2, 3]], [3, 5, 4]
    limits = {"budget": 1, "minimum": 1, "max_chars": 16}
    assert learned(runs, weights, pieces, **limits) == [(0, 1, 2, "ab", 8), (2, 3, 4, "abc", 7)]
    assert learned(runs, weights, pieces, **limits) == naive(runs, weights, pieces, **limits)


def test_nothing_to_learn_from() -> None:
    assert learned([], [], ["a"], budget=5, minimum=1, max_chars=16) == []
