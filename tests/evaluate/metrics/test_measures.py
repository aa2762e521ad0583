"""How far samples are apart, and which items are one draw."""

import pytest

from emma.evaluate.engine.requests import ScoreAnswer
from emma.evaluate.metrics.accuracy import accuracy
from emma.evaluate.metrics.code import pass_rate
from emma.evaluate.metrics.measures import TaskAnswers, name_cluster, sample_deviation
from emma.evaluate.metrics.numbers import number_match
from emma.evaluate.tasks.task import Item
from emma.lang.language import Lang
from tests.evaluate.metrics.conftest import write
from tests.evaluate.metrics.synthetic import make_info

ITEMS = [Item("a", "1"), Item("b", "2")]


def test_it_is_of_the_scores_of_first_texts_and_second_ones() -> None:
    # First texts are both right, second ones half, third ones not: 1, 1/2 and 0.
    outputs = [write("1", "1", "0"), write("2", "0", "0")]
    assert sample_deviation(number_match(), ITEMS, outputs) == pytest.approx(0.5)


def test_one_text_each_and_choices_have_none() -> None:
    assert sample_deviation(number_match(), ITEMS, [write("1"), write("2")]) is None
    scored = ScoreAnswer((1.0,), (1,), (True,))
    assert sample_deviation(accuracy(), [Item("a", 0)], [(scored, scored)]) is None
    assert sample_deviation(number_match(), [], []) is None


def test_a_metric_of_several_samples_has_none() -> None:
    metric = pass_rate("python", lambda item, text: text, allowed=True, k=2)
    assert sample_deviation(metric, ITEMS, [write("1", "2"), write("1", "2")]) is None


@pytest.mark.parametrize("cluster", ["", "7"])
def test_items_of_two_languages_are_one_draw_where_they_are_translations_alone(cluster: str) -> None:
    """Exams of two countries that number their questions alike share nothing."""
    names = {
        native: {
            name_cluster(
                Item("7", 0, cluster=cluster),
                TaskAnswers("m", make_info(native=native), lang, "letter", [], [], [], []),
            )
            for lang in map(Lang.parse, ("swh_Latn", "nqo_Nkoo"))
        }
        for native in (True, False)
    }
    assert names == {True: {"swh_Latn 7", "nqo_Nkoo 7"}, False: {"7"}}
