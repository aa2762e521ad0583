"""The tables of a run's tasks: every score with its interval, every gain with its test, every average."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np

from emma.evaluate.metrics.averages import Groupings, tabulate_averages
from emma.evaluate.metrics.measures import Measure, TaskAnswers, list_items, measure
from emma.evaluate.metrics.statistics import Resampling, adjust, compare, find_interval
from emma.schemas import TASK_AVERAGES, TASK_GAINS, TASK_ITEMS, TASK_SCORES, Row
from emma.store import shards

TABLES = {"items": TASK_ITEMS, "scores": TASK_SCORES, "gains": TASK_GAINS, "averages": TASK_AVERAGES}
"""Tables of a run's tasks, each a file `NAME.parquet` in the folder `tasks`."""


def write_task_tables(
    answers: Iterable[TaskAnswers],
    folder: Path,
    *,
    baseline: str | None = None,
    groupings: Groupings | None = None,
    resampling: Resampling = Resampling(),  # noqa: B008 - frozen
) -> dict[str, int]:
    """Write the tables of TABLES into a folder; returns their numbers of rows.

    Every other model is compared with the `baseline`, on the items that both were asked. Averages are by script, and
    by the groups of languages in `groupings` (`tier`, `family`).
    """
    folder.mkdir(parents=True, exist_ok=True)
    measures: list[Measure] = []
    with shards.ShardWriter(folder / "items.parquet", TASK_ITEMS) as writer:
        for each in answers:
            found = list(measure(each))
            for row in list_items(each, found[0]):
                writer.add(row)
            measures += found
    measures = [part for each in measures for part in split_clean(each)]
    rows = {
        "scores": [score(each, resampling) for each in measures],
        "gains": tabulate_gains(measures, baseline, resampling),
        "averages": list(tabulate_averages(measures, baseline, groupings or {})),
    }
    for name, table in rows.items():
        with shards.ShardWriter(folder / f"{name}.parquet", TABLES[name]) as writer:
            for row in table:
                writer.add(row)
    return {"items": shards.count_rows(folder / "items.parquet")} | {name: len(table) for name, table in rows.items()}


def split_clean(whole: Measure) -> Iterator[Measure]:
    """A measure of all items and, where the corpus was searched for them, one of those that were not trained on."""
    yield whole
    if any(clean is not None for clean in whole.clean):
        yield replace(
            whole.take([place for place, clean in enumerate(whole.clean) if clean]), clean_only=True, deviation=None
        )


def score(each: Measure, resampling: Resampling) -> Row:
    """A row of TASK_SCORES."""
    low, high = find_interval(each.metric.total, each.statistics, each.clusters, resampling)
    known = each.chances[np.isfinite(each.chances)]
    return {
        **describe(each),
        "version": each.info.version,
        "headline": each.headline,
        "native": each.info.native,
        "low": low,
        "high": high,
        "deviation": each.deviation,
        "chance": float(known.mean()) if len(known) else None,
        **{name: int(counts.sum()) for name, counts in each.faults.items()},
        "rejects": each.rejects,
        "higher_is_better": each.metric.higher_is_better,
        "highest": each.metric.highest,
        "signature": each.metric.signature,
    }


def describe(each: Measure) -> Row:
    """What rows of TASK_SCORES and TASK_GAINS say alike."""
    return {
        "model": each.model,
        "task": each.info.name,
        "lang": each.lang,
        "variant": each.variant,
        "metric": each.metric.name,
        "clean": each.clean_only,
        "items": len(each.ids),
        "value": each.value,
    }


def tabulate_gains(measures: Sequence[Measure], baseline: str | None, resampling: Resampling) -> list[Row]:
    """Rows of TASK_GAINS: every model against the baseline, adjusted over the languages of its task."""
    bases = {(each.lang, *each.key): each for each in measures if each.model == baseline}
    others = [each for each in measures if each.model != baseline and (each.lang, *each.key) in bases]
    rows: list[Row] = []
    order = sorted(others, key=lambda each: (each.model, *each.key, each.lang))
    for _, group in groupby(order, lambda each: (each.model, *each.key)):
        compared = (compare_models(bases[each.lang, *each.key], each, resampling) for each in group)
        found = [row for row in compared if row is not None]
        rows += [{**row, "q": q} for row, q in zip(found, adjust([row["p"] for row in found]), strict=True)]
    return rows


def pair_items(first: Measure, second: Measure) -> tuple[Measure, Measure]:
    """Two measures of the items that both have, in the first's order."""
    places = {name: place for place, name in enumerate(second.ids)}
    both = [place for place, name in enumerate(first.ids) if name in places]
    return first.take(both), second.take([places[first.ids[place]] for place in both])


def compare_models(baseline: Measure, model: Measure, resampling: Resampling) -> Row | None:
    """A row of TASK_GAINS without its q; None where there is no item that both have a score of."""
    one, other = pair_items(baseline, model)
    if one.value is None or other.value is None:
        return None
    found = compare(one.metric.total, one.statistics, other.statistics, one.clusters, resampling)
    better = 1 if model.metric.higher_is_better else -1
    low, high = (found.low, found.high) if better == 1 else (found.high, found.low)
    return {
        **describe(other),
        "baseline": one.model,
        "value_baseline": one.value,
        "delta": better * (other.value - one.value),
        "low": None if low is None else better * low,
        "high": None if high is None else better * high,
        "p": found.p,
        "smallest": found.smallest,
    }
