"""Benchmarks of several runs: the means over the languages that all of them have, with as many items in each."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import TypedDict

from emma.pipeline.home import Run
from emma.report.tasks import Place, TaskTables, place_of, read_task_tables

Values = Mapping[str, tuple[float, int]]
"""Score and number of items by language."""


class TaskComparison(TypedDict):
    """One benchmark, asked one way, in all runs."""

    task: str
    variant: str
    metric: str
    languages: int
    """Languages that all runs have, with as many items in each."""
    values: list[float]
    """The mean of those languages in each run, in points where that can be."""
    higher_is_better: bool


def compare_benchmarks(runs: Sequence[Run]) -> Iterator[TaskComparison]:
    """Every benchmark that all runs have, in the order of the first; nothing where one has none."""
    tables = [found for run in runs if (found := read_task_tables(run.artifact("evaluate"))) is not None]
    if len(tables) == len(runs):
        yield from compare_tables(tables)


def compare_tables(tables: Sequence[TaskTables]) -> Iterator[TaskComparison]:
    """Every benchmark that all of these tables have a language of."""
    known = [list_values(table) for table in tables]
    better = {place_of(row): row["higher_is_better"] for row in tables[0].scores}
    for place, first in known[0].items():
        all_runs = [each.get(place, {}) for each in known]
        shared = [lang for lang in first if all(lang in each and each[lang][1] == first[lang][1] for each in all_runs)]
        if shared:
            task, variant, metric = place
            factor = tables[0].factors.get(place, 1.0)
            yield {
                "task": task,
                "variant": variant,
                "metric": metric,
                "languages": len(shared),
                "values": [factor * fmean(each[lang][0] for lang in shared) for each in all_runs],
                "higher_is_better": better[place],
            }


def list_values(tables: TaskTables) -> dict[Place, dict[str, tuple[float, int]]]:
    """The scores of the adapted model over all items, the headline metric of each benchmark."""
    found: dict[Place, dict[str, tuple[float, int]]] = {}
    for row in tables.scores:
        if row["headline"] and not row["clean"] and row["model"] == tables.model:
            found.setdefault(place_of(row), {})[row["lang"]] = row["value"], row["items"]
    return found
