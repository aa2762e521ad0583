"""Tasks of lm-evaluation-harness by name: its data, prompts, filters and metrics; our engine and store.

Prompts are built by the harness for all its documents in their order, with the seed of its command line, so that they
are those that it would have sent to a model itself.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from packaging.version import Version

from emma.config.extras import check, need
from emma.errors import LanguageError, RecipeError, SourceError
from emma.evaluate.engine.requests import Output, Request
from emma.evaluate.metrics.metric import Floats, divide
from emma.evaluate.tasks.task import Asking, Item, TaskData, TaskInfo
from emma.lang.codes import resolve
from emma.lang.language import LABEL, UNDETERMINED, Lang
from emma.wording import suggest

PREFIX, VARIANT = "lm-eval", "as written"
SEED = 1234
"""Of the examples in prompts: `fewshot_random_seed` of the harness."""
Formula = Callable[[Floats], Floats]
FORMULAS: Mapping[str, Formula] = {
    "mean": lambda mean: mean,
    "perplexity": lambda mean: np.exp(-mean),
    "weighted_perplexity": lambda mean: np.exp(-mean),
    "bits_per_byte": lambda mean: -mean / np.log(2),
}
"""Aggregations of the harness that are functions of a mean, so that sums over items suffice."""


@dataclass(frozen=True)
class HarnessMetric:
    """A metric of a task behind one of its filters."""

    name: str
    """As the harness has it: `acc`, or `exact_match,flexible-extract` behind a filter."""
    formula: Formula
    higher_is_better: bool
    highest: float | None
    signature: str
    shots: int | None

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        """Value and weight of each item, (items, 2); zeros where the harness gives it none."""
        found = [judge(item, self.shots, output) for item, output in zip(items, outputs, strict=True)]
        values = [each.get(self.name, (0.0, 0.0)) for each in found]
        return np.array([each if isinstance(each, tuple) else (each, 1.0) for each in values], np.float64)

    def total(self, sums: Floats) -> Floats:
        """Scores (…) of sums (…, 2); NaN without weight."""
        return self.formula(divide(sums[..., 0], sums[..., 1]))


class HarnessTask:
    """One task of the harness, in one language: `xcopa_sw`, or `afrixnli_amh@amh_Ethi` where its name does not say."""

    def __init__(self, name: str) -> None:
        self.name, _, label = name.partition("@")
        self.lang = Lang.parse(label) if label else read_language(self.name)
        title, origin = f"{self.name} of lm-evaluation-harness", "github.com/EleutherAI/lm-evaluation-harness"
        facts = (f"{PREFIX}:{name}", harness_version(), title, "lm_eval", False, "see the task", origin, PREFIX)
        self.info = TaskInfo(*facts, finds_data=True)
        self._harness: Any = None

    def languages(self, folder: Path) -> Sequence[Lang]:  # noqa: ARG002
        """The one language of the task."""
        return (self.lang,)

    def read(self, folder: Path, lang: Lang) -> TaskData:  # noqa: ARG002
        """Its documents. Raises SourceError where their data is not on this machine."""
        self._harness = task = load_task(self.name, folder)
        return TaskData(tuple(make_item(task, number, doc) for number, doc in enumerate(task.eval_docs)))

    def ask(self, item: Item, lang: Lang, data: TaskData, asking: Asking) -> Mapping[str, tuple[Request, ...]]:  # noqa: ARG002
        """The requests that the harness makes of a document."""
        from emma.evaluate.backends.lm_eval import to_requests

        instances = build_instances(item.fields["task"], asking.shots)[item.fields["number"]]
        return {VARIANT: tuple(to_requests(instances))}

    def metrics(self, variant: str, lang: Lang, asking: Asking) -> Sequence[HarnessMetric]:  # noqa: ARG002
        """The task's metrics behind each of its filters. Raises RecipeError when none is a mean over items."""
        task = self._harness
        names = {function: name for name, function in need("lm_eval.api.registry", PREFIX).AGGREGATION_REGISTRY.items()}
        formulas = {metric: names.get(function, "") for metric, function in task.aggregation().items()}
        known = [(metric, FORMULAS[formula]) for metric, formula in formulas.items() if formula in FORMULAS]
        if not known:
            raise RecipeError(
                f"The metrics of {self.info.name} ({', '.join(formulas)}) are no means over items, so they have no "
                "intervals here. Run the task with lm-eval itself, which can ask our model (`backends/lm_eval.py`)."
            )
        return [make_metric(task, *each, filter_.name, asking.shots) for filter_ in task._filters for each in known]

    def chance(self, variant: str, item: Item) -> float | None:  # noqa: ARG002
        """One of its choices, for tasks of choice."""
        choices = item.fields["choices"]
        return 1 / choices if choices else None


def harness_version() -> int:
    """The harness's release as one number, 413 of 0.4.13: another one may ask otherwise. ExtraError without it."""
    check("lm_eval", PREFIX)
    release = Version(version("lm-eval")).release
    return sum(part * 100**place for place, part in enumerate(reversed(release[:3])))


def read_language(name: str) -> Lang:
    """The language at the end of a task's name: a label or two letters, since three may be a word; else `und_Zyyy`."""
    if labels := re.findall(LABEL, name):
        return Lang(*labels[-1])
    code = name.rpartition("_")[2]
    try:
        return resolve(code if len(code) == 2 else "").lang
    except LanguageError:
        return Lang(UNDETERMINED, "Zyyy")


