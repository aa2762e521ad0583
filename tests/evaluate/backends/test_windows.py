"""Windows: every token once, from as much as the stride leaves."""

from itertools import pairwise

import pytest

from emma.evaluate.backends.windows import Window, split_windows


@pytest.mark.parametrize("context", [2, 3, 8, 9])
@pytest.mark.parametrize("predictions", [0, 1, 2, 7, 8, 9, 12, 13, 50])
def test_each_prediction_once_from_half_a_context(predictions: int, context: int) -> None:
    found = split_windows(predictions, context)
    assert [place for window in found for place in range(window.score, window.end)] == list(range(predictions))
    for window in found:
        assert len(window) == min(context, predictions)
        assert 0 <= window.begin <= window.score < window.end <= predictions
    for _, later in pairwise(found):
        assert later.score - later.begin >= context - context // 2


def test_known_windows() -> None:
    assert split_windows(11, 8) == [Window(0, 0, 8), Window(3, 8, 11)]
