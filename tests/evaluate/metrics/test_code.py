"""pass@k against drawing every subset, and programs judged by their tests."""

from itertools import combinations

import pytest

from emma.errors import RecipeError
from emma.evaluate.metrics.code import pass_at_k, pass_rate
from emma.evaluate.metrics.sandbox import check_walls
from emma.evaluate.tasks.task import Item
from tests.evaluate.metrics.conftest import write


@pytest.mark.parametrize("samples", [1, 4, 7])
def test_is_the_share_of_subsets_with_one_that_passes(samples: int) -> None:
    for passed in range(samples + 1):
        for k in range(1, samples + 1):
            draws = list(combinations([True] * passed + [False] * (samples - passed), k))
            assert pass_at_k(samples, passed, k) == pytest.approx(sum(map(any, draws)) / len(draws))


def test_too_few_answers_are_refused() -> None:
    with pytest.raises(RecipeError, match="pass@10 needs at least 10 answers for each item, and there are 1"):
        pass_at_k(1, 1, 10)


def test_nothing_runs_unless_allowed() -> None:
    with pytest.raises(RecipeError, match="run_generated_code = true"):
        pass_rate("python", lambda item, text: text, allowed=False)


def test_programs_are_judged_by_their_tests() -> None:
    try:
        check_walls()
    except RecipeError as error:
        pytest.skip(str(error))
    items = [Item("add", "", {"tests": "assert add(2, 3) == 5"}), Item("none", "", {"tests": "assert add(1, 1) == 2"})]
    outputs = [
        write("def add(a, b):\n    return a + b", "def add(a, b):\n    return a - b"),
        write("", "while True: print('x' * 10**6)"),
    ]
    metric = pass_rate("python", lambda item, text: f"{text}\n{item.fields['tests']}\n", allowed=True)
    statistics = metric.statistics(items, outputs)
    assert statistics.tolist() == [[0.5, 1], [0, 1]]
    assert metric.total(statistics.sum(0)) == 0.25
    best = pass_rate("python", lambda item, text: f"{text}\n{item.fields['tests']}\n", allowed=True, k=2)
    assert best.statistics(items, outputs)[:, 0].tolist() == [1, 0]
