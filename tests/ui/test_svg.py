"""Axes hold their values between round ticks; names beside points hide none."""

import math

import pytest

from emma.ui import svg


def test_marks_stand_where_the_values_are() -> None:
    chart = svg.Chart(svg.log_axis("x", [10.0, 1000.0]), svg.linear_axis("y", [0.0, 10.0]))
    assert chart.px(10) == svg.LEFT
    assert chart.px(100) == pytest.approx((svg.LEFT + svg.WIDTH - svg.RIGHT) / 2)
    assert chart.px(1000) == svg.WIDTH - svg.RIGHT
    assert chart.py(0) == svg.HEIGHT - svg.BOTTOM
    assert chart.py(10) == svg.TOP


@pytest.mark.parametrize("values", [[0.0, 1.0], [-3.2, 7.9], [5.0], [], [1e-7, 2e-7], [0.0, 123456.0]])
def test_linear_axes_hold_all_values_between_few_ticks(values: list[float]) -> None:
    axis = svg.linear_axis("", values)
    assert all(axis.low - 1e-12 <= value <= axis.high + 1e-12 for value in values)
    assert 2 <= len(axis.ticks) <= 8
    steps = {round(math.log10(b - a) % 1, 6) for a, b in zip(axis.ticks, axis.ticks[1:], strict=False)}
    assert steps <= {0.0, 0.30103, 0.69897, 1.0}


@pytest.mark.parametrize("values", [[1.0], [3.0, 4.0], [7.0, 2.5e8]])
def test_logarithmic_axes_hold_all_values(values: list[float]) -> None:
    axis = svg.log_axis("", values)
    assert axis.low <= min(values) <= max(values) <= axis.high
    assert axis.high > axis.low


def test_a_name_hides_no_point_and_stays_inside() -> None:
    crowd = [(x, y) for x in range(200, 300, 6) for y in range(100, 200, 6)]
    for point in [(200, 100), (298, 196), (248, 148)]:
        box = svg.place_label(point, "Program code", crowd)
        assert box.is_inside_axes()
        assert not any(box.hides(each) for each in crowd)
    first, second = svg.label_points([((300, 200), "English"), ((302, 200), "Program code")], [(300, 200), (302, 200)])
    assert first.split("y=")[1] != second.split("y=")[1]
