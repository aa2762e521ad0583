"""The quicksort against numpy's."""

import numpy as np
import pytest

from emma.kernels.sorting import SHORT, sort


@pytest.mark.parametrize("count", [0, 1, 2, SHORT, SHORT + 1, SHORT + 2, 100, 5000])
@pytest.mark.parametrize("distinct", [1, 2, 7, 2**63])
@pytest.mark.parametrize("order", ["as it comes", "rising", "falling"])
def test_values_are_sorted_in_place(count: int, distinct: int, order: str) -> None:
    values = np.random.default_rng(count).integers(0, distinct, count, np.uint64) * np.uint64(2)
    if order != "as it comes":
        values = np.sort(values)[:: 1 if order == "rising" else -1].copy()
    expected = np.sort(values)
    sort(values)
    assert np.array_equal(values, expected)
