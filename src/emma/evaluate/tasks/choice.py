"""Tasks in which a model chooses: each answer is scored as the text that follows the question.

In the cloze form the answers themselves stand there, and in the letter form the letters of a list in the question.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import ascii_uppercase
from typing import Literal, TypeAlias

from emma.evaluate.engine.requests import Prompt, Request, ScoreRequest
from emma.evaluate.metrics.accuracy import MacroF1, accuracy, accuracy_by_byte
from emma.evaluate.metrics.metric import Metric
from emma.evaluate.tasks.data import Layout, list_languages, read_task
from emma.evaluate.tasks.phrases import say
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.shots import choose_shots, draw_shots
from emma.evaluate.tasks.task import Asking, Item, TaskData, TaskInfo
from emma.lang.language import Lang


@dataclass(frozen=True)
class Question:
    """How an item reads: what stands before the answer, and the answers."""

    query: str | tuple[str, ...]
    """Several where each answer has a text of its own before it, as in Winograd schemas."""
    choices: tuple[str, ...]
    """As they stand behind the query, with the space before them."""
    header: str = ""
    """What stands before the examples."""
    end: str = "\n\n"
    """What parts an example from the next."""
    lead: str = ""
    """What stands before the answer in an example, where that is not the query."""
    part: Literal["whole", "last_token"] = "whole"

    def answered(self, gold: int) -> str:
        """The question with the right answer, as an example."""
        query = self.query if isinstance(self.query, str) else self.query[gold]
        return (self.lead or query) + self.choices[gold] + self.end

    def requests(self, shots: tuple[str, ...]) -> tuple[Request, ...]:
        """One request for all answers, or one for each where what stands before them differs."""
        if isinstance(self.query, str):
            return (ScoreRequest(Prompt(self.query, shots, self.header), self.choices, self.part),)
        pairs = zip(self.query, self.choices, strict=True)
        return tuple(ScoreRequest(Prompt(query, shots, self.header), (choice,), self.part) for query, choice in pairs)


Form: TypeAlias = Callable[[Item, Lang, Asking], Question]
"""Writes an item as a question."""


def ask_cloze(item: Item, _lang: Lang, _asking: Asking, *, frame: str, header: str = "", end: str = "\n\n") -> Question:
    """The answers themselves behind `frame`, which has places for the item's fields; `header` one for `{labels}`."""
    choices = item.fields["choices"]
    top = header.format(labels=", ".join(choices))
    return Question(frame.format(**item.fields), tuple(f" {choice}" for choice in choices), top, end)


def ask_letters(
    item: Item, lang: Lang, asking: Asking, *, frame: str, mark: str = ".", choices: Sequence[str] = ()
) -> Question:
    """Letters behind `frame` and a list of the answers, the item's own where no other `choices` are given."""
    listed = list(zip(ascii_uppercase, choices or item.fields["choices"], strict=False))
    lines = [frame.format(**item.fields), *(f"{letter}{mark} {choice}" for letter, choice in listed)]
    answer = say("answer", lang) if asking.own_language else "Answer"
    return Question("\n".join([*lines, f"{answer}:"]), tuple(f" {letter}" for letter, _ in listed))


def make_labelled(name: str, text: str, gold: int, labels: Sequence[str]) -> Item:
    """An item of a text and its label, which is one draw with its translations."""
    return Item(name, gold, {"text": text, "choices": tuple(labels)}, (text,), cluster=name)


def measure_accuracy(_variant: str) -> Sequence[Metric]:
    """Accuracy."""
    return (accuracy(),)


def measure_labels(_variant: str) -> Sequence[Metric]:
    """Accuracy, and F1 averaged over labels, of which some are rare."""
    return accuracy(), MacroF1()


def measure_continuations(variant: str) -> Sequence[Metric]:
    """Accuracy; of the cloze form, whose choices are of unequal length, by byte too."""
    return (accuracy(), accuracy_by_byte()) if variant == "cloze" else (accuracy(),)


@dataclass(frozen=True)
class ChoiceTask:
    """A task whose items have a right choice, `Item.gold`, among their choices."""

    info: TaskInfo
    layout: Layout
    make: Callable[[Row, Lang], Item]
    """Makes an item of a row; RowError where it is none."""
    forms: Mapping[str, Form]
    """By variant."""
    published: tuple[str, ...] = ()
    """Variants that the published protocol has. In mode `paper` these alone are asked, with examples drawn for each
    item; a task without them is asked as in mode `sound`."""
    measure: Callable[[str], Sequence[Metric]] = measure_accuracy
    """The metrics of a variant."""

    def languages(self, folder: Path) -> Sequence[Lang]:
        """The languages of the data. Raises SourceError when it has another layout."""
        return list_languages(folder, self.layout)

    def read(self, folder: Path, lang: Lang) -> TaskData:
        """The items of a language. Raises SourceError for a file without one."""
        return read_task(folder, self.layout, lang, lambda row: self.make(row, lang))

    def ask(self, item: Item, lang: Lang, data: TaskData, asking: Asking) -> Mapping[str, tuple[Request, ...]]:
        """The requests of an item in each form."""
        count = self.info.shots if asking.shots is None else asking.shots
        if asking.mode == "paper" and self.published:
            shots, variants = draw_shots(data.pool, count, item.place[1]), self.published
        else:
            asking, variants = replace(asking, mode="sound"), tuple(self.forms)
            shots = choose_shots(data, count, asking.seed)
        return {variant: ask_in_form(self.forms[variant], item, shots, lang, asking) for variant in variants}

    def metrics(self, variant: str, lang: Lang, asking: Asking) -> Sequence[Metric]:  # noqa: ARG002
        """What is measured of the choices."""
        return self.measure(variant)

    def chance(self, variant: str, item: Item) -> float | None:  # noqa: ARG002
        """One by the number of choices."""
        return 1 / len(item.fields["choices"])


def ask_in_form(form: Form, item: Item, shots: Sequence[Item], lang: Lang, asking: Asking) -> tuple[Request, ...]:
    """The requests of an item in a form, behind examples in the same form."""
    texts = (form(shot, lang, asking).answered(shot.gold) for shot in shots if isinstance(shot.gold, int))
    return form(item, lang, asking).requests(tuple(texts))
