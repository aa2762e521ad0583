"""Colours on either side of zero."""

import pytest

from emma.ui.scale import COLOURS, ColourScale, choose_scale


@pytest.mark.parametrize(
    ("values", "borders"),
    [
        ([], (0.25, 0.5, 0.75)),
        ([0.0], (0.25, 0.5, 0.75)),
        ([50.0] * 9, (10, 20, 30)),
        ([-0.3, 0.02, 0.1], (0.025, 0.05, 0.075)),
        ([0.3] * 3, (0.1, 0.2, 0.3)),
        ([4e-4] * 3, (1e-4, 2e-4, 3e-4)),
        ([*range(1, 101)], (25, 50, 75)),
    ],
)
def test_borders_are_round_and_most_values_lie_within(values: list[float], borders: tuple[float, ...]) -> None:
    assert choose_scale(values).borders == borders


def test_every_value_has_a_colour() -> None:
    scale = ColourScale((5, 10, 20), "%")
    found = [scale.find_class(value) for value in (-20, -19.9, -10, -5, -1, 0, 4.9, 5, 12, 300)]
    assert found == ["m4", "m3", "m3", "m2", "m1", "p1", "p1", "p2", "p3", "p4"]
    assert scale.find_class(7, is_unsure=True) == "unsure"
    assert scale.find_class(None) == "none"
    assert scale.signed_borders == (-20, -10, -5, 0, 5, 10, 20)
    assert len(scale.signed_borders) == len(COLOURS) - 1
