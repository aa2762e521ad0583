"""Means of values: what counts, and what is left out."""

import numpy as np
import pytest

from emma.evaluate.metrics.metric import each_text, list_texts, mean_of_texts
from emma.evaluate.tasks.task import Item
from tests.evaluate.metrics.conftest import write

ITEMS = [Item("a", "x"), Item("b", "y"), Item("c", "z")]
OUTPUTS = [write("x", "x", "q", "q"), write(""), write(" . ")]


@pytest.mark.parametrize(("drop_empty", "expected"), [(False, 0.5 / 3), (True, 0.5)])
def test_empty_texts_count_unless_dropped(drop_empty: bool, expected: float) -> None:
    metric = mean_of_texts("equal", each_text(lambda text, item: float(text == item.gold)), "", drop_empty=drop_empty)
    statistics = metric.statistics(ITEMS, OUTPUTS)
    assert metric.total(statistics.sum(0)) == pytest.approx(expected)
    assert statistics[0].tolist() == [0.5, 1.0]  # the mean of its four samples


def test_no_item_left_is_no_score() -> None:
    metric = mean_of_texts("equal", each_text(lambda text, item: 1.0), "", drop_empty=True)
    assert np.isnan(metric.total(metric.statistics(ITEMS[1:], OUTPUTS[1:]).sum(0)))


def test_a_sample_is_scored_alone_by_taking_it_out() -> None:
    metric = mean_of_texts("equal", each_text(lambda text, item: float(text == item.gold)), "")
    values = [metric.statistics(ITEMS[:1], [OUTPUTS[0][at : at + 1]])[0, 0] for at in range(4)]
    assert values == [1.0, 1.0, 0.0, 0.0]


def test_texts_are_kept_as_they_are() -> None:
    assert list_texts(write(" a ", "")) == [" a ", ""]
