"""Benchmarks of several runs: only languages that all have, with as many items, count."""

from typing import Any

import pytest

from emma.inspect.compare.benchmarks import compare_tables
from emma.report.tasks import TaskTables


def score(lang: str, value: float, items: int = 10, **more: Any) -> dict[str, Any]:
    row = {"model": "adapted", "task": "sib200", "variant": "cloze", "metric": "accuracy", "headline": True}
    facts = {"clean": False, "highest": 1.0, "higher_is_better": True}
    return row | facts | {"lang": lang, "value": value, "items": items} | more


def tables(*scores: dict[str, Any]) -> TaskTables:
    return TaskTables(list(scores), [], [], [], [])


ONE = tables(
    score("khm_Khmr", 0.2),
    score("nqo_Nkoo", 0.4),
    score("yor_Latn", 0.9, items=8),
    score("tha_Thai", 0.9),
    score("khm_Khmr", 0.1, clean=True),
    score("khm_Khmr", 0.1, model="base"),
    score("khm_Khmr", 0.3, metric="f1", headline=False),
    score("khm_Khmr", 3.0, task="only here"),
)
TWO = tables(score("khm_Khmr", 0.5), score("nqo_Nkoo", 0.5), score("yor_Latn", 0.1, items=9))


def test_means_are_over_the_languages_and_items_that_all_have() -> None:
    (row,) = compare_tables([ONE, TWO])
    assert (row["task"], row["variant"], row["metric"], row["languages"]) == ("sib200", "cloze", "accuracy", 2)
    assert row["values"] == pytest.approx([30.0, 50.0])
    assert row["higher_is_better"]


def test_where_lower_is_better_values_stay_as_they_are() -> None:
    one, two = (tables(score("khm_Khmr", value, highest=None, higher_is_better=False)) for value in (2.0, 1.5))
    (row,) = compare_tables([one, two])
    assert (row["values"], row["higher_is_better"]) == ([2.0, 1.5], False)


def test_runs_without_a_language_in_common_have_no_row() -> None:
    assert list(compare_tables([ONE, tables(score("eng_Latn", 0.5))])) == []
