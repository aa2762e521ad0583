"""Accuracies against hand counts, and macro F1 against its definition on drawn items."""

import numpy as np
import pytest

from emma.errors import SourceError
from emma.evaluate.engine.requests import ScoreAnswer
from emma.evaluate.metrics.accuracy import MacroF1, accuracy, accuracy_by_byte, find_likeliest, list_nats
from emma.evaluate.tasks.task import Item


def answer(*nats: float) -> ScoreAnswer:
    return ScoreAnswer(nats, (1,) * len(nats), (False,) * len(nats))


def test_accuracy_counts_the_likeliest_choice() -> None:
    items = [Item("a", 0), Item("b", 1), Item("c", 2)]
    outputs = [(answer(1, 2, 3),), (answer(1, 2, 3),), (answer(9, 8, 7.5),)]
    metric = accuracy()
    assert metric.total(metric.statistics(items, outputs).sum(0)) == pytest.approx(2 / 3)


def test_the_choices_of_several_requests_are_one_list() -> None:
    output = (answer(3.0), answer(2.0))  # as in XWinograd: one request for each choice
    assert list_nats(output) == [3.0, 2.0]
    assert find_likeliest(output) == 1


def test_by_byte_divides_by_utf8_bytes_and_not_by_characters() -> None:
    # Three characters each: 3 bytes of Latin, 9 of Devanagari. Nats by character would choose the first.
    item = Item("x", 1, {"choices": ("abc", "कखग")})
    metric = accuracy_by_byte()
    assert metric.total(metric.statistics([item], [(answer(3.0, 6.0),)]).sum(0)) == 1
    assert accuracy().statistics([item], [(answer(3.0, 6.0),)]).tolist() == [[0, 1]]


@pytest.mark.parametrize("choices", [("a", ""), ("a",)])
def test_by_byte_refuses_choices_that_do_not_fit(choices: tuple[str, ...]) -> None:
    item = Item("x7", 0, {"choices": choices}, place=("amh.tsv", 12))
    with pytest.raises(SourceError, match=r"amh\.tsv, row 12: item 'x7'"):
        accuracy_by_byte().statistics([item], [(answer(1.0, 2.0),)])


def test_macro_f1_is_the_mean_of_the_labels_that_occur() -> None:
    rng = np.random.default_rng(0)
    gold, chosen = rng.integers(0, 4, 50), rng.integers(0, 4, 50)  # of five labels
    items = [Item(str(at), int(label)) for at, label in enumerate(gold)]
    outputs = [(answer(*[float(label != at) for at in range(5)]),) for label in chosen]
    scores = []
    for label in range(4):
        precision = np.mean(gold[chosen == label] == label)
        recall = np.mean(chosen[gold == label] == label)
        scores.append(2 * precision * recall / (precision + recall))
    metric = MacroF1()
    assert metric.total(metric.statistics(items, outputs).sum(0)) == pytest.approx(np.mean(scores))


def test_a_label_that_is_only_ever_chosen_counts() -> None:
    """As in scikit-learn: 2/3 of the one that is right, 0 of the one that is not, and nothing of the third."""
    items, outputs = [Item("a", 0), Item("b", 0)], [(answer(1, 2, 3),), (answer(2, 1, 3),)]
    metric = MacroF1()
    assert metric.total(metric.statistics(items, outputs).sum(0)) == pytest.approx(1 / 3)


def test_no_items_have_no_score() -> None:
    for metric in (accuracy(), MacroF1()):
        assert np.isnan(metric.total(metric.statistics([], []).sum(0)))


def test_totals_take_any_number_of_sums() -> None:
    metric = MacroF1()
    statistics = metric.statistics([Item("a", 0), Item("b", 1)], [(answer(1, 2),), (answer(1, 2),)])
    draws = np.array([[[2, 0], [1, 1]], [[0, 2], [1, 1]]]) @ statistics
    assert metric.total(draws).shape == (2, 2)
    assert metric.total(draws)[0].tolist() == pytest.approx([1.0, 1 / 3])


def test_a_choice_without_a_likelihood_is_not_chosen() -> None:
    nan = float("nan")  # as of a model whose logits overflow
    assert find_likeliest((answer(nan, 5.0, 7.0),)) == 1
    assert find_likeliest((answer(nan, nan),)) == 0
