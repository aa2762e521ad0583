"""Benchmarks on any models: what is asked is read, what is not answered yet is asked, and the tables are written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import pyarrow as pa

from emma.errors import RecipeError, SourceError
from emma.evaluate.backends.backend import Backend
from emma.evaluate.backends.open import open_backend
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.engine.answers import AnswerStore
from emma.evaluate.engine.ranks import ALONE, Ranks
from emma.evaluate.engine.requests import Answer, Request, request_key
from emma.evaluate.engine.run import OpenBackend, answer_requests
from emma.evaluate.groupings import find_groupings
from emma.evaluate.metrics.measures import TaskAnswers
from emma.evaluate.metrics.output_language import identify_answers
from emma.evaluate.metrics.statistics import Resampling
from emma.evaluate.questions import (
    Questions,
    Reading,
    choose_languages,
    describe_reading,
    find_folders,
    read_task,
)
from emma.evaluate.results import write_task_tables
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking, Item
from emma.store import shards
from emma.store.address import Fingerprints
from emma.work.progress import Reporter

FOLDER = "tasks"
"""Folder of the artifact with the tables."""
REJECTS = pa.schema(
    [("task", pa.string()), ("lang", pa.string()), ("file", pa.string()), ("row", pa.int64()), ("reason", pa.string())]
)
ABSENT = pa.schema([("task", pa.string()), ("lang", pa.string())])
ItemName = tuple[str, str, str]
"""Task, language, and the item's id."""
MarkClean = Callable[[Sequence[Item]], Sequence[bool | None]]
"""Whether each item was not trained on, None where nobody looked."""


def run_benchmarks(
    section: EvaluateConfig,
    readings: Sequence[Reading],
    models: Mapping[str, OpenBackend],
    tiers: Mapping[str, str] | None,
    *,
    root: Path,
    out: Path,
    reporter: Reporter,
    mark_clean: MarkClean | None = None,
    ranks: Ranks = ALONE,
) -> dict[str, int]:
    """Ask the models what was read of the tasks, and write `tasks/*.parquet` into `out`; returns their numbers of rows.

    What a model has answered before it is not asked again, nor is it opened for it. `tiers` has the languages of the
    corpus, if there is one; answers are kept below `root`. Of several ranks only the first writes tables, once all have
    answered.
    """
    questions = list_questions(readings)
    answer_requests(models.values(), list_requests(questions), root, reporter, ranks=ranks)
    ranks.wait()
    if ranks.rank:
        return {}
    clean = mark_items(questions, mark_clean)
    answers = (
        pair_answers(name, each, found, make_asking(section), clean)
        for name, open_model in models.items()
        for found in [AnswerStore(root, open_model().key).find(map(request_key, list_requests(questions)))]
        for each in questions
    )
    counts = write_task_tables(
        answers,
        out / FOLDER,
        baseline=section.baseline if section.baseline in models else None,
        groupings=find_groupings(section, tiers, questions),
        resampling=Resampling(section.bootstrap, section.seed),
    )
    return counts | write_losses(readings, out / FOLDER)


def answer_questions(
    backend: Backend, questions: Sequence[Questions], root: Path, reporter: Reporter, *, model: str
) -> None:
    """Ask a model that is open already, shown by its name; `run_benchmarks` finds what it has answered."""
    if questions:
        answer_requests([lambda: backend], list_requests(questions), root, reporter, label=f"{model}, benchmarks")


def open_models(
    places: Mapping[str, str], section: EvaluateConfig, fingerprints: Fingerprints
) -> dict[str, OpenBackend]:
    """How to open each model, by its name. Raises RecipeError for what is no model, before any is asked."""
    models: dict[str, OpenBackend] = {
        name: partial(open_backend, place, section, fingerprints) for name, place in places.items()
    }
    for open_model in models.values():
        open_model()
    fingerprints.save()
    return models


