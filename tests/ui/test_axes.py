"""Axes hold their values between round ticks."""

import math

import pytest

from emma.ui.axes import linear_axis, log_axis


@pytest.mark.parametrize("values", [[0.0, 1.0], [-3.2, 7.9], [5.0], [], [1e-7, 2e-7], [0.0, 123456.0]])
def test_linear_axes_hold_all_values_between_few_ticks(values: list[float]) -> None:
    axis = linear_axis("", values)
    assert all(axis.low - 1e-12 <= value <= axis.high + 1e-12 for value in values)
    assert 2 <= len(axis.ticks) <= 8
    steps = {round(math.log10(b - a) % 1, 6) for a, b in zip(axis.ticks, axis.ticks[1:], strict=False)}
    assert steps <= {0.0, 0.30103, 0.69897, 1.0}


@pytest.mark.parametrize("values", [[1.0], [3.0, 4.0], [7.0, 2.5e8]])
def test_logarithmic_axes_hold_all_values(values: list[float]) -> None:
    axis = log_axis("", values)
    assert axis.low <= min(values) <= max(values) <= axis.high
    assert axis.high > axis.low
