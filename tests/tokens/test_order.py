"""The sample order: exact, even, covering, and a function of (seed, i) alone."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from emma.store.address import hash64
from emma.tokens import order as order_module
from emma.tokens.order import BLOCK_SAMPLES, Integers, SampleOrder, _StageOrder


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
def test_planning_many_samples_of_546_sources_puts_one_block_in_order(
    samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the number of samples, only the block that is asked for is sorted: planning costs next to nothing."""
    sizes: list[int] = []
    whole_block = _StageOrder.block

    def block(self: _StageOrder, number: int) -> tuple[Integers, Integers]:
        sources, ranks = whole_block(self, number)
        sizes.append(len(sources))
        return sources, ranks

    monkeypatch.setattr(_StageOrder, "block", block)
    order = SampleOrder(np.full(546, samples // 546), 0)
    assert len(order) == samples // 546 * 546 and sizes == []
    order.source_of(len(order) // 2)
    assert len(sizes) == 1 and sizes[0] < 2 * BLOCK_SAMPLES
