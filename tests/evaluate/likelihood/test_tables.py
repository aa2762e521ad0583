"""The bootstrap against one that draws documents one at a time, and against what is known beforehand."""

import math

import numpy as np
import pytest

from emma.evaluate.likelihood.tables import bits_per_byte, bootstrap_interval, draw_documents


def test_against_drawing_one_by_one() -> None:
    rng = np.random.default_rng(0)
    nats, sizes = rng.gamma(3, 40, 30), rng.integers(20, 200, 30)
    low, high = bootstrap_interval(nats, sizes, draw_documents(30, 4000, "a"))
    slow = []
    for _ in range(4000):
        picked = rng.integers(0, 30, 30)
        slow.append(sum(nats[i] for i in picked) / sum(sizes[i] for i in picked) / math.log(2))
    expected = np.quantile(slow, [0.025, 0.975])
    assert [low, high] == pytest.approx(expected.tolist(), rel=0.02)
    assert low < bits_per_byte(nats.sum(), sizes.sum()) < high


def test_covers_the_truth_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for trial in range(300):
        sizes = rng.integers(50, 150, 60)
        nats = sizes * rng.normal(1.0, 0.2, 60)
        low, high = bootstrap_interval(nats, sizes, draw_documents(60, 400, "coverage", trial))
        hits += low <= 1 / math.log(2) <= high
    assert 0.90 <= hits / 300 <= 0.98


def test_equal_documents_leave_no_doubt() -> None:
    assert bootstrap_interval([math.log(2) * 30] * 5, [10] * 5, draw_documents(5, 100, "x")) == pytest.approx(
        (3.0, 3.0)
    )


def test_one_document_has_no_bootstrap_interval() -> None:
    assert bootstrap_interval([1.0], [1], draw_documents(1, 100, "x")) == (None, None)


def test_draws_depend_on_their_key_alone() -> None:
    assert np.array_equal(draw_documents(9, 50, 0, "amh_Ethi"), draw_documents(9, 50, 0, "amh_Ethi"))
    assert not np.array_equal(draw_documents(9, 50, 0, "amh_Ethi"), draw_documents(9, 50, 0, "arb_Arab"))
    assert (draw_documents(9, 50, "any").sum(1) == 9).all()
