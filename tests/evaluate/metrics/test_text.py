"""Reading answers, from hand counts in several scripts."""

import pytest

from emma.evaluate.metrics.text import exact_match, score_match, score_overlap, word_f1
from emma.evaluate.tasks.task import Item
from tests.evaluate.metrics.conftest import write

CASES = [
    ("Mwaka 1990.", ("mwaka 1990", "1990"), 1, 1),
    ("mwaka wa 1990", ("mwaka 1990",), 0, 4 / 5),
    ("१९९० में", ("१९९०",), 0, 2 / 3),
    ("曼谷市", ("曼谷",), 0, 4 / 5),
    ("", ("曼谷",), 0, 0),
    ("!", ("!", "?"), 1, 1),
    ("!", ("?",), 0, 0),
    ("the", ("a",), 0, 0),  # English articles are words like others
]


@pytest.mark.parametrize(("text", "references", "match", "overlap"), CASES)
def test_by_hand(text: str, references: tuple[str, ...], match: float, overlap: float) -> None:
    item = Item("a", references)
    assert score_match(text, item) == match
    assert score_overlap(text, item) == pytest.approx(overlap)


def test_means_over_items() -> None:
    items, outputs = [Item("a", "bangkok"), Item("b", "hanoi")], [write("Bangkok"), write("in Hanoi")]
    assert exact_match().total(exact_match().statistics(items, outputs).sum(0)) == 0.5
    assert word_f1().total(word_f1().statistics(items, outputs).sum(0)) == pytest.approx((1 + 2 / 3) / 2)