@lru_cache(maxsize=8)
def open_manager(folder: Path) -> Any:
    """All tasks of the harness, and those in a folder of one's own; looking through them takes seconds."""
    logging.getLogger("lm_eval").setLevel(logging.ERROR)  # it warns of every default that a task leaves as it is
    return need("lm_eval.tasks", PREFIX).TaskManager(include_path=str(folder) if folder.is_dir() else None)


@lru_cache(maxsize=8)
def load_task(name: str, folder: Path) -> Any:
    """Load a task; nothing is downloaded. Its data may lie in `folder/NAME/SPLIT.jsonl`, and tasks of one's own as YAML
    in the folder. RecipeError for what is no task, SourceError for data that is not here."""
    manager = open_manager(folder)
    if name not in manager.all_subtasks:
        parts = [each for each in manager.all_subtasks if each.startswith(f"{name}_")]
        hint = suggest(name, parts or manager.all_subtasks, "`lm-eval ls tasks` lists them all.")
        raise RecipeError(f"lm-evaluation-harness has no task '{name}'; its groups are run task by task. {hint}")
    try:
        with offline(), redirect_stderr(StringIO()):  # bars of its own
            # Not `load`, which takes a task's settings from its file or from here, and not from both.
            entry, settings = manager.task_index[name], local_data(folder / name)
            return manager._factory.build(entry, overrides=settings, registry=manager.task_index)
    except Exception as error:  # the harness and the library of its data raise whatever they like
        raise SourceError(
            f"The data of the lm-eval task {name} could not be read ({type(error).__name__}: {str(error)[:300]}). "
            f"Nothing is downloaded unasked: fetch it with `lm-eval run --model dummy --tasks {name} --limit 1`, or "
            f"put it into {folder / name}, a file SPLIT.jsonl for each split."
        ) from error


def local_data(folder: Path) -> dict[str, Any]:
    """Settings by which the harness reads the files SPLIT.jsonl of a folder; none where there are none."""
    files = {path.stem: str(path) for path in sorted(folder.glob("*.jsonl"))}
    return {"dataset_path": "json", "dataset_name": None, "dataset_kwargs": {"data_files": files}} if files else {}


@contextmanager
def offline() -> Iterator[None]:
    """Keep the libraries of the hub from the network for a while; what they fetched before is found."""
    modules: list[Any] = [need("datasets.config", PREFIX), need("huggingface_hub.constants", PREFIX)]
    before = [module.HF_HUB_OFFLINE for module in modules]
    try:
        for module in modules:
            module.HF_HUB_OFFLINE = True
        yield
    finally:
        for module, value in zip(modules, before, strict=True):
            module.HF_HUB_OFFLINE = value


def make_item(task: Any, number: int, doc: Any) -> Item:
    """An item of a document, which it keeps beside what the harness knows of it."""
    target, text = task.doc_to_target(doc), task.doc_to_text(doc)
    gold = target if isinstance(target, int) else tuple(map(str, target)) if isinstance(target, list) else str(target)
    choices = len(task.doc_to_choice(doc)) if task.OUTPUT_TYPE == "multiple_choice" else 0
    fields = {"task": task, "number": number, "choices": choices}
    return Item(str(number), gold, fields, (text,) if isinstance(text, str) else (), place=(task.task_name, number + 1))


def make_metric(task: Any, metric: str, formula: Formula, filter_: str, shots: int | None) -> HarnessMetric:
    """A metric of a task behind a filter."""
    higher = bool(task.higher_is_better().get(metric, True))
    highest = 1.0 if higher and formula is FORMULAS["mean"] else None
    signature = f"{metric}|filter:{filter_}|task:{task.task_name}|version:{task.VERSION}|lm-eval:{version('lm-eval')}"
    return HarnessMetric(name_metric(metric, filter_), formula, higher, highest, signature, shots)


def name_metric(metric: str, filter_: str) -> str:
    """The name of a metric behind a filter, as in the harness's results, of which `none` is left out."""
    return metric if filter_ == "none" else f"{metric},{filter_}"


@lru_cache(maxsize=8)
def build_instances(task: Any, shots: int | None) -> dict[int, list[Any]]:
    """The requests of every document, by its number, as the harness makes them; a repeated one several times."""
    own = task.get_config("num_fewshot")
    # A task that says 0 means it, as in the harness.
    task.set_config(key="num_fewshot", value=own or 0 if shots is None or own == 0 else shots)
    task.set_fewshot_seed(seed=SEED)
    with redirect_stderr(StringIO()):
        task.build_all_requests(rank=0, world_size=1)
    task.set_config(key="num_fewshot", value=own)
    found: dict[int, list[Any]] = {}
    for instance in task.instances:
        found.setdefault(instance.doc_id, []).extend([instance] * (instance.repeats or 1))
    return found


def judge(item: Item, shots: int | None, output: Output) -> dict[str, Any]:
    """Every metric of an item behind every filter, as the harness computes them of a model's answers."""
    from emma.evaluate.backends.lm_eval import to_responses

    task = item.fields["task"]
    instances = build_instances(task, shots)[item.fields["number"]]
    fresh = {id(instance): copy(instance) for instance in instances}
    for instance in fresh.values():
        instance.resps, instance.filtered_resps = [], {}
    for instance, response in zip(instances, to_responses(instances, output), strict=True):
        fresh[id(instance)].resps.append(response)
    found: dict[str, Any] = {}
    for filter_ in task._filters:
        filter_.apply(list(fresh.values()))
        doc, responses = instances[0].doc, [each.filtered_resps[filter_.name] for each in fresh.values()]
        found |= {name_metric(key, filter_.name): value for key, value in task.process_results(doc, responses).items()}
    return found
