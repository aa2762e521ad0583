"""Which examples stand before an item."""

from collections import Counter

import pytest

from emma.evaluate.tasks.shots import choose_shots, draw_shots, draw_shots_with_replacement
from emma.evaluate.tasks.task import Item, TaskData


def pool(count: int, labels: int = 4) -> tuple[Item, ...]:
    return tuple(Item(str(number), number % labels, place=("train.tsv", number + 1)) for number in range(count))


def test_labels_take_turns() -> None:
    for count in (1, 3, 4, 8, 10):
        golds = Counter(item.gold for item in choose_shots(TaskData((), pool(40)), count))
        assert sum(golds.values()) == count
        assert max(golds.values()) - min(golds.get(label, 0) for label in range(4)) <= 1


def test_rare_labels_end_and_the_others_go_on() -> None:
    items = (*(Item(str(number), 0) for number in range(9)), Item("x", 1))
    assert sorted(item.id for item in choose_shots(TaskData((), items), 20)) == sorted(item.id for item in items)


def test_the_order_of_files_does_not_matter_but_the_seed_does() -> None:
    items = pool(40)
    chosen = choose_shots(TaskData((), items), 5)
    assert choose_shots(TaskData((), items[::-1]), 5) == chosen
    assert choose_shots(TaskData((), items), 5, seed=1) != chosen
    assert choose_shots(TaskData((), items), 3) == chosen[:3]  # cut, the examples of a language stay alike


def test_without_a_pool_there_are_none() -> None:
    assert choose_shots(TaskData((), ()), 3) == draw_shots((), 3, 1) == draw_shots_with_replacement((), 3, 1) == ()


def test_published_draws_are_those_of_pandas() -> None:
    """EMMA-500's scripts: a list of seeds from `random`, and `DataFrame.sample` with each."""
    pandas = pytest.importorskip("pandas", reason="the peer that drew the published examples")
    import random

    random.seed(42)
    seeds = [random.randint(0, 1000) for _ in range(1100)]
    frame = pandas.DataFrame({"place": range(701)})
    for row in (1, 2, 204, 1025, 1100):
        published = frame.sample(n=3, random_state=seeds[row - 1])["place"].tolist()
        assert [int(item.id) for item in draw_shots(pool(701), 3, row)] == published


def test_published_draws_with_replacement() -> None:
    import random

    random.seed(42)
    seeds = [random.randint(0, 1000) for _ in range(7)]
    random.seed(seeds[6])
    published = [random.randint(0, 996) for _ in range(3)]
    assert [int(item.id) for item in draw_shots_with_replacement(pool(997), 3, 7)] == published


def test_more_examples_than_there_are() -> None:
    assert len(draw_shots(pool(2), 3, 1)) == 2