def read_tasks(section: EvaluateConfig, tiers: Mapping[str, str] | None, say: Callable[[str], None]) -> list[Reading]:
    """Read every task that the section names, and say what is not there.

    Raises RecipeError for a task that there is not, or where none has any of the languages; SourceError for data.
    """
    tasks = [find_task(name) for name in dict.fromkeys(section.tasks)]
    folders, wanted = find_folders(tasks, section.benchmarks_folder()), choose_languages(section.languages, tiers)
    asking = make_asking(section)
    readings = [read_task(*pair, wanted, asking, section.limit) for pair in zip(tasks, folders, strict=True)]
    for sentence in chain.from_iterable(describe_reading(each) for each in readings):
        say(f"  evaluate: {sentence}")
    if tasks and not any(reading.questions for reading in readings):
        if unread := [row.reason for reading in readings for row in reading.rejects if not row.row]:
            raise SourceError(unread[0])
        raise RecipeError(
            f"There are no items in {', '.join(lang.label for lang in wanted or ()) or 'any language'} in "
            f"{', '.join(section.tasks)}. `emma tasks --json` lists the languages of each benchmark."
        )
    return readings


def make_asking(section: EvaluateConfig) -> Asking:
    """How the section wants items to be asked."""
    lid = section.lid_file()
    return Asking(
        section.mode,
        section.shots,
        section.samples,
        section.own_language,
        section.seed,
        flores200_model=section.flores200_file(),
        run_generated_code=section.run_generated_code,
        lid=str(lid) if lid else None,
        neural_metrics=section.neural_metrics,
    )


def list_questions(readings: Sequence[Reading]) -> list[Questions]:
    """What is asked, task by task."""
    return [each for reading in readings for each in reading.questions]


def list_requests(questions: Iterable[Questions]) -> Iterator[Request]:
    """All requests, one after the other; equal ones as often as they are asked."""
    return chain.from_iterable(chain.from_iterable(each.requests) for each in questions)


def mark_items(questions: Sequence[Questions], mark_clean: MarkClean | None) -> Mapping[ItemName, bool | None]:
    """Whether each item is clean. Empty without a corpus."""
    if mark_clean is None:
        return {}
    items = {name_item(each, item): item for each in questions for item in each.items}
    return dict(zip(items, mark_clean(list(items.values())), strict=True))


def name_item(asked: Questions, item: Item) -> ItemName:
    """The name of an item among those of all tasks and languages."""
    return asked.task.info.name, asked.lang.label, item.id


def pair_answers(
    model: str,
    asked: Questions,
    answers: Mapping[str, Answer],
    asking: Asking,
    clean: Mapping[ItemName, bool | None],
) -> TaskAnswers:
    """What a model answered to one variant of a task in one language."""
    task, variant = asked.task, asked.variant
    outputs = [tuple(answers[request_key(request)] for request in requests) for requests in asked.requests]
    return TaskAnswers(
        model=model,
        info=task.info,
        lang=asked.lang,
        variant=variant,
        items=asked.items,
        requests=asked.requests,
        outputs=outputs,
        metrics=task.metrics(variant, asked.lang_there, asking),
        answer_langs=identify_answers(outputs, asking.lid) if asking.lid else (),
        chances=[task.chance(variant, item) for item in asked.items],
        clean=[clean.get(name_item(asked, item)) for item in asked.items],
        rejects=asked.rejects,
    )


def write_losses(readings: Sequence[Reading], folder: Path) -> dict[str, int]:
    """Write the rows that are no items (REJECTS) and the languages that were wanted and are not there (ABSENT)."""
    rejects = [{"task": each.task.info.name, **vars(row)} for each in readings for row in each.rejects]
    absent = [{"task": each.task.info.name, "lang": lang.label} for each in readings for lang in each.absent]
    shards.write(folder / "rejects.parquet", pa.Table.from_pylist(rejects, schema=REJECTS))
    shards.write(folder / "absent.parquet", pa.Table.from_pylist(absent, schema=ABSENT))
    return {"rejects": len(rejects), "absent": len(absent)}
