"""`emma tasks`: the benchmarks that there are, and how a model is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emma.errors import LanguageError, SourceError
from emma.evaluate.backends.backend import Prepared
from emma.evaluate.backends.open import open_backend
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.engine.requests import GenerateRequest, Request
from emma.evaluate.questions import find_fit, read_language, read_language_name
from emma.evaluate.tasks.data import find_folder
from emma.evaluate.tasks.registry import find_task, list_tasks
from emma.evaluate.tasks.task import Asking, Item, RejectedItem, Task, TaskData
from emma.lang.language import Lang
from emma.ui.numerals import format_count
from emma.ui.terminal import format_table
from emma.wording import plural

CURSOR = "▌"
"""Ends a prompt, so that a space or newline at its end is seen; no character that tokenizers write spaces with."""
EXAMPLES = 3
"""Prompts that are shown of a task."""
SHOWN = Asking(run_generated_code=True)
"""How tasks are asked to be shown; no model is, so no program of one is run."""


@dataclass(frozen=True)
class TaskFacts:
    """A benchmark, and what of it is here."""

    name: str
    title: str
    family: str
    native: bool
    licence: str
    origin: str
    languages: Sequence[str]
    """Labels of those whose data is here; empty where none is."""
    items: int
    """Of all of them."""
    asks: Sequence[str]
    """Variants, and the headline metric of each."""
    problem: str = ""
    """Rows of it that are no items, or why it cannot be read."""


@dataclass(frozen=True)
class ShownPrompt:
    """A question as a model is asked it."""

    item: str
    variant: str
    prompt: str
    choices: Sequence[str]
    """Empty where an answer is to be written."""
    gold: str
    tokens: int | None = None
    """Of the prompt, with the token that stands before it; None without a model."""
    choice_tokens: Sequence[int] = ()
    truncated: bool = False
    """Whether even the question had to be cut, on its left."""


def list_facts(data: Path | None) -> list[TaskFacts]:
    """Every task, with what of it lies in `data`."""
    return [describe_task(task, data) for task in list_tasks()]


def describe_task(task: Task, data: Path | None) -> TaskFacts:
    """The facts of a task; without its data, those alone that need none."""
    info = task.info
    facts = (info.name, info.title, info.family, info.native, info.licence, info.origin)
    try:
        folder = find_folder(info, data)
    except SourceError:
        return TaskFacts(*facts, [], 0, [])
    try:
        read = {lang: read_language(task, folder, lang) for lang in task.languages(folder)}
    except SourceError as error:
        return TaskFacts(*facts, [], 0, [], str(error))
    full = {lang: each for lang, each in read.items() if each.items}
    rejects = [reject for each in read.values() for reject in each.rejects]
    asks = list_asks(task, *next(iter(full.items()))) if full else []
    count = sum(len(each.items) for each in full.values())
    return TaskFacts(*facts, [lang.label for lang in full], count, asks, describe_rejects(rejects))


def describe_rejects(rejects: Sequence[RejectedItem]) -> str:
    """How many rows are no items, and why the first is none; nothing where all are."""
    if not rejects:
        return ""
    return f"no items in {plural(len(rejects), 'row')}; row {rejects[0].row} of {rejects[0].file}: {rejects[0].reason}"


def list_asks(task: Task, lang: Lang, data: TaskData) -> list[str]:
    """Each variant of a task with its headline metric: `cloze: accuracy`."""
    variants = dict.fromkeys(variant for item in data.items for variant in task.ask(item, lang, data, SHOWN))
    return [f"{variant}: {task.metrics(variant, lang, SHOWN)[0].name}" for variant in variants]


def render_facts(facts: Sequence[TaskFacts]) -> Iterator[str]:
    """A row for each task, then where the data of those is had that are not here."""
    header = ["task", "languages", "items", "", "asked and measured"]
    rows = [
        [
            each.name,
            format_count(len(each.languages)) if each.languages else "not here",
            format_count(each.items) if each.items else "",
            "native" if each.native else "translated",
            "; ".join(filter(None, [*each.asks, each.problem])) or each.title,
        ]
        for each in facts
    ]
    yield from format_table([header, *rows], right=(1, 2))
    yield ""
    places = [[each.name, f"{each.origin}; {each.licence}"] for each in facts]
    yield from format_table([["task", "where its data is had, and its licence"], *places])


def show_prompts(
    name: str, lang: str | None, data: Path, model: str | None, section: EvaluateConfig
) -> tuple[Lang, list[ShownPrompt]]:
    """The first questions of a task in a language, as they are asked; with a model, as it will see them.

    Raises RecipeError or LanguageError for a task or language that there is not, SourceError for its data.
    """
    from emma.evaluate.benchmarks import make_asking

    task = find_task(name)
    folder = find_folder(task.info, data)
    chosen = choose_language(task, folder, lang)
    content, asking = task.read(folder, chosen), replace(make_asking(section), run_generated_code=True)
    asked = [
        (item.under(variant), variant, request)
        for item in content.items[:EXAMPLES]
        for variant, requests in task.ask(item, chosen, content, asking).items()
        for request in requests
    ]
    shown = [show_prompt(*each) for each in asked]
    if model is None:
        return chosen, shown
    prepared = open_backend(model, section).prepare([request for *_, request in asked])
    return chosen, [fit_prompt(*pair) for pair in zip(shown, prepared, strict=True)]


def choose_language(task: Task, folder: Path, lang: str | None) -> Lang:
    """The language of a task's data that a name stands for; its first one where none is named."""
    there = list(task.languages(folder))
    if lang is None:
        return there[0]
    if (fit := find_fit(read_language_name(lang), there)) is None:
        raise LanguageError(
            f"{task.info.name} has no items in {lang}; it has {', '.join(each.label for each in there)}."
        )
    return fit


