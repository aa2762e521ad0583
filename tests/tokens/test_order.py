"""The sample order: exact, even, covering, and a function of (seed, i) alone."""

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from emma.store.address import hash64
from emma.tokens import order as order_module
from emma.tokens.order import SampleOrder, find_window_start, permute


def test_counts_are_exact_and_each_sample_comes_once() -> None:
    counts = [7, 0, 1, 400, 33]
    order = SampleOrder(counts, seed=3)
    drawn = [order.source_of(i) for i in range(len(order))]
    assert len(drawn) == sum(counts)
    assert sorted(drawn) == [(source, k) for source, count in enumerate(counts) for k in range(count)]
    for source in range(len(counts)):
        assert [k for each, k in drawn if each == source] == list(range(counts[source]))


def test_order_by_due_time_against_sorting_by_hand() -> None:
    counts = [3, 5, 2]
    phases = [(hash64(1, "phase", source) >> 11) / 2**53 for source in range(3)]
    due = sorted(((k + phases[s]) / n, s, k) for s, n in enumerate(counts) for k in range(n))
    order = SampleOrder(counts, 1)
    assert [order.source_of(i) for i in range(10)] == [(s, k) for _, s, k in due]


def test_every_prefix_is_near_its_shares() -> None:
    counts = np.maximum(1, 2000 * np.arange(1, 201) ** -1.1).astype(int)
    order = SampleOrder(counts, seed=0)
    sources = np.array([order.source_of(i)[0] for i in range(len(order))])
    seen = np.cumsum(sources[:, None] == np.arange(len(counts)), axis=0)
    expected = np.arange(1, len(sources) + 1)[:, None] * counts / counts.sum()
    assert np.abs(seen - expected).max() < 6
    random = np.random.default_rng(0).permutation(sources)  # what a shuffle would give, for scale
    shuffled = np.cumsum(random[:, None] == np.arange(len(counts)), axis=0)
    assert np.abs(shuffled - expected).max() > 20


def test_seeds_differ_and_repeat() -> None:
    drawn = [[SampleOrder([50, 60, 70], seed).source_of(i) for i in range(180)] for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_past_the_end() -> None:
    for i in (-1, 3):
        with pytest.raises(IndexError, match="of 3"):
            SampleOrder([3], 0).source_of(i)


def in_one_go(counts: Sequence[int], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The order of a whole stage by sorting all of it, as it was first written."""
    phases = np.array([(hash64(seed, "phase", source) >> 11) * 2.0**-53 for source in range(len(counts))])
    sources = np.repeat(np.arange(len(counts)), counts)
    ranks = np.concatenate([np.arange(count) for count in counts])
    due = np.argsort((ranks + phases[sources]) / np.array(counts)[sources], kind="stable")
    return sources[due], ranks[due]


@pytest.mark.parametrize("seed", range(4))
def test_blocks_put_together_are_the_order_in_one_go(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_module, "BLOCK_SAMPLES", 64)
    counts = np.random.default_rng(seed).integers(0, 90, 60).tolist()
    counts[7:9] = [5, 5]
    blocks = list(SampleOrder(counts, seed).blocks())
    assert len(blocks) > 30
    for found, expected in zip(zip(*blocks, strict=True), in_one_go(counts, seed), strict=True):
        np.testing.assert_array_equal(np.concatenate(found), expected)


def test_samples_may_be_asked_for_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_module, "BLOCK_SAMPLES", 16)
    order = SampleOrder([[40, 60, 3], [0, 0, 0], [9, 1, 50]], 5)
    straight = [order.source_of(i) for i in range(len(order))]
    shuffled = np.random.default_rng(0).permutation(len(order)).tolist()
    assert [order.source_of(i) for i in shuffled] == [straight[i] for i in shuffled]


def test_stages_come_one_after_the_other_and_sources_count_on() -> None:
    stages = [[40, 60, 0], [9, 0, 50]]
    order = SampleOrder(stages, 5)
    drawn = [order.source_of(i) for i in range(len(order))]
    assert drawn[:100] == [SampleOrder(stages[0], 5).source_of(i) for i in range(100)]
    for source in range(3):
        assert [k for each, k in drawn if each == source] == list(range(stages[0][source] + stages[1][source]))
    assert Counter(source for source, _ in drawn[100:]) == {0: 9, 2: 50}
    again = [source for source, _ in (SampleOrder([[9, 0, 50]], 5).source_of(i) for i in range(59))]
    assert [source for source, _ in drawn[100:]] != again  # not the beginning of the first stage once more


@pytest.mark.parametrize("samples", [1_000_000, 50_000_000])
def test_planning_many_samples_of_546_sources_takes_no_time(samples: int) -> None:
    start = time.process_time()
    order = SampleOrder(np.full(546, samples // 546), 0)
    assert len(order) == samples // 546 * 546
    order.source_of(len(order) // 2)
    assert time.process_time() - start < 1  # 0.02 s measured; room for slow machines


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 63, 64, 65, 1000])
def test_permutations(size: int) -> None:
    first, second = ([permute(each, size, key) for each in range(size)] for key in (1, 2))
    assert sorted(first) == sorted(second) == list(range(size))
    assert first != second or size < 5


def test_permutations_leave_no_trace_of_the_order() -> None:
    places = np.array([permute(each, 5000, 9) for each in range(5000)])
    assert abs(np.corrcoef(places, np.arange(5000))[0, 1]) < 0.05
    assert abs(np.corrcoef(places[1:], places[:-1])[0, 1]) < 0.05


@pytest.mark.parametrize("tokens", [1, 5, 16, 17, 100, 1003])
def test_after_each_epoch_every_token_was_seen_equally_often(tokens: int) -> None:
    length, per_epoch = 16, max(1, tokens // 16)
    seen: Counter[int] = Counter(dict.fromkeys(range(tokens), 0))
    for k in range(12 * per_epoch):
        start = find_window_start(tokens, length, k, 7, 2)
        assert 0 <= start < tokens
        seen.update((start + each) % tokens for each in range(length))
        if (k + 1) % per_epoch == 0:
            assert max(seen.values()) - min(seen.values()) <= 1


def test_sequences_are_cut_elsewhere_in_each_epoch() -> None:
    starts = [{find_window_start(1003, 16, epoch * 62 + k, 0, 0) for k in range(62)} for epoch in range(4)]
    assert not set.intersection(*starts)
