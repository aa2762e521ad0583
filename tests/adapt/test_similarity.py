"""Rows by similar pieces: sparsemax and FOCUS against slow references."""

import numpy as np
import pytest
import torch

from emma.adapt.rows import Combination
from emma.adapt.similarity import focus_weights, sparsemax

torch.manual_seed(0)
ROWS = torch.randn(4000, 8) @ torch.randn(8, 8) + 3


def unit(*shape: int, seed: int = 1) -> torch.Tensor:
    """Random directions."""
    return torch.nn.functional.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)))


def slow_sparsemax(scores: np.ndarray) -> np.ndarray:
    """Algorithm 1 of arXiv 1602.02068, for one row."""
    falling = np.sort(scores)[::-1]
    sums = np.cumsum(falling)
    support = max(k for k in range(1, len(scores) + 1) if 1 + k * falling[k - 1] > sums[k - 1])
    return np.maximum(scores - (sums[support - 1] - 1) / support, 0)


@pytest.mark.parametrize("scale", [0.01, 0.3, 1, 30])
def test_sparsemax_is_the_projection_on_the_simplex(scale: float) -> None:
    scores = torch.randn(20, 300, generator=torch.Generator().manual_seed(3), dtype=torch.float64) * scale
    found = sparsemax(scores).numpy()
    np.testing.assert_allclose(found, [slow_sparsemax(each) for each in scores.numpy()], atol=1e-12)
    np.testing.assert_allclose(found.sum(1), 1)


def test_sparsemax_of_equal_scores_is_even() -> None:
    torch.testing.assert_close(sparsemax(torch.full((1, 4), 0.7)), torch.full((1, 4), 0.25))


def test_focus_copies_an_anchor_that_is_the_target_and_shares_between_twins() -> None:
    """With orthogonal anchors, cosines 1 and 0: all of the weight goes to the target's own direction."""
    anchors = torch.eye(6)
    (ids, weights), *_ = focus_weights(anchors[2:3], anchors, torch.arange(10, 16))
    assert ids.tolist() == [12] and weights.tolist() == [1]
    twins = anchors[[0, 1, 1, 2]]
    (ids, weights), *_ = focus_weights(anchors[1:2], twins, torch.arange(4))
    assert ids.tolist() == [1, 2] and weights.tolist() == [0.5, 0.5]


def test_focus_stays_inside_the_hull() -> None:
    bags = focus_weights(unit(300, 16), unit(40, 16, seed=2), torch.arange(40))
    assert all((weights > 0).all() and abs(weights.sum() - 1) < 1e-5 for _, weights in bags)
    made = Combination.from_rows(bags).apply(ROWS[:40])
    assert (made <= ROWS[:40].max(0).values + 1e-5).all() and (made >= ROWS[:40].min(0).values - 1e-5).all()
