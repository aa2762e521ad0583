"""Averages over languages, by tier, script and family, with intervals that know what the languages share.

A benchmark that was translated asks the same sentence in every language: its 205 outcomes are one draw and not 205
(Miller, Adding Error Bars to Evals, 2024). So the influence of a cluster of items on its language's score is added up
over the languages before it is squared. The languages are taken as they are, and not as a sample of others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from emma.evaluate.metrics.measures import Measure
from emma.evaluate.metrics.metric import Floats
from emma.evaluate.metrics.statistics import find_influences, influence_interval, sum_clusters
from emma.lang.language import script_of
from emma.schemas import Row

Groupings = Mapping[str, Mapping[str, str]]
"""What languages are grouped by, `tier` or `family`: the group of each label, as far as it has one."""
ALL = "all"


@dataclass(frozen=True)
class LanguageScore:
    """A score in one language, or the difference of two."""

    value: float
    clusters: tuple[str, ...]
    influences: Floats
    """Of each cluster on the value."""


def tabulate_averages(measures: Sequence[Measure], baseline: str | None, groupings: Groupings) -> Iterator[Row]:
    """Rows of TASK_AVERAGES: every metric of every task, over the languages and the items that all models have."""
    order = sorted(measures, key=lambda each: each.key)
    for _, group in groupby(order, lambda each: each.key):
        by_model: dict[str, dict[str, Measure]] = {}
        for each in group:
            if each.value is not None:
                by_model.setdefault(each.model, {})[each.lang] = each
        if by_model:
            yield from average_models(by_model, baseline, groupings)


def average_models(
    by_model: Mapping[str, Mapping[str, Measure]], baseline: str | None, groupings: Groupings
) -> Iterator[Row]:
    """The averages of one metric: for every group of languages and every model, with its gain on the baseline."""
    scores = score_shared(by_model)
    pattern = next(measure for found in by_model.values() for measure in found.values())
    sign = 1 if pattern.metric.higher_is_better else -1
    for grouping, name, langs in group_languages(sorted(next(iter(scores.values()))), groupings):
        for model, found in scores.items():
            bases = scores.get(baseline or "") if model != baseline else None
            gains = [subtract(found[lang], bases[lang], sign) for lang in langs] if bases else []
            yield {
                "model": model,
                "task": pattern.info.name,
                "variant": pattern.variant,
                "metric": pattern.metric.name,
                "native": pattern.info.native,
                "clean": pattern.clean_only,
                "group_by": grouping,
                "group": name,
                "languages": len(langs),
                **dict(zip(("value", "low", "high"), average([found[lang] for lang in langs]), strict=True)),
                **dict(zip(("delta", "delta_low", "delta_high"), average(gains), strict=True)),
            }


def score_shared(by_model: Mapping[str, Mapping[str, Measure]]) -> dict[str, dict[str, LanguageScore]]:
    """The scores of every model, in the languages that all have, on the items that all have of them."""
    scores: dict[str, dict[str, LanguageScore]] = {model: {} for model in by_model}
    for lang in set.intersection(*(set(found) for found in by_model.values())):
        shared = share_items([found[lang] for found in by_model.values()])
        if all(each.value is not None for each in shared):
            for model, each in zip(by_model, shared, strict=True):
                scores[model][lang] = score_language(each)
    return scores


def share_items(measures: Sequence[Measure]) -> list[Measure]:
    """The measures of the items that all of them have, in one order."""
    ids = sorted(set.intersection(*(set(each.ids) for each in measures)))
    places = [{name: place for place, name in enumerate(each.ids)} for each in measures]
    return [each.take([at[name] for name in ids]) for each, at in zip(measures, places, strict=True)]


def score_language(measure: Measure) -> LanguageScore:
    """The score of a model in a language, and what each cluster of items does to it."""
    names, sums = sum_clusters(measure.statistics, measure.clusters)
    return LanguageScore(measure.value or 0.0, tuple(names), find_influences(measure.metric.total, sums))


def subtract(score: LanguageScore, base: LanguageScore, sign: int) -> LanguageScore:
    """The gain in a language. The clusters are the same, so that their influences are subtracted one by one."""
    influences = sign * (score.influences - base.influences)
    return LanguageScore(sign * (score.value - base.value), score.clusters, influences)


def average(scores: Sequence[LanguageScore]) -> tuple[float | None, float | None, float | None]:
    """The mean over languages, each counted once, and its 95 % interval over clusters of items."""
    if not scores:
        return None, None, None
    value = sum(score.value for score in scores) / len(scores)
    influences: dict[str, float] = {}
    for score in scores:
        for name, influence in zip(score.clusters, score.influences.tolist(), strict=True):
            influences[name] = influences.get(name, 0.0) + influence / len(scores)
    return value, *influence_interval(value, np.array(list(influences.values())))


def group_languages(langs: Sequence[str], groupings: Groupings) -> Iterator[tuple[str, str, list[str]]]:
    """What is grouped by, the group's name, and its languages: first all of them, then every group of each kind."""
    every = {ALL: dict.fromkeys(langs, ALL), "script": {lang: script_of(lang) for lang in langs}, **groupings}
    for grouping, groups in every.items():
        for name in sorted({groups[lang] for lang in langs if lang in groups}):
            yield grouping, name, [lang for lang in langs if groups.get(lang) == name]
