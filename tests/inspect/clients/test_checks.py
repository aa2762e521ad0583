"""What counts as equal, and how a difference is told."""

import math

from emma.inspect.clients.checks import Comparison, compare_lists, compare_maps


def test_lists() -> None:
    assert compare_lists("ids", [1, 2], [1, 2]) == Comparison("ids", 0)
    assert compare_lists("ids", [1, 2, 3], [1, 0, 0], "abc") == Comparison("ids", 2, detail="of 'b': 0 instead of 2")
    assert compare_lists("ids", [1, 2, 3], [1]) == Comparison("ids", 2, detail="1 instead of 3")
    assert not compare_lists("ids", [1], [1, 2]).holds


def test_maps() -> None:
    assert compare_maps("rows", {"a": 1}, {"a": 1}).holds
    lost = compare_maps("rows", {"a": 1, "b": 2}, {"c": 3, "a": 1})
    assert (lost.difference, lost.detail) == (2, "of 'b': None instead of 2")


def test_what_holds() -> None:
    assert Comparison("logits", 1e-3, 1e-3).holds
    assert not Comparison("logits", math.nan, 1e-3).holds
    assert not Comparison("logits", math.inf, 1e-3).holds
