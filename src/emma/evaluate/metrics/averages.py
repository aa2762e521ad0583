"""Averages over languages, by tier, script and family, with intervals that know what the languages share.

A benchmark that was translated asks the same sentence in every language: its 205 outcomes are one draw and not 205
(Miller, Adding Error Bars to Evals, 2024). So the influence of a cluster of items on its language's score is added up
over the languages before it is squared. The languages are taken as they are, and not as a sample of others.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np

from emma.evaluate.metrics.measures import Measure
from emma.evaluate.metrics.statistics import Interval, find_influences, influence_interval, sum_clusters
from emma.lang.language import script_of
from emma.schemas import Row

Groupings = Mapping[str, Mapping[str, str]]
"""What languages are grouped by, `tier` or `family`: the group of each label, as far as it has one."""
ALL, POINTS = "all", "points"
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Score:
    """A score, or the difference of two, or the mean of several."""

    value: float
    influences: Mapping[str, float]
    """How far each cluster of items moves it."""


@dataclass(frozen=True)
class SharedScores:
    """One metric of one task: the scores of every model, in the languages and on the items that all models have."""

    pattern: Measure
    """One of the measures, for what they have in common."""
    by_model: Mapping[str, Mapping[str, Score]]

    @property
    def langs(self) -> list[str]:
        """The languages, sorted."""
        return sorted(next(iter(self.by_model.values())))


def tabulate_averages(measures: Sequence[Measure], baseline: str | None, groupings: Groupings) -> Iterator[Row]:
    """Rows of TASK_AVERAGES: every metric of every task over languages, and the headlines of all tasks in points."""
    order = sorted(measures, key=lambda each: each.key)
    every = [score_shared(list(group)) for _, group in groupby(order, lambda each: each.key)]
    for shared in every:
        for grouping, name, langs in group_languages(shared.langs, groupings):
            means = {model: average([found[lang] for lang in langs]) for model, found in shared.by_model.items()}
            row = dict(zip(("task", "variant", "metric", "clean"), shared.pattern.key, strict=True))
            place = {"native": shared.pattern.info.native, "group_by": grouping, "group": name, "languages": len(langs)}
            yield from compare_means(means, baseline, shared.pattern.metric.higher_is_better, {**row, **place})
    yield from average_tasks(every, baseline, groupings)


def average_tasks(every: Sequence[SharedScores], baseline: str | None, groupings: Groupings) -> Iterator[Row]:
    """Rows over all tasks, translated and native ones apart: the means of their headline metrics, in points.

    A task counts once, in all its variants. Only tasks that every model has are averaged, and only metrics that have a
    highest score, of which a point is a hundredth.
    """
    models = {model for shared in every for model in shared.by_model}
    fit = [one for one in every if one.pattern.headline and one.pattern.metric.highest and set(one.by_model) == models]
    for (native, clean), some in _group(fit, lambda one: (one.pattern.info.native, one.pattern.clean_only)).items():
        langs = sorted({lang for one in some for lang in one.langs})
        for grouping, name, members in group_languages(langs, groupings):
            means = {model: average_points(some, model, set(members)) for model in sorted(models)}
            row = {"task": None, "variant": None, "metric": POINTS, "native": native, "clean": clean}
            place = {"group_by": grouping, "group": name, "languages": len(members)}
            yield from compare_means(means, baseline, True, {**row, **place})


def average_points(some: Sequence[SharedScores], model: str, langs: Set[str]) -> Score:
    """The mean over tasks of the mean over variants of the mean over languages, in points."""
    tasks = []
    for name, variants in _group(some, lambda one: one.pattern.info.name).items():
        scores = [
            average([one.by_model[model][lang] for lang in members], 100 / (one.pattern.metric.highest or 1))
            for one in variants
            if (members := [lang for lang in one.langs if lang in langs])
        ]
        if scores:
            mean = average(scores)
            tasks.append(Score(mean.value, {f"{name} {key}": move for key, move in mean.influences.items()}))
    return average(tasks)


def compare_means(means: Mapping[str, Score], baseline: str | None, higher: bool, row: Row) -> Iterator[Row]:
    """A row for each model: its mean, and what it gains on the baseline."""
    for model, mean in means.items():
        low, high = find_score_interval(mean)
        base = means.get(baseline or "") if model != baseline else None
        gain = subtract(mean, base, 1 if higher else -1) if base else None
        delta, delta_low, delta_high = (gain.value, *find_score_interval(gain)) if gain else (None, None, None)
        differs = {"delta": delta, "delta_low": delta_low, "delta_high": delta_high}
        yield {**row, "model": model, "value": mean.value, "low": low, "high": high, **differs}


def score_shared(measures: Sequence[Measure]) -> SharedScores:
    """The scores in the languages that all models have, on the items that all have of them."""
    by_model: dict[str, dict[str, Measure]] = {}
    for each in measures:
        by_model.setdefault(each.model, {})[each.lang] = each
    scores: dict[str, dict[str, Score]] = {model: {} for model in by_model}
    for lang in sorted(set.intersection(*(set(found) for found in by_model.values()))):
        shared = share_items([found[lang] for found in by_model.values()])
        if all(each.value is not None for each in shared):
            for model, each in zip(by_model, shared, strict=True):
                scores[model][lang] = score_language(each)
    return SharedScores(measures[0], scores)


def share_items(measures: Sequence[Measure]) -> list[Measure]:
    """The measures of the items that all of them have, in one order."""
    ids = sorted(set.intersection(*(set(each.ids) for each in measures)))
    places = [{name: place for place, name in enumerate(each.ids)} for each in measures]
    return [each.take([at[name] for name in ids]) for each, at in zip(measures, places, strict=True)]


def score_language(measure: Measure) -> Score:
    """The score of a model in a language, and what each cluster of items does to it."""
    names, sums = sum_clusters(measure.statistics, measure.clusters)
    influences = find_influences(measure.metric.total, sums).tolist()
    return Score(measure.value or 0.0, dict(zip(names, influences, strict=True)))


def subtract(score: Score, base: Score, sign: int) -> Score:
    """The gain of one score on another of the same items: what a cluster does to both cancels out."""
    moves = {name: sign * (move - base.influences[name]) for name, move in score.influences.items()}
    return Score(sign * (score.value - base.value), moves)


def average(scores: Sequence[Score], factor: float = 1.0) -> Score:
    """The mean of scores, each counted once, times a factor. A cluster that moves several moves their mean by each."""
    share = factor / len(scores)
    influences: dict[str, float] = {}
    for score in scores:
        for name, move in score.influences.items():
            influences[name] = influences.get(name, 0.0) + share * move
    return Score(share * sum(score.value for score in scores), influences)


def find_score_interval(score: Score) -> Interval:
    """The 95 % interval of a score, over clusters of items."""
    return influence_interval(score.value, np.array(list(score.influences.values())))


def group_languages(langs: Sequence[str], groupings: Groupings) -> Iterator[tuple[str, str, list[str]]]:
    """What is grouped by, the group's name, and its languages: first all of them, then every group of each kind."""
    every = {ALL: dict.fromkeys(langs, ALL), "script": {lang: script_of(lang) for lang in langs}, **groupings}
    for grouping, groups in every.items():
        for name in sorted({groups[lang] for lang in langs if lang in groups}):
            yield grouping, name, [lang for lang in langs if groups.get(lang) == name]


def _group(every: Iterable[SharedScores], key: Callable[[SharedScores], Key]) -> dict[Key, list[SharedScores]]:
    groups: dict[Key, list[SharedScores]] = {}
    for one in every:
        groups.setdefault(key(one), []).append(one)
    return groups
