"""Marks stand where the values are, and dots say whose they are."""

import pytest

from emma.ui import svg
from emma.ui.axes import linear_axis, log_axis


def test_marks_stand_where_the_values_are() -> None:
    chart = svg.Chart(log_axis("x", [10.0, 1000.0]), linear_axis("y", [0.0, 10.0]))
    assert chart.px(10) == svg.LEFT
    assert chart.px(100) == pytest.approx((svg.LEFT + svg.WIDTH - svg.RIGHT) / 2)
    assert chart.px(1000) == svg.WIDTH - svg.RIGHT
    assert chart.py(0) == svg.HEIGHT - svg.BOTTOM
    assert chart.py(10) == svg.TOP


def test_dots_have_the_labels_of_those_before_or_their_own() -> None:
    chart = svg.Chart(linear_axis("x", [0.0, 1.0]), linear_axis("y", [0.0, 1.0]))
    first = [(0.0, 0.0, "khm_Khmr"), (1.0, 1.0, "nqo_Nkoo")]
    assert 'data-of="khm_Khmr nqo_Nkoo"' in chart.dots(first, "before")
    assert "data-of" not in chart.dots([(x, 0.5, label) for x, _, label in first], "after", above=first)
    assert 'data-of="nqo_Nkoo"' in chart.dots(first[1:], "after", above=first)
