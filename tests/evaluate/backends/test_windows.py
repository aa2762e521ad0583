"""Windows: every token once, from as much as the stride leaves."""

import pytest

from emma.evaluate.backends.windows import Window, split_windows


@pytest.mark.parametrize("stride", [0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("context", [2, 3, 8, 9])
@pytest.mark.parametrize("predictions", [0, 1, 2, 7, 8, 9, 12, 13, 50])
def test_each_prediction_once_from_what_the_stride_leaves(predictions: int, context: int, stride: float) -> None:
    found = split_windows(predictions, context, stride)
    assert [place for window in found for place in range(window.score, window.end)] == list(range(predictions))
    assert [len(window) for window in found[:1]] == [min(context, predictions)][: len(found)]
    for window in found:
        assert len(window) <= context
        assert 0 <= window.begin <= window.score < window.end <= predictions
    for window in found[1:]:
        assert window.score - window.begin == context - max(1, int(context * stride))


def test_known_windows() -> None:
    assert split_windows(11, 8) == [Window(0, 0, 8), Window(4, 8, 11)]
    assert split_windows(18, 8, 1) == [Window(0, 0, 8), Window(8, 8, 16), Window(16, 16, 18)]
