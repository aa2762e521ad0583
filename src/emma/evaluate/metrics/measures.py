"""What the answers of a model are worth: a row for every item, and the statistics that every score is made of.

Texts are needed once, as answers arrive; afterwards only the statistics of items are held.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emma.errors import RecipeError
from emma.evaluate.engine.requests import Output, Request, ScoreRequest, TextAnswer
from emma.evaluate.metrics.accuracy import find_likeliest
from emma.evaluate.metrics.metric import Floats, Metric, list_texts
from emma.evaluate.tasks.task import Item, TaskInfo
from emma.lang.language import Lang
from emma.schemas import Row


@dataclass(frozen=True)
class TaskAnswers:
    """The answers of one model to one variant of a task in one language. All sequences are as long as `items`."""

    model: str
    info: TaskInfo
    lang: Lang
    variant: str
    items: Sequence[Item]
    """Each as the variant asks it (`Item.under`)."""
    requests: Sequence[Sequence[Request]]
    outputs: Sequence[Output]
    metrics: Sequence[Metric]
    """The first is the headline."""
    chances: Sequence[float | None] = ()
    """The score of guessing each item; may be left out."""
    clean: Sequence[bool | None] = ()
    """Whether an item was not trained on, None where nobody looked; may be left out."""
    answer_langs: Sequence[str | None] = ()
    """The language that each answer is in, by language ID; may be left out."""
    rejects: int = 0
    """Rows of the data that are no items."""


@dataclass(frozen=True)
class Measure:
    """The statistics of one metric for every item that one model answered to one variant."""

    model: str
    info: TaskInfo
    lang: str
    variant: str
    metric: Metric
    headline: bool
    ids: tuple[str, ...]
    clusters: tuple[str, ...]
    statistics: Floats
    """(items, k)"""
    faults: Mapping[str, NDArray[np.int64]]
    """Empty outputs, shots cut and truncated prompts of each item."""
    chances: Floats
    """NaN where there is no such thing."""
    clean: tuple[bool | None, ...]
    rejects: int
    clean_only: bool = False
    deviation: float | None = None
    """Of the scores that each of several samples alone would give."""

    @property
    def key(self) -> tuple[str, str, str, bool]:
        """What measures of several models and languages have in common where they can be compared."""
        return self.info.name, self.variant, self.metric.name, self.clean_only

    @cached_property
    def value(self) -> float | None:
        """The score, None where it has no meaning."""
        return finite(self.metric.total(self.statistics.sum(0))) if self.ids else None

    def take(self, places: Sequence[int]) -> "Measure":
        """The measure of some of its items."""
        at = np.asarray(places, dtype=np.int64)
        return replace(
            self,
            ids=tuple(self.ids[place] for place in places),
            clusters=tuple(self.clusters[place] for place in places),
            clean=tuple(self.clean[place] for place in places),
            statistics=self.statistics[at],
            faults={name: counts[at] for name, counts in self.faults.items()},
            chances=self.chances[at],
        )


def finite(value: object) -> float | None:
    """A number that a table can hold: None for what is not one."""
    number = float(value)  # type: ignore[arg-type]
    return number if np.isfinite(number) else None


def measure(answers: TaskAnswers) -> Iterator[Measure]:
    """The measures of a variant's metrics, the headline first."""
    items = answers.items
    blank = (None,) * len(items)
    faults = {
        "empty": [sum(not text.strip() for text in list_texts(output)) for output in answers.outputs],
        "shots_cut": [are_shots_cut(*pair) for pair in zip(answers.requests, answers.outputs, strict=True)],
        "truncated": [any(answer.truncated for answer in output) for output in answers.outputs],
    }
    for number, metric in enumerate(answers.metrics):
        yield Measure(
            model=answers.model,
            info=answers.info,
            lang=answers.lang.label,
            variant=answers.variant,
            metric=metric,
            headline=not number,
            ids=tuple(item.id for item in items),
            clusters=tuple(name_cluster(item, answers) for item in items),
            statistics=np.asarray(metric.statistics(items, answers.outputs), dtype=np.float64),
            faults={name: np.array(counts, dtype=np.int64) for name, counts in faults.items()},
            chances=np.array(answers.chances or blank, dtype=np.float64),
            clean=tuple(answers.clean or blank),
            rejects=answers.rejects,
            deviation=sample_deviation(metric, items, answers.outputs),
        )


def sample_deviation(metric: Metric, items: Sequence[Item], outputs: Sequence[Output]) -> float | None:
    """Standard deviation of the scores of the first texts, the second ones, and so on; None where there is one each."""
    counts = {len(output) if isinstance(output[0], TextAnswer) else 1 for output in outputs}
    if len(counts) != 1 or counts == {1}:
        return None
    singles = ([output[at : at + 1] for output in outputs] for at in range(counts.pop()))
    try:
        scores = [metric.total(metric.statistics(items, single).sum(0)) for single in singles]
    except RecipeError:  # a metric of several samples, such as pass@10, has no value for one
        return None
    return finite(np.std(scores, ddof=1))


def name_cluster(item: Item, answers: TaskAnswers) -> str:
    """The draw that an item belongs to: of translated items, the same in every language."""
    # Items written in a language have nothing to do with those of another one, even where their numbers are the same.
    name = item.cluster or item.id
    return f"{answers.lang.label} {name}" if answers.info.native else name


def are_shots_cut(requests: Sequence[Request], output: Output) -> bool:
    """Whether the model saw fewer examples than it was to see."""
    pairs = zip(requests, output, strict=True)
    return any(answer.shots < len(request.prompt.shots) for request, answer in pairs)


def list_items(answers: TaskAnswers, headline: Measure) -> Iterator[Row]:
    """A row for every item (schemas.TASK_ITEMS)."""
    values = headline.metric.total(headline.statistics)
    langs = answers.answer_langs or (None,) * len(answers.items)
    rows = zip(answers.items, answers.requests, answers.outputs, langs, strict=True)
    for place, (item, requests, output, lang) in enumerate(rows):
        choices = name_choices(requests)
        prompt = requests[0].prompt.cut(output[0].shots)
        yield {
            "model": answers.model,
            "task": answers.info.name,
            "lang": answers.lang.label,
            "variant": answers.variant,
            "item": item.id,
            "cluster": headline.clusters[place],
            "clean": headline.clean[place],
            "prompt": prompt.text,
            "question": len(prompt.prefix),
            "gold": describe_gold(item, choices),
            "answer": describe_answer(output, choices),
            "texts": list_texts(output) or None,
            "answer_lang": lang,
            "metric": headline.metric.name,
            "value": finite(values[place]),
            "shots": min(answer.shots for answer in output),
            "truncated": any(answer.truncated for answer in output),
        }


def name_choices(requests: Sequence[Request]) -> list[str]:
    """The choices of an item, over all its requests; where only the context varies, with the context."""
    scored = [request for request in requests if isinstance(request, ScoreRequest)]
    choices = [choice.strip() for request in scored for choice in request.choices]
    if len(set(choices)) == len(choices):
        return choices
    return [(request.prompt.query + choice).strip() for request in scored for choice in request.choices]


def describe_gold(item: Item, choices: Sequence[str]) -> str:
    """The right answer of an item, or the first of several."""
    if isinstance(item.gold, int):
        return choices[item.gold] if item.gold < len(choices) else str(item.gold)
    return item.gold if isinstance(item.gold, str) else next(iter(item.gold), "")


def describe_answer(output: Output, choices: Sequence[str]) -> str:
    """The likeliest choice, or the first text that was written."""
    first = output[0]
    return first.text if isinstance(first, TextAnswer) else choices[find_likeliest(output)]
