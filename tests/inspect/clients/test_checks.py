"""What counts as equal, and how a difference is told."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from emma.inspect.clients.checks import Comparison, compare_lists, compare_maps
from emma.inspect.clients.hf_transformers import compare_continuations, compare_logits
from emma.inspect.clients.process import Answer


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


@pytest.mark.parametrize(("gaps", "worst"), [((0, 0.5, 0.1), 2), ((0, math.nan, 0.1), 2), ((math.nan, 0, 0), 1)])
def test_the_worst_logit_counts_and_none_is_worse_than_no_number(tmp_path: Path, gaps: tuple, worst: int) -> None:
    for number, gap in enumerate(gaps):
        np.save(tmp_path / f"logits-{number}.npy", np.array([[1.0, 1.0 + gap]], np.float32))
    found = compare_logits([np.ones((1, 2), np.float32)] * 3, Answer(tmp_path, {}), 0.2)
    assert not found.holds
    assert found.detail.endswith(f"in text {worst}")


def test_continuations_are_compared_as_they_are() -> None:
    ours: Any = SimpleNamespace(continuations=["a b", "c"], texts=("x", "y"))
    assert compare_continuations(ours, ["a b", "c"]).holds
    differ = compare_continuations(ours, ["a b", "d"])
    assert (differ.difference, differ.detail) == (1, "of 'y': 'd' instead of 'c'")