def show_prompt(item: Item, variant: str, request: Request) -> ShownPrompt:
    """A question before any model has seen it."""
    choices = () if isinstance(request, GenerateRequest) else request.choices
    gold = choices[item.gold] if isinstance(item.gold, int) and item.gold < len(choices) else item.gold
    gold = gold if isinstance(gold, str | int) else next(iter(gold), "")
    return ShownPrompt(item.id, variant, request.prompt.text, choices, str(gold))


def fit_prompt(shown: ShownPrompt, prepared: Prepared) -> ShownPrompt:
    """A question as a model of a folder sees it: with the examples that it has room for. Servers do not tell."""
    from emma.evaluate.backends.prompts import EncodedPrompt
    from emma.evaluate.engine.tree import Tree

    row, prompt = prepared.payload, prepared.request.prompt
    if isinstance(row, Tree):
        counts = [len(choice) for choice in row.choices]
        seen = replace(shown, prompt=prompt.cut(row.shots).text, tokens=len(row.context), truncated=row.truncated)
        return replace(seen, choice_tokens=counts)
    if isinstance(row, EncodedPrompt):
        return replace(shown, prompt=row.prompt.text, tokens=len(row.ids), truncated=row.truncated)
    return shown


def render_prompts(lang: Lang, prompts: Sequence[ShownPrompt]) -> Iterator[str]:
    """Each prompt between rules, its characters as they are."""
    for each in prompts:
        cost = "" if each.tokens is None else f", {each.tokens} tokens"
        cut = ", cut on its left: the model's context is too short" if each.truncated else ""
        yield f"── {lang.label}, item {each.item}, {each.variant}{cost}{cut} ──"
        yield f"{each.prompt}{CURSOR}"
        for number, choice in enumerate(each.choices):
            count = f"  {each.choice_tokens[number]}" if each.choice_tokens else ""
            yield f"   {'→' if choice == each.gold else ' '} {choice!r}{count}"
        if not each.choices:
            yield f"   → {each.gold!r}"
        yield ""
    yield f"{CURSOR} is where the model goes on, → the right answer."
